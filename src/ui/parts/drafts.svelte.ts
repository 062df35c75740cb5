// Texts that are typed and not submitted: in this tab's memory, while other pages are read. Knows no page.

type Texts = Readonly<Record<string, string>>;

/** The fields of one form. */
export class Draft {
  #texts = $state.raw<Texts>({});
  /** The texts as they were submitted last. */
  #taken: Texts = {};

  /** Undefined where nothing was typed yet. */
  text(field: string): string | undefined {
    return this.#texts[field];
  }

  put(field: string, text: string): void {
    this.#texts = { ...this.#texts, [field]: text };
  }

  /** Notes that the texts were submitted: they may stay in their fields. */
  take(): void {
    this.#taken = this.#texts;
  }

  clear(): void {
    this.#texts = {};
  }

  /** Tells whether a field holds a text. */
  get isBegun(): boolean {
    return Object.values(this.#texts).some((text) => text.trim() !== "");
  }

  /** Closing the tab would lose a text. */
  get wouldLose(): boolean {
    return Object.entries(this.#texts).some(([field, text]) => text.trim() !== "" && text !== this.#taken[field]);
  }
}

export class Drafts {
  /** By owner, then by form. */
  readonly #all = new Map<string, Map<string, Draft>>();

  /** The draft of a form, by a name of its own; that of a run has the run's id as its owner. */
  of(form: string, owner = ""): Draft {
    const forms = this.#all.get(owner) ?? new Map<string, Draft>();
    const draft = forms.get(form) ?? new Draft();
    this.#all.set(owner, forms.set(form, draft));
    return draft;
  }

  /** The owner is deleted: its drafts are nothing to lose. */
  forget(owner: string): void {
    this.#all.delete(owner);
  }

  get wouldLose(): boolean {
    return [...this.#all.values()].some((forms) => [...forms.values()].some((draft) => draft.wouldLose));
  }
}
