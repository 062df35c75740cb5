// The policy that the server sends with a page or a worker: what the browser holds its requests to. Knows no component.

/** Place where code of the app runs that could ask a network. Engines start `threads` inside workers; the last three run while they are needed. */
export type Scope =
  | "page"
  | "generate worker"
  | "train worker"
  | "models worker"
  | "threads"
  | "analyse worker"
  | "measure worker"
  | "capsules worker";

export interface ScopePolicy {
  readonly scope: Scope;
  /** The content security policy in force there; undefined where there is none, or the server does not answer. */
  readonly policy: string | undefined;
}

/**
 * The header that the app's own server sends with an address. A worker is held to the policy that came with its script, and to no meta tag of the
 * page, so each worker asks for its own address. A request that the policy would stop is not tried: the browser would report it as an error.
 */
export async function sentPolicy(address: string): Promise<string | undefined> {
  const response = await fetch(address, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  return response?.headers.get("content-security-policy") ?? undefined;
}
