// Counts what this tab asked of any network: the page and its workers, by the browser's own record of it. Knows no component.

import { canaryAddress } from "../../workers/canary.ts";
import { type SeenRequest, watchRequests } from "../../workers/seen-requests.ts";
import type { Services } from "../services.ts";

/** A request to another host, and who made it. */
export interface ForeignRequest extends SeenRequest {
  readonly by:
    | "page"
    | "generate worker"
    | "train worker"
    | "models worker"
    | "measure worker"
    | "analyse worker"
    | "capsules worker";
}

/** Tells whether a request was for another host. Blobs and data addresses never leave the page. */
export function isForeign(url: string, origin: string): boolean {
  const target = new URL(url, origin);
  return target.protocol !== "blob:" && target.protocol !== "data:" && target.origin !== origin;
}

export class Requests {
  /** Number of all requests. */
  total = $state(0);
  /** Requests for another host: sent, or refused by the policy. */
  foreign = $state.raw<readonly ForeignRequest[]>([]);
  /** Number of those that were sent; the policy refused the others before. */
  sent = $derived(this.foreign.filter((request) => !request.refused).length);
  refused = $derived(this.foreign.length - this.sent);

  constructor({ generate, train, library }: Pick<Services, "generate" | "train" | "library">) {
    watchRequests(document, (seen) => this.#take(seen, "page"));
    void this.follow(generate.requests(null), "generate worker");
    void this.follow(train.requests(null), "train worker");
    void this.follow(library.requests(null), "models worker");
  }

  /** Counts what a worker tells of. */
  async follow(stream: AsyncIterable<readonly SeenRequest[]>, by: ForeignRequest["by"]): Promise<void> {
    try {
      for await (const seen of stream) this.#take(seen, by);
    } catch {
      // The worker died, and asks for nothing any more.
    }
  }

  /** The canary of the self-check is none of the app's requests: the check tells of it. */
  #take(all: readonly SeenRequest[], by: ForeignRequest["by"]): void {
    const seen = all.filter(({ url }) => !canaryAddress.startsWith(url) && !url.startsWith(canaryAddress));
    this.total += seen.length;
    const foreign = seen.filter(({ url }) => isForeign(url, location.origin));
    if (foreign.length > 0) this.foreign = [...this.foreign, ...foreign.map((request) => ({ ...request, by }))];
  }
}
