// Addresses: every one is a run and a step, or one of the few other pages. Knows no component.

import { type Step, steps } from "../experiment/notebook.ts";

export type Route =
  | { readonly page: "run"; readonly id: string; readonly step: Step }
  | { readonly page: "runs" }
  | { readonly page: "models" }
  | { readonly page: "device" }
  | { readonly page: "privacy" };

/** Anything unknown is the list of runs. */
export function parseRoute(hash: string): Route {
  const [page, id, step] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decodeURIComponent);
  if (page === "run" && id) return { page, id, step: steps.find((s) => s === step) ?? "task" };
  if (page === "models" || page === "device" || page === "privacy") return { page };
  return { page: "runs" };
}

export function addressOf(route: Route): string {
  return route.page === "run" ? `#/run/${encodeURIComponent(route.id)}/${route.step}` : `#/${route.page}`;
}

export class Router {
  current = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => {
      this.current = parseRoute(location.hash);
    });
  }

  go(route: Route): void {
    location.hash = addressOf(route);
  }
}
