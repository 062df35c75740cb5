// Counts what this page asked of any network, by the browser's own record of it. Knows no component.

export interface SeenRequest {
  readonly url: string;
  readonly kind: string; // script, fetch, img, ...
}

/** Whether a request left for another host. Blobs and data addresses never leave the page. */
export function isForeign(url: string, origin: string): boolean {
  const target = new URL(url, origin);
  return target.protocol !== "blob:" && target.protocol !== "data:" && target.origin !== origin;
}

export class Requests {
  /** How many there were in all. */
  total = $state(0);
  /** Those that left this origin. */
  foreign = $state.raw<readonly SeenRequest[]>([]);
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => this.#take(list.getEntries()));
    this.#observer.observe({ type: "resource", buffered: true });
  }

  #take(entries: readonly PerformanceEntry[]): void {
    this.total += entries.length;
    const foreign = entries
      .filter((entry) => isForeign(entry.name, location.origin))
      .map((entry) => ({ url: entry.name, kind: (entry as PerformanceResourceTiming).initiatorType }));
    if (foreign.length > 0) this.foreign = [...this.foreign, ...foreign];
  }
}
