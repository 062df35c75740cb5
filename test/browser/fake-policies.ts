// The policy under which pages and workers stand, for tests of a page that shows it.

import type { ScopePolicy } from "../../src/workers/held-policy.ts";

const policy = "default-src 'none'; script-src 'self' blob:; connect-src 'self' blob: https://huggingface.co https://*.hf.co";

/** As the app's own server has it. */
export const guardedScopes: readonly ScopePolicy[] = (
  ["page", "generate worker", "train worker", "models worker", "threads"] as const
).map((scope) => ({ scope, policy }));
