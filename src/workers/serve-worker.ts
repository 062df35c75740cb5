// Answers as a worker: its procedures, and beside them those that every worker has. Knows none of them.

import type { Procedures } from "../procedures/procedure.ts";
import { tryCanary } from "./canary.ts";
import type { CommonProcedures } from "./common.ts";
import { sentPolicy } from "./held-policy.ts";
import { recordRequests } from "./seen-requests.ts";
import { serve } from "./serve.ts";

export function serveWorker(procedures: Procedures): void {
  const common: CommonProcedures = {
    requests: recordRequests(),
    policy: () => sentPolicy(self.location.href),
    canary: tryCanary,
  };
  serve(self, { ...procedures, ...common });
}
