// A worker that asks what it is told to ask, and has its requests recorded as those of the app have.

import { recordRequests } from "../../src/workers/seen-requests.ts";
import { serve } from "../../src/workers/serve.ts";

const procedures = {
  requests: recordRequests(),
  async ask(url: string) {
    const response = await fetch(url, { mode: "no-cors" }).catch(() => undefined);
    await response?.text();
  },
  /** As the browser reports it where a policy is in force; the server of the tests sends none. */
  async refuse(blockedURI: string) {
    const report = { blockedURI, effectiveDirective: "connect-src", disposition: "enforce" } as SecurityPolicyViolationEventInit;
    self.dispatchEvent(new SecurityPolicyViolationEvent("securitypolicyviolation", report));
  },
};

export type AskingProcedures = typeof procedures;

serve(self, procedures);
