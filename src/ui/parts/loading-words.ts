// Words of the page while a language model opens or a graph is imported. Knows no step.

import type { DriveEvent } from "../../experiment/drive-cell.ts";
import { bytes } from "./numbers.ts";
import type { Work } from "./work.svelte.ts";

type Told = Extract<DriveEvent, { type: "knowledge" }>["event"];

/** Sentence while another import is under way, in this tab or in another. */
export const waitingForImport =
  "Another graph is being imported, perhaps in another tab. This import begins when that one has ended";

/** Tells how far the loading is; false for an event that is about something else. */
export function tellLoading(work: Work, event: Told): boolean {
  if (event.type === "opened" || event.type === "imported") return true;
  if (event.type === "waiting") work.tell(waitingForImport);
  if (event.type !== "progress") return event.type === "waiting";
  const what = "what" in event ? event.what : "Importing the starter graph";
  work.tell(event.total > 0 ? `${what}: ${bytes(event.done)} of ${bytes(event.total)}` : what, event.done, event.total);
  return true;
}
