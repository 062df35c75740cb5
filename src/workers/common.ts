// Procedures that every worker has beside its own. Knows no page and no worker.

import type { Answers } from "../procedures/procedure.ts";
import type { Canary } from "./canary.ts";
import type { SeenRequest } from "./seen-requests.ts";

export type CommonProcedures = {
  /** Requests of this worker to any network, as they happen. One reader; it ends with the worker. */
  requests(argument: null, signal: AbortSignal): AsyncGenerator<readonly SeenRequest[], void>;
  /** The policy that the server sends with this worker. */
  policy(argument: null, signal: AbortSignal): Promise<string | undefined>;
  /** Tries a request from inside of this worker that must fail. */
  canary(argument: null, signal: AbortSignal): Promise<Canary>;
};

export const commonAnswers: Answers<CommonProcedures> = { requests: "stream", policy: "promise", canary: "promise" };
