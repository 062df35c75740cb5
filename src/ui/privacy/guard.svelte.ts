// The guard of private data: the browser stops requests to other hosts wherever the app runs, or the user goes on without. Knows no component.

import { remembered } from "../../base/async.ts";
import type { Scope, ScopePolicy } from "../../workers/held-policy.ts";
import { reachable } from "./connect-rules.ts";

/** In this tab until it is closed. */
const acceptedKey = "clinfuse:unguarded";

/** A scope in which the browser would let a request go: why. */
export interface Gap {
  readonly scope: Scope;
  readonly why: string;
}

export class Guard {
  /** Undefined until all scopes have answered. */
  scopes = $state.raw<readonly ScopePolicy[]>();
  /** The user has read what holds here and goes on. */
  accepted = $state(wasAccepted());
  gaps = $derived(this.scopes?.flatMap((scope) => gapOf(scope)));
  guarded = $derived(this.gaps && this.gaps.length === 0);
  /** Data of the user's own may be offered to a run. */
  open = $derived(this.guarded === true || (this.guarded === false && this.accepted));

  /** Asks all scopes, once. Whatever shows what holds asks first; a worker that was not started yet is started by it. */
  readonly ask: () => Promise<void>;

  constructor(policies: () => Promise<readonly ScopePolicy[]>) {
    this.ask = remembered(async () => {
      this.scopes = await policies().catch(() => [{ scope: "generate worker", policy: undefined }] as const); // who does not answer proves nothing
    });
  }

  accept = (): void => {
    this.accepted = true;
    try {
      sessionStorage.setItem(acceptedKey, "yes");
    } catch {
      // A browser that stores nothing asks again after a reload.
    }
  };
}

function wasAccepted(): boolean {
  try {
    return sessionStorage.getItem(acceptedKey) !== null;
  } catch {
    return false;
  }
}

/** The page itself may be held by its meta tag. */
function gapOf({ scope, policy }: ScopePolicy): readonly Gap[] {
  const held = policy ?? (scope === "page" ? metaPolicy() : undefined);
  if (held === undefined) return [{ scope, why: "no policy came with it" }];
  const hosts = reachable(held, location.origin);
  return hosts.length > 0 ? [{ scope, why: `its policy lets requests go to ${hosts.join(", ")}` }] : [];
}

/** The policy that stands in the page's own file. */
export function metaPolicy(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content;
}
