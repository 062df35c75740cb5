// A pair of texts as an example, once both have something to see. Knows no file format.

import { isVisible } from "../../tasks/words.ts";
import type { At, Split } from "../format.ts";
import type { Collection } from "./collection.ts";
import { malformed } from "./text-file.ts";

/** Adds the pair; one without a text is left out and counted. */
export function addPair(rows: Collection, split: Split, { file }: At, first: string, second: string, label: string): void {
  if (isVisible(first) && isVisible(second)) rows.add(split, { kind: "pair", first, second, label });
  else rows.count("empty-text", file);
}

/** Ids of a file's rows. Throws `file-malformed` for one id with two contents. */
export class RowIds {
  readonly #seen = new Map<string, { readonly content: string; readonly line: number }>();

  /** Tells whether the row is new; a second one of the same content is not, and one without an id is. */
  add({ file, line }: At, id: string, content: readonly unknown[]): boolean {
    if (id.trim() === "") return true;
    const said = JSON.stringify(content);
    const before = this.#seen.get(id);
    if (!before) {
      this.#seen.set(id, { content: said, line });
      return true;
    }
    if (before.content !== said)
      malformed(file, line, `the id ${id} stands on line ${before.line} already, with another content`);
    return false;
  }
}
