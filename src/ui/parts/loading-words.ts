// Words of the page while a language model opens or a graph is imported. Knows no step.

import type { DriveEvent } from "../../experiment/drive-cell.ts";
import type { TurnEvent } from "../../procedures/graph-turns.ts";
import { bytes, count } from "./numbers.ts";
import type { Work } from "./work.svelte.ts";

type Told = Extract<DriveEvent, { type: "knowledge" }>["event"];

/** Sentence while graphs are written by somebody else, most often another tab. */
export const waitingForTurn =
  "Another import or change of graphs is under way, perhaps in another tab. This one begins when that one has ended";

/** The result of work on a whole graph. Tells that it waits for its turn, what it does once it has begun, and how far it is. */
export async function turnResult<T>(work: Work, now: string, events: AsyncGenerator<TurnEvent<T>, void>): Promise<T> {
  for await (const event of events) {
    if (event.type === "done") return event.result;
    if (event.type === "progress")
      work.tell(`${now}: ${count(event.done)} of ${count(event.total)} rows`, event.done, event.total);
    else work.tell(event.type === "waiting" ? waitingForTurn : now);
  }
  throw new Error("unreachable: work that takes its turn ends with its result");
}

/** Tells how far the loading is; false for an event that is about something else. */
export function tellLoading(work: Work, event: Told): boolean {
  if (event.type === "opened" || event.type === "imported") return true;
  if (event.type === "waiting") work.tell(waitingForTurn);
  if (event.type !== "progress") return event.type === "waiting";
  const what = "what" in event ? event.what : "Importing the starter graph";
  work.tell(event.total > 0 ? `${what}: ${bytes(event.done)} of ${bytes(event.total)}` : what, event.done, event.total);
  return true;
}
