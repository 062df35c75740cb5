// Texts that are typed into the boxes of a task's page and not taken: kept beside the task, and no change to undo. Knows no page.

import type { Drafts } from "../../tasks/own-store.ts";
import { topicsBox } from "./topic-text.ts";
import type { LabelIds } from "./under-way.ts";

export class BoxDrafts {
  /** By box; blank ones are not kept. */
  all = $state.raw<Drafts>({});
  /** Those of this tab. */
  #own: Drafts = {};
  /** Those that are kept by now. */
  #kept: Drafts = {};
  readonly #changed: () => void;

  constructor(all: Drafts, changed: () => void) {
    this.all = all;
    this.#changed = changed;
  }

  /** Undefined where nothing was typed since. */
  text(box: string): string | undefined {
    return this.all[box];
  }

  keep(box: string, text = ""): void {
    const put = ({ [box]: _, ...others }: Drafts) => (text.trim() === "" ? others : { ...others, [box]: text });
    this.all = put(this.all);
    this.#own = put(this.#own);
    this.#changed();
  }

  /** The topics of a label that has another id stay its own. */
  relabel(before: LabelIds, now: LabelIds): void {
    const boxes = new Map([...before].map(([key, id]) => [topicsBox(id), topicsBox(now.get(key) || id)]));
    boxes.delete(topicsBox("")); // topics of all labels
    const put = (drafts: Drafts): Drafts =>
      Object.fromEntries(Object.entries(drafts).map(([box, text]) => [boxes.get(box) ?? box, text]));
    this.all = put(this.all);
    this.#own = put(this.#own);
    this.#kept = put(this.#kept);
  }

  /** Notes what was kept. */
  noteKept(drafts: Drafts): void {
    this.#kept = drafts;
  }

  /** Shows another tab's beside what was typed here, but for a text that was kept and that the other tab took. */
  follow(theirs: Drafts): void {
    const isTaken = (box: string) => theirs[box] === undefined && this.#own[box] === this.#kept[box];
    this.#own = Object.fromEntries(Object.entries(this.#own).filter(([box]) => !isTaken(box)));
    this.#kept = theirs;
    this.all = { ...theirs, ...this.#own };
  }

  /** Tells whether something was typed here. */
  get isTyped(): boolean {
    return Object.keys(this.#own).length > 0;
  }
}
