// Texts that are typed into the boxes of a task's page and not taken: kept beside the task, and no change to undo. Knows no page.

import type { Drafts } from "../../tasks/own-store.ts";

export class BoxDrafts {
  /** By box; blank ones are not kept. */
  all = $state.raw<Drafts>({});
  /** Those of this tab. */
  #own: Drafts = {};
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

  /** Shows another tab's beside what was typed here. */
  follow(theirs: Drafts): void {
    this.all = { ...theirs, ...this.#own };
  }

  /** Tells whether something was typed here. */
  get isTyped(): boolean {
    return Object.keys(this.#own).length > 0;
  }
}
