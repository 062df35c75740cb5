// Addresses that a policy lets a request reach, by the rules of CSP level 3: fallbacks, several policies, names in any case.

import { expect, it } from "vitest";
import { contentSecurityPolicy } from "../../../../scripts/vite-plugins.ts";
import { reachable } from "../../../../src/ui/privacy/connect-rules.ts";

const origin = "https://clinfuse.example";

it("the app's own policy reaches its server and the hub alone", () => {
  expect(reachable(contentSecurityPolicy, origin)).toEqual([]);
});

it.each([
  ["default-src 'self'", []],
  ["default-src 'none'; connect-src 'self' https://elsewhere.example", ["https://elsewhere.example"]],
  ["default-src 'none'; CONNECT-SRC *", ["*"]],
  ["default-src https:; connect-src 'self'", ["https:"]], // a script may come from anywhere
  ["img-src 'self'", ["*"]], // neither directive, and nothing to fall back to
  [`connect-src ${origin} blob:; script-src 'self'`, []],
  ["default-src *, default-src 'self'", []], // two policies: both hold
  ["connect-src https://a.example; script-src 'self', connect-src https://b.example; script-src *", ["https://a.example"]],
])("%s reaches %j", (policy, hosts) => expect(reachable(policy, origin)).toEqual(hosts));
