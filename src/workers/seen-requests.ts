// Requests of a page or a worker to any network, by the browser's own record of them. Knows no procedure and no page.

export interface SeenRequest {
  readonly url: string;
  readonly kind: string; // script, fetch, img, ..., or the rule that refused it
  /** The content security policy refused it, so that it was not sent. */
  readonly refused: boolean;
}

/**
 * Tells every request of this scope as the browser records it, from the scope's beginning on: answered or failed from its list of
 * resources, refused ones from the policy's reports, each refused address once. `reports` is `document`, or a worker's `self`.
 */
export function watchRequests(reports: EventTarget, tell: (seen: readonly SeenRequest[]) => void): void {
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as PerformanceResourceTiming[];
    tell(entries.map(({ name, initiatorType }) => ({ url: name, kind: initiatorType, refused: false })));
  });
  observer.observe({ type: "resource", buffered: true });
  // A page under two policies, of the header and of the meta tag, gets a report of each for one try.
  const refused = new Set<string>();
  reports.addEventListener("securitypolicyviolation", (event) => {
    const { blockedURI, effectiveDirective, disposition } = event as SecurityPolicyViolationEvent;
    if (!blockedURI.includes("://")) return; // "inline", "eval", "data": no request
    if (disposition === "report" || refused.has(blockedURI)) return;
    refused.add(blockedURI);
    tell([{ url: blockedURI, kind: effectiveDirective, refused: true }]);
  });
}

/** Begins to watch a worker, and gives the procedure that tells the page. It has one reader and never ends by itself. */
export function recordRequests(): (argument: null, signal: AbortSignal) => AsyncGenerator<readonly SeenRequest[], void> {
  const waiting: SeenRequest[] = [];
  let wake: () => void = () => undefined;
  watchRequests(self, (seen) => {
    waiting.push(...seen);
    wake();
  });
  return async function* requests(_, signal) {
    signal.addEventListener("abort", () => wake());
    while (!signal.aborted) {
      if (waiting.length > 0) yield waiting.splice(0);
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  };
}
