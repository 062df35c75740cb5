// A run's notebook in this tab: as the store has it, with the changes that are on their way there. Knows no step.

import { breathe, mutex } from "../../base/async.ts";
import type { Notebook } from "../../experiment/notebook.ts";
import { type NotebookPatch, patched } from "../../experiment/notebook-patch.ts";
import type { NotebookNews } from "../../store/notebook.ts";
import type { NotebookStore } from "../services.ts";

export class NotebookRecord {
  /** With every change made here, stored or not. */
  notebook: Notebook;
  /** Why the last change could not be saved. */
  unsaved = $state.raw<unknown>();
  /** The last change came too late: another tab had changed the same, and its state is shown. */
  overtaken = $state(false);
  /** Another tab deleted the run. */
  deleted = $state(false);
  readonly #store: NotebookStore;
  readonly #saved: (notebook: Notebook) => void;
  readonly #queue = mutex();
  /** As the store has it; undefined for a new one that is not stored yet. */
  #stored: Notebook | undefined;
  #pending: NotebookPatch[] = [];

  /** `saved` hears each notebook that was stored, or read anew. */
  constructor(store: NotebookStore, notebook: Notebook, isStored: boolean, saved: (notebook: Notebook) => void) {
    this.#store = store;
    this.#saved = saved;
    this.notebook = $state.raw(notebook);
    this.#stored = isStored ? notebook : undefined;
  }

  /** Shows the change at once and saves it. The page shows it even when saving fails, and says so. */
  async change(patch: NotebookPatch): Promise<void> {
    this.overtaken = false;
    this.notebook = patched(this.notebook, patch);
    this.#pending.push(patch);
    await this.save();
  }

  /** Saves what is not saved yet. */
  async save(): Promise<void> {
    await breathe(); // the copy that storing takes must not lengthen the task that changed the notebook
    await this.#queue.run(async () => {
      try {
        await this.#write();
        this.unsaved = undefined;
      } catch (error) {
        this.unsaved = error;
      }
    });
  }

  /** Another tab tells: what it stored is shown here too, under the changes that are on their way. */
  async heard(news: NotebookNews): Promise<void> {
    if (news.type === "deleted") {
      this.deleted = true;
      return;
    }
    const { version } = news;
    await this.#queue.run(async () => {
      if (!this.#stored || version <= (this.#stored.version ?? 0)) return;
      const notebook = await this.#store.get(this.#stored.id).catch(() => undefined);
      if (notebook) this.#take(notebook);
    });
  }

  async #write(): Promise<void> {
    if (this.deleted) return;
    if (!this.#stored) {
      const { notebook } = this;
      const written = this.#pending.length;
      await this.#store.put(notebook);
      this.#drop(written);
      return this.#take({ ...notebook, version: (notebook.version ?? 0) + 1 });
    }
    while (this.#pending.length > 0) {
      const written = this.#pending.length;
      const patch = this.#pending.reduce<NotebookPatch>(joined, {});
      const changed = await this.#store.change(this.#stored, patch);
      this.#drop(written);
      if (changed.kind === "deleted") {
        this.deleted = true;
        return;
      }
      this.overtaken = changed.kind === "outdated";
      this.#take(changed.notebook);
    }
  }

  #drop(count: number): void {
    this.#pending = this.#pending.slice(count);
  }

  #take(stored: Notebook): void {
    this.#stored = stored;
    this.notebook = this.#pending.reduce<Notebook>((notebook, patch) => patched(notebook, patch), stored);
    this.#saved(stored);
  }
}

/** Two patches as one. A field that is removed stays in it as undefined. */
function joined(first: NotebookPatch, second: NotebookPatch): NotebookPatch {
  const removed = Object.entries(second).filter(([, value]) => value === undefined);
  return { ...patched<NotebookPatch>(first, second), ...Object.fromEntries(removed) };
}
