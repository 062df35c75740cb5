// A request that must fail: to a host that cannot exist, so that it reaches nobody even where nothing forbids it. Knows no component.

/** The top-level name `.invalid` is reserved: no server ever answers under it (RFC 2606). */
export const canaryAddress = "https://canary.invalid/clinfuse";

/** `refused`: by the policy, before it was sent. `failed`: the browser let it go, and no one was there. */
export type Canary = "refused" | "failed" | "answered";

const patience = 1000; // milliseconds until a policy's report that comes behind the failure

/** Tries it in this scope: a page or a worker. Never throws. */
export async function tryCanary(): Promise<Canary> {
  let told: () => void = () => undefined;
  const refused = new Promise<Canary>((resolve) => {
    told = () => resolve("refused");
  });
  const hear = (event: Event) => {
    if ((event as SecurityPolicyViolationEvent).blockedURI.startsWith(canaryAddress)) told();
  };
  globalThis.addEventListener("securitypolicyviolation", hear);
  try {
    await fetch(canaryAddress, { mode: "no-cors", cache: "no-store" });
    return "answered";
  } catch {
    return await Promise.race([refused, new Promise<Canary>((resolve) => setTimeout(() => resolve("failed"), patience))]);
  } finally {
    globalThis.removeEventListener("securitypolicyviolation", hear);
  }
}
