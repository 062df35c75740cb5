// What every worker offers beside its own procedures. Knows no page and no worker.

import type { Answers } from "../procedures/procedure.ts";
import type { SeenRequest } from "./seen-requests.ts";

export type CommonProcedures = {
  /** What this worker asks of any network, as it does so. One reader; it ends with the worker. */
  requests(argument: null, signal: AbortSignal): AsyncGenerator<readonly SeenRequest[], void>;
  /** The policy that the server sends with this worker. */
  policy(argument: null, signal: AbortSignal): Promise<string | undefined>;
};

export const commonAnswers: Answers<CommonProcedures> = { requests: "stream", policy: "promise" };
