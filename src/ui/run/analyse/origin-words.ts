// Where a text of the map came from, in words. Pure.

import type { Origin } from "../../../generate/source.ts";
import { topicWords } from "../../parts/words.ts";

/** `set` is the name of its set; a real text has no origin. */
export function originWords(set: string, origin: Origin | undefined): string {
  if (!origin) return set;
  if (origin.kind === "derived") {
    const rows = origin.from.map((row) => row + 1).join(", ");
    return `${set}, from real ${origin.from.length === 1 ? "row" : "rows"} ${rows}`;
  }
  const topic = origin.topic ? `, topic ${topicWords(origin.topic)}` : "";
  return `${set}${topic}${origin.style ? `, style ${origin.style}` : ""}`;
}
