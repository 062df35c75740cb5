// Words for texts that are being embedded. Knows no page.

import type { EmbedEvent } from "../../procedures/embedder-pool.ts";
import { count } from "./numbers.ts";
import type { Work } from "./work.svelte.ts";

export function tellEmbedding(work: Work, event: Exclude<EmbedEvent, { type: "kept" }>): void {
  const { done, total } = event;
  if (event.type === "loading") work.tell("Opening the encoder", done, total);
  else work.tell(`Reading text ${count(Math.min(done + 1, total))} of ${count(total)}`, done, total);
}
