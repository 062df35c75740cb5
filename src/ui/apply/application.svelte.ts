// A trained model at work on notes: what it found, what was corrected, and what leaves. Knows no component.

import { remembered } from "../../base/async.ts";
import { cutRemarks, type Note, type Question, questionsOf, type ReadNote, readNote } from "../../formats/note.ts";
import { type NoteFormatId, noteFormats } from "../../formats/note-format.ts";
import type { ReadNotes } from "../../formats/notes-read.ts";
import { taskOf } from "../../tasks/catalogue.ts";
import type { Example } from "../../tasks/example.ts";
import type { Task } from "../../tasks/task.ts";
import type { Lab } from "../lab.svelte.ts";
import { counted } from "../parts/numbers.ts";
import type { Download } from "../parts/save.ts";
import { Work } from "../parts/work.svelte.ts";
import type { NotebookHead } from "../services.ts";

const zips = remembered(() => import("../../formats/zip.ts"));

export interface Applied {
  readonly note: Note;
  readonly questions: readonly Question[];
  /** In the questions' order: as the model says, or as it was corrected. */
  readonly answers: readonly Example[];
  /** Places of the answers that the user corrected or confirmed. */
  readonly corrected: ReadonlySet<number>;
}

interface Answer {
  readonly example: Example;
  /** A part of it was not read. */
  readonly cut: boolean;
}

/** Questions with the same texts, and the same entities, have the same answer. */
const keyOf = (question: Example): string => JSON.stringify(question);

export const readOf = ({ note, questions, answers }: Applied): ReadNote => readNote(note, questions, answers);

export class Application {
  readonly work = new Work();
  notes = $state.raw<readonly Applied[]>([]);
  /** How the files were read. */
  remarks = $state.raw<readonly string[]>([]);
  /** The run whose model read the notes. */
  by = $state.raw<NotebookHead>();
  corrections = $derived(
    this.notes.flatMap(({ answers, corrected }) => [...corrected].sort((a, b) => a - b).map((i) => answers[i] as Example)),
  );
  /** Answers that a stopped or failed reading left. */
  kept = $state(0);
  /** By question: what this model read, it need not read again. */
  #answers: { readonly model: string; readonly byQuestion: Map<string, Answer> } | undefined;
  /** The corrections are in a file or in a run as well. */
  #taken = $state(false);
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Closing the tab would lose corrections. */
  get wouldLose(): boolean {
    return this.corrections.length > 0 && !this.#taken;
  }

  get task(): Task | undefined {
    return this.by && taskOf(this.by.config.task);
  }

  /** Notes that were read before go: they were another answer's. After a stop the same notes are read on from there. */
  apply = (run: NotebookHead, reading: (task: Task) => Promise<ReadNotes>): Promise<boolean> =>
    this.work.run("Reading the notes", async (signal) => {
      const { config, training } = run;
      const task = taskOf(config.task);
      const read = await reading(task);
      const questions = read.notes.map((note) => questionsOf(task.shape, note));
      const examples = questions.flat().map(({ example }) => example);
      const model = training?.model ?? run.id;
      if (this.#answers?.model !== model) this.#answers = { model, byQuestion: new Map() };
      const { byQuestion } = this.#answers;
      const open = new Map(examples.map((example) => [keyOf(example), example]));
      for (const key of byQuestion.keys()) open.delete(key);
      const [keys, total] = [[...open.keys()], open.size];
      const request = { task: config.task, model, device: config.device, examples: [...open.values()], inParts: true };
      let done = 0;
      if (total > 0) {
        for await (const event of this.#lab.services.train.predict(request, signal)) {
          if (event.type === "loading") this.work.tell("Loading the trained model", event.done, event.total);
          else {
            for (const [i, example] of event.examples.entries())
              byQuestion.set(keys[done++] as string, { example, cut: event.cut?.[i] === true });
            this.kept = byQuestion.size;
            this.work.tell(`Reading sentence ${done} of ${total}`, done, total);
          }
        }
      }
      const answered = examples.map((example) => byQuestion.get(keyOf(example)) as Answer);
      this.#answers = undefined;
      this.kept = 0;
      let next = 0;
      this.notes = read.notes.map((note, i) => {
        const own = questions[i] ?? [];
        const from = next;
        next += own.length;
        return {
          note,
          questions: own,
          answers: answered.slice(from, next).map((answer) => answer.example),
          corrected: new Set<number>(),
        };
      });
      this.remarks = [...read.remarks, ...cutRemarks(answered.filter(({ cut }) => cut).length, answered.length)];
      this.by = run;
    });

  correct(id: string, place: number, example: Example): void {
    this.#taken = false;
    this.notes = this.notes.map((applied) =>
      applied.note.id === id
        ? { ...applied, answers: applied.answers.with(place, example), corrected: new Set([...applied.corrected, place]) }
        : applied,
    );
  }

  /** One file, or an archive of several. */
  async file(format: NoteFormatId): Promise<Download> {
    this.#taken = true;
    const contents = [...noteFormats[format].write(this.notes.map(readOf))].map(([path, text]) => ({
      path,
      content: new Blob([text]),
    }));
    const [only] = contents;
    if (contents.length === 1 && only) return { name: only.path, blob: only.content };
    const name = `notes-${format}.zip`;
    const { writeZip } = await zips();
    return { name, blob: await writeZip(name, contents, new AbortController().signal) };
  }

  /** A new run with the same choices and knowledge, whose real examples have the corrected sentences among them. */
  goOn = (): Promise<boolean> =>
    this.work.run("Beginning a run with the corrections", async () => {
      const run = this.by && (await this.#lab.openRun(this.by.id));
      const { data } = run?.notebook ?? {};
      if (!run || !data) throw new Error("goOn: the run of the model is gone");
      const copy = run.copyFrom("generate", crypto.randomUUID().slice(0, 8), Date.now());
      const train = [...data.train, ...this.corrections];
      const n = this.corrections.length;
      const remark = `${counted(n, "sentence")} that ${n === 1 ? "was" : "were"} corrected by hand ${n === 1 ? "is" : "are"} among the examples.`;
      await this.#lab.create({ ...copy, data: { ...data, train, remarks: [...data.remarks, remark] } }, "generate");
      this.#taken = true;
    });
}
