// Addresses: every one is a run and a step, or one of the few other pages. Knows no component.

import { type Step, steps } from "../experiment/notebook.ts";

export type Route =
  | { readonly page: "run"; readonly id: string; readonly step: Step }
  /** The list of arenas, or one of them. */
  | { readonly page: "arena"; readonly id?: string }
  /** A task of the user's own, by its id; "new" begins one. */
  | { readonly page: "task"; readonly id: string }
  | { readonly page: PlainPage };

/** Pages that have one address. */
const plainPages = ["runs", "tasks", "apply", "knowledge", "models", "device", "privacy", "learn"] as const;
type PlainPage = (typeof plainPages)[number];

/** The part itself where it is no encoding: a link that was cut short must not keep the app from starting. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Anything unknown is the list of runs. */
export function parseRoute(hash: string): Route {
  const [page, id, step] = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decoded);
  if (page === "run" && id) return { page, id, step: steps.find((s) => s === step) ?? "task" };
  if (page === "arena") return id ? { page, id } : { page };
  if (page === "task" && id) return { page, id };
  return { page: plainPages.find((plain) => plain === page) ?? "runs" };
}

export function addressOf(route: Route): string {
  if (route.page === "run") return `#/run/${encodeURIComponent(route.id)}/${route.step}`;
  if (route.page === "arena" && route.id) return `#/arena/${encodeURIComponent(route.id)}`;
  return route.page === "task" ? `#/task/${encodeURIComponent(route.id)}` : `#/${route.page}`;
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
