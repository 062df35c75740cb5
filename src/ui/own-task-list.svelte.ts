// The user's own tasks as every page sees them: those that can be used, and those that are half done. Knows no component.

import type { OwnTasks, Saved } from "../store/own-tasks.ts";
import type { OwnTask } from "../tasks/own-store.ts";
import type { TaskFile } from "../tasks/task-file.ts";

export interface ListedTask {
  readonly own: OwnTask;
  /** Absent while something is missing. */
  readonly file?: TaskFile;
}

export class OwnTaskList {
  /** The latest change first; undefined until read. */
  all = $state.raw<readonly ListedTask[]>();
  failure = $state.raw<unknown>();
  readonly #store: OwnTasks;

  constructor(store: OwnTasks) {
    this.#store = store;
    void this.read();
    store.watch(() => void this.read());
  }

  /** Tasks that a run can take. */
  get usable(): readonly TaskFile[] {
    return (this.all ?? []).flatMap(({ file }) => file ?? []);
  }

  async read(): Promise<void> {
    try {
      const kept = await this.#store.list();
      this.all = kept.length === 0 ? [] : await Promise.all(kept.map(listed));
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
  }

  get(id: string): Promise<OwnTask | undefined> {
    return this.#store.get(id);
  }

  /** A new task; with `since`, in the place of what was saved then, unless another tab changed or deleted it. */
  async save(task: OwnTask, since?: number): Promise<Saved> {
    const saved = await this.#store.put(task, since);
    if (saved.kind !== "written") return saved;
    const made = await listed(task);
    this.all = [made, ...(this.all ?? []).filter(({ own }) => own.id !== task.id)];
    return saved;
  }

  /** Hears when another tab saves or deletes the task, until the returned function is called. */
  watch(id: string, listener: () => void): () => void {
    return this.#store.watch((of) => {
      if (of === id) listener();
    });
  }

  async delete(id: string): Promise<void> {
    try {
      await this.#store.delete(id);
      this.all = this.all?.filter(({ own }) => own.id !== id);
    } catch (error) {
      this.failure = error;
    }
  }

  /** The id itself, or the first free one after it, of 64 characters at most. */
  freeId(id: string): string {
    const taken = new Set((this.all ?? []).map(({ own }) => own.id));
    let free = id;
    for (let i = 2; taken.has(free); i++) free = `${id.slice(0, 63 - `${i}`.length)}-${i}`;
    return free;
  }
}

/** The strict reader is loaded with the first task: who has none does without. */
async function listed(own: OwnTask): Promise<ListedTask> {
  const { wholeTask } = await import("../tasks/own-store.ts");
  try {
    return { own, file: wholeTask(own) };
  } catch {
    return { own }; // its page says what is missing
  }
}
