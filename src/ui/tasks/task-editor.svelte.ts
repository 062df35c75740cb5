// A task of the user's own while it is edited: each change can be undone, and is kept after a moment. Knows no component.

import { mutex } from "../../base/async.ts";
import { ClinfuseError } from "../../base/errors.ts";
import type { Example } from "../../tasks/example.ts";
import { exampleSets, noExamples, type TaskExamples } from "../../tasks/example-rows.ts";
import type { Family } from "../../tasks/families.ts";
import { fivePerLabel, setWanting } from "../../tasks/few-shot.ts";
import { emptyTask, endRenamed, followed, type HalfTask, labelFollowed, type OwnTask, wholeTask } from "../../tasks/own-store.ts";
import { hasField, shapeOf } from "../../tasks/own-task.ts";
import { labelsOf, textsOf } from "../../tasks/shapes.ts";
import type { Label, Task } from "../../tasks/task.ts";
import type { OwnTaskList } from "../own-task-list.svelte.ts";
import { BoxDrafts } from "./box-drafts.svelte.ts";
import { missingWords } from "./missing-words.ts";
import { asBefore, isOf, type LabelIds, type UnderWay } from "./under-way.ts";

export type SetName = keyof TaskExamples;

interface State {
  readonly half: HalfTask;
  /** A key for each label of `half`, in their order. */
  readonly keys: readonly number[];
  readonly examples: TaskExamples;
  readonly waiting: NonNullable<OwnTask["waiting"]>;
}

/** Milliseconds of rest after which a change is kept; typing is one change to undo. */
const rest = 500;
const mostUndone = 200;

export class TaskEditor {
  readonly id: string;
  readonly drafts: BoxDrafts;
  #state = $state.raw<State>({ half: emptyTask("", 0).half, keys: [], examples: noExamples, waiting: [] });
  #underWay = $state.raw<UnderWay>();
  /** What another tab stored of its own: it is not shown here, and not lost by what is kept here. */
  #elsewhere: Example | undefined;
  #past = $state.raw<readonly State[]>([]);
  #future = $state.raw<readonly State[]>([]);
  /** Why the last change could not be kept. */
  failure = $state.raw<unknown>();
  /** A change is not kept yet. */
  pending = $state(false);
  /** Another tab had changed the task before the last change was kept: its state is shown, and undo leads back. */
  overtaken = $state(false);
  /** Another tab deleted the task. */
  deleted = $state(false);
  /** When what is stored was saved; undefined for a new task. */
  #stored: number | undefined;
  readonly #queue = mutex();
  readonly #list: OwnTaskList;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextKey = 0;
  /** Field of the last change, and when: letters typed into one field are undone together. */
  #touched = { what: "", at: 0 };

  constructor(list: OwnTaskList, task: OwnTask, isStored: boolean) {
    const { id, updatedAt, half, examples, waiting = [], underWay, drafts = {} } = task;
    this.#list = list;
    this.id = id;
    this.#stored = isStored ? updatedAt : undefined;
    this.#state = { half, keys: half.labels.map(() => this.#nextKey++), examples, waiting };
    this.#underWay = this.#begun(underWay, this.#ids);
    this.drafts = new BoxDrafts(drafts, () => this.#keepSoon());
  }

  get half(): HalfTask {
    return this.#state.half;
  }

  get examples(): TaskExamples {
    return this.#state.examples;
  }

  /** Texts that are still to be labelled. */
  get waiting(): State["waiting"] {
    return this.#state.waiting;
  }

  /** What is labelled in one form, or read from a file, fits no other. */
  get form(): string {
    return `${shapeOf(this.half.family)} ${this.half.carries ?? ""}`;
  }

  /** The first text that waits as far as it is labelled; undefined where nothing is, or not all that makes an example. */
  get underWay(): Example | undefined {
    const begun = this.#underWay;
    return begun?.of === this.waiting[0] && begun?.form === this.form ? this.asNow(begun.example, begun.ids) : undefined;
  }

  /** Keeps, beside the task, how far the first text that waits is labelled; undo does not lead through it. */
  label(example: Example | undefined): void {
    this.#underWay = this.#begun(example, this.shownIds);
    this.#keepSoon();
  }

  #begun(example: Example | undefined, ids: LabelIds): UnderWay | undefined {
    const [of] = this.waiting;
    return of && example && { of, form: this.form, ids, example };
  }

  /** The whole task, or what is missing, in words. */
  readonly checked = $derived.by((): { readonly task: Task } | { readonly missing: string } => {
    try {
      return { task: wholeTask({ id: this.id, updatedAt: 0, half: this.half, examples: noExamples }).task };
    } catch (error) {
      if (!(error instanceof ClinfuseError)) throw error;
      return { missing: missingWords(error.place.what ?? error.message) };
    }
  });

  get task(): Task | undefined {
    return "task" in this.checked ? this.checked.task : undefined;
  }

  /** The task as it was whole last: what the page shows while a word of it is being written. */
  get shown(): Task | undefined {
    if ("task" in this.checked) this.#last = { task: this.checked.task, ids: this.#ids };
    return this.#last?.task.family === this.half.family ? this.#last.task : undefined;
  }

  #last: { readonly task: Task; readonly ids: LabelIds } | undefined;

  get #ids(): LabelIds {
    return new Map(this.half.labels.map(({ id }, i) => [this.#state.keys[i] ?? -1, id]));
  }

  /** Ids of the labels of the task that is shown: what is labelled on the page bears them. */
  get shownIds(): LabelIds {
    return this.shown && this.#last ? this.#last.ids : this.#ids;
  }

  /** Grows whenever a label of the task that is shown has another id, or is gone. */
  readonly relabellings = $derived.by((): number => {
    const now = this.shownIds;
    if ([...this.#seen].some(([key, id]) => id !== "" && now.get(key) !== id)) this.#relabellings++;
    this.#seen = now;
    return this.#relabellings;
  });

  #seen: LabelIds = new Map();
  #relabellings = 0;

  /** The id now of a label that had this one when the ids were `then`; undefined where it is gone. One that is not of `then` stays. */
  idNow(id: string, then: LabelIds, now = this.shownIds): string | undefined {
    const [key] = [...then].find(([, other]) => other === id) ?? [];
    return key === undefined ? id : now.get(key);
  }

  /** An example that was labelled when the ids were `then`, as it would be labelled now. */
  asNow(example: Example, then: LabelIds, now = this.shownIds): Example | undefined {
    const next = followed(example, (id) => this.idNow(id, then, now), this.half.carries !== "any");
    const { head, tail } = this.half;
    if (next?.kind !== "relation" || !head || !tail) return next;
    return { ...next, head: { ...next.head, label: head.type }, tail: { ...next.tail, label: tail.type } };
  }

  /** The example with the ids of now, in place of those of the task that is shown. */
  #kept = (example: Example): Example | undefined => this.asNow(example, this.shownIds, this.#ids);

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  undo = (): void => this.#step("past");
  redo = (): void => this.#step("future");

  #step(which: "past" | "future"): void {
    const from = which === "past" ? this.#past : this.#future;
    const state = from.at(-1);
    if (!state) return;
    const [past, future] =
      which === "past" ? [from.slice(0, -1), [...this.#future, this.#state]] : [[...this.#past, this.#state], from.slice(0, -1)];
    this.#past = past;
    this.#future = future;
    this.#touched = { what: "", at: 0 };
    this.#take(state);
  }

  /** Changes words of the task; a field that is undefined follows the labels again. */
  set(patch: { readonly [K in keyof HalfTask]?: HalfTask[K] | undefined }): void {
    const half = Object.fromEntries(Object.entries({ ...this.half, ...patch }).filter(([, value]) => value !== undefined));
    this.#change({ half: half as unknown as HalfTask, examples: this.examples }, Object.keys(patch).join());
  }

  /** Examples of another shape go; undo brings them back. */
  setFamily(family: Family): void {
    const { name, labels } = this.half;
    const keeps = shapeOf(family) === shapeOf(this.half.family);
    const whole = labels.map(({ negative: _, ...label }) => label);
    const ends = hasField(family, "head") ? { head: { word: "", type: "" }, tail: { word: "", type: "" } } : {};
    const waiting = shapeOf(family) === "pair" || shapeOf(this.half.family) === "pair" ? [] : this.waiting;
    const half: HalfTask = { name, family, labels: whole, ...ends, ...(hasField(family, "carries") ? { carries: "one" } : {}) };
    this.#change({ half, examples: keeps ? this.examples : noExamples, waiting: keeps ? this.waiting : waiting }, "");
  }

  /** Examples that carry several labels, or none. */
  get notOne(): readonly Example[] {
    return exampleSets.flatMap((set) => this.examples[set].filter((example) => labelsOf(example).length !== 1));
  }

  /** Texts with several labels, or none, wait to be labelled again where one is to be carried. */
  setCarries(carries: "one" | "any"): void {
    const again = new Set(carries === "one" ? this.notOne : []);
    const kept = (set: SetName) => this.examples[set].filter((example) => !again.has(example));
    const examples = { train: kept("train"), validation: kept("validation"), test: kept("test") };
    this.#change({ half: { ...this.half, carries }, examples, waiting: [...[...again].map(textsOf), ...this.waiting] }, "");
  }

  /** A label's id is its name; its examples follow. */
  setLabel(i: number, patch: Partial<Pick<Label, "name" | "description">> & { readonly negative?: boolean }): void {
    const before = this.half.labels[i];
    if (!before) return;
    const { negative = before.negative === true, ...words } = patch;
    const { negative: _, ...kept } = before;
    const name = patch.name ?? before.name;
    // While a name is empty, or another label's, the id stays: each example is still known to be this label's.
    const isOthers = this.half.labels.some(
      (other, k) => k !== i && [other.id, other.name].some((word) => word.toLowerCase() === name.toLowerCase()),
    );
    const id = name === "" || isOthers ? before.id : name;
    const label: Label = { ...kept, ...words, id, ...(negative ? { negative: true } : {}) };
    const labels = this.half.labels.map((other, k) => (k === i ? label : other));
    const next = labelFollowed({ ...this.half, labels }, this.examples, before.id, id);
    this.#change(next, `label ${i} ${Object.keys(patch).join()}`);
  }

  /** Both ends of a relation's examples bear their kind. */
  setEnd(end: "head" | "tail", word: string): void {
    const half = { ...this.half, [end]: { word, type: word } };
    this.#change({ half, examples: endRenamed(this.examples, end, word) }, end);
  }

  addLabel(): void {
    this.#change(
      {
        half: { ...this.half, labels: [...this.half.labels, { id: "", name: "", description: "" }] },
        keys: [...this.#state.keys, this.#nextKey++],
      },
      "",
    );
  }

  removeLabel(i: number): void {
    const { id } = this.half.labels[i] ?? { id: "" };
    const labels = this.half.labels.filter((_, k) => k !== i);
    const keys = this.#state.keys.filter((_, k) => k !== i);
    this.#change({ ...labelFollowed({ ...this.half, labels }, this.examples, id, undefined), keys }, "");
  }

  /** Puts examples where they are wanted most: to train on until each label has its shots, then to validate, then to test. */
  add(added: readonly Example[], into?: SetName): void {
    const sets = { train: [...this.examples.train], validation: [...this.examples.validation], test: [...this.examples.test] };
    for (const example of added.flatMap((one) => this.#kept(one) ?? [])) sets[into ?? this.#wanting(sets, example)].push(example);
    this.#change({ half: this.half, examples: sets }, "");
  }

  #wanting = (sets: TaskExamples, example: Example) => setWanting(this.task?.shots ?? fivePerLabel, sets, example);

  /** Texts to label, after those that wait already. */
  wait(texts: State["waiting"]): void {
    this.#change({ waiting: [...this.waiting, ...texts] }, "");
  }

  /** The first text that waits is labelled, or passed over. */
  settle(labelled: Example | undefined): void {
    const waiting = this.waiting.slice(1);
    const example = labelled && this.#kept(labelled);
    if (!example) return this.#change({ waiting }, "");
    const { train, validation, test } = this.examples;
    const set = this.#wanting(this.examples, example);
    this.#change({ waiting, examples: { train, validation, test, [set]: [...this.examples[set], example] } }, "");
  }

  replace(set: SetName, i: number, labelled: Example | undefined): void {
    const example = labelled && this.#kept(labelled);
    const rows = this.examples[set].flatMap((other, k) => (k === i ? (example ?? []) : other));
    this.#change({ half: this.half, examples: { ...this.examples, [set]: rows } }, example ? `${set} ${i}` : "");
  }

  move(set: SetName, i: number, to: SetName): void {
    const example = this.examples[set][i];
    if (!example || set === to) return;
    const examples = {
      ...this.examples,
      [set]: this.examples[set].filter((_, k) => k !== i),
      [to]: [...this.examples[to], example],
    };
    this.#change({ half: this.half, examples }, "");
  }

  #change(change: Partial<State>, what: string): void {
    const state = { ...this.#state, ...change };
    const now = Date.now();
    const goesOn = what !== "" && what === this.#touched.what && now - this.#touched.at < 1500;
    if (!goesOn) this.#past = [...this.#past, this.#state].slice(-mostUndone);
    this.#future = [];
    this.#touched = { what, at: now };
    this.overtaken = false;
    this.#take(state);
  }

  #take(state: State): void {
    const before = this.#ids;
    this.#state = state;
    this.drafts.relabel(before, this.#ids);
    this.#keepSoon();
  }

  #keepSoon(): void {
    this.pending = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), rest);
  }

  save = async (): Promise<void> => {
    clearTimeout(this.#timer);
    await this.#queue.run(async () => {
      if (!this.pending || this.deleted) return;
      this.pending = false;
      const updatedAt = Math.max(Date.now(), (this.#stored ?? 0) + 1);
      try {
        const { keys: _, ...state } = this.#state;
        const elsewhere = this.#elsewhere && isOf(this.#elsewhere, state.waiting[0]) ? this.#elsewhere : undefined;
        const underWay = this.underWay ? this.#kept(this.underWay) : elsewhere;
        const drafts = this.drafts.all;
        const beside = { drafts, ...(underWay ? { underWay } : {}) };
        const saved = await this.#list.save({ id: this.id, updatedAt, ...state, ...beside }, this.#stored);
        this.failure = undefined;
        this.deleted = saved.kind === "deleted";
        this.overtaken = saved.kind === "outdated";
        if (saved.kind === "written") {
          this.#stored = updatedAt;
          this.drafts.noteKept(drafts);
        } else if (saved.kind === "outdated") {
          this.#follow(saved.task);
          if (this.underWay || this.drafts.isTyped) this.#keepSoon();
        }
      } catch (error) {
        this.pending = true;
        this.failure = error;
      }
    });
  };

  /** Keeps a task again that another tab deleted. */
  restore = async (): Promise<void> => {
    this.#stored = undefined;
    this.deleted = false;
    this.pending = true;
    await this.save();
  };

  /** Shows what another tab stores, until the returned function is called. */
  watch(): () => void {
    return this.#list.watch(this.id, () => {
      this.#queue.run(() => this.#look()).catch(() => undefined); // the next change is not kept over what is there
    });
  }

  async #look(): Promise<void> {
    if (this.#stored === undefined) return;
    const task = await this.#list.get(this.id);
    const isBack = this.deleted && task !== undefined;
    if (isBack) this.deleted = false;
    if (this.pending && isBack) this.#take(this.#state); // no save waits while it is deleted
    if (this.pending) return; // saving tells
    this.deleted = task === undefined;
    if (task && task.updatedAt !== this.#stored) this.#follow(task);
  }

  /** Another tab's state is one change to undo. */
  #follow({ updatedAt, half, examples, waiting = [], underWay, drafts = {} }: OwnTask): void {
    clearTimeout(this.#timer);
    this.#past = [...this.#past, this.#state].slice(-mostUndone);
    this.#future = [];
    this.#touched = { what: "", at: 0 };
    const isSame = half.labels.length === this.half.labels.length;
    const keyOf = (id: string) => [...this.#ids].find(([, other]) => other === id && id !== "")?.[0];
    const keys = half.labels.map(({ id }, i) => (isSame ? this.#state.keys[i] : keyOf(id)) ?? this.#nextKey++);
    this.#state = { half, keys, examples, waiting: asBefore(waiting, this.waiting) };
    this.#stored = updatedAt;
    this.#elsewhere = underWay;
    this.drafts.follow(drafts);
    this.pending = false;
  }

  get total(): number {
    return exampleSets.reduce((sum, set) => sum + this.examples[set].length, 0);
  }
}
