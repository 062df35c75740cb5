// The rows of one reading by set, what was left out by count, and what was decided. Knows no format.

import { ClinfuseError } from "../../base/errors.ts";
import type { Example } from "../../tasks/example.ts";
import type { Task } from "../../tasks/task.ts";
import type { At, Rows, Split } from "../format.ts";
import { splits } from "../format.ts";
import { listed } from "./paths.ts";
import { isOwnCorpus, type OwnCorpus } from "./types.ts";

/** A decision that is told by count. `detail` is the type, the label or the like that it is about. */
const decisions = {
  "no-label": (n: number, detail: string) => `${rows(n)} without a label ${were(n)} left out${of(detail)}.`,
  "stray-label": (n: number, detail: string) =>
    `${rows(n)} with the label ${detail}, which the corpus does not have, ${were(n)} left out.`,
  "other-label": (n: number, detail: string) =>
    `${rows(n)} with the label ${detail}, which the task does not have, ${were(n)} left out.`,
  "broken-row": (n: number, detail: string) => `${rows(n)} of another number of columns ${were(n)} left out${of(detail)}.`,
  "empty-text": (n: number, detail: string) => `${rows(n)} without text ${were(n)} left out${of(detail)}.`,
  article: (n: number, detail: string) =>
    `${rows(n)} without an explanation ${were(n)} read with the article's text (main_text) as the evidence${of(detail)}.`,
  "no-hallmark": (n: number) =>
    `${n} sentence${s(n)} without a label ${were(n)} left out: the task's examples carry one or more.`,
  "other-type": (n: number, detail: string) =>
    `${mentions(n)} of the type ${detail} ${were(n)} left out: the task marks other types.`,
  overlap: (n: number) =>
    `${mentions(n)} that overlap${n === 1 ? "s" : ""} another ${were(n)} left out: the longest is kept, of two as long the first.`,
  fragments: (n: number) => `${mentions(n)} in several pieces ${were(n)} left out: the task's examples mark one stretch each.`,
  "not-carried": (n: number, detail: string) => `Passed over, for the task's examples carry none: ${detail} (${n}).`,
  "not-gold": (n: number) => `${rows(n)} with predictions of a model alone ${were(n)} left out: they are no annotations.`,
  annotators: (n: number) =>
    `${rows(n)} annotated several times ${were(n)} read in the first annotation that was not cancelled, or in the one marked as ground truth.`,
  part: (n: number) => `${mentions(n)} inside a composite one ${were(n)} left out: the composite mention is marked.`,
  "index-term": (n: number) =>
    `${n} index term${s(n)} of the document ${were(n)} left out: the text does not mention ${n === 1 ? "it" : "them"}.`,
  outside: (n: number) => `${mentions(n)} outside of every sentence ${were(n)} left out.`,
  gap: (n: number) => `${n} stretch${n === 1 ? "" : "es"} of text outside of every sentence ${were(n)} passed over.`,
  blank: (n: number) => `${mentions(n)} of no visible character ${were(n)} left out.`,
  repeated: (n: number) => `${mentions(n)} stated twice ${were(n)} counted once.`,
  crossing: (n: number) => `${n} sentence border${s(n)} inside a mention ${were(n)} passed over.`,
  apart: (n: number) => `${relations(n)} ${n === 1 ? "has" : "have"} no sentence that names both ends and ${were(n)} left out.`,
  "no-mention": (n: number) =>
    `${relations(n)} ${n === 1 ? "has" : "have"} an end that is none of the mentions read and ${were(n)} left out.`,
  "no-ends": (n: number) => `${relations(n)} that ${n === 1 ? "does" : "do"} not name two ends ${were(n)} left out.`,
  "no-name": (n: number) => `${relations(n)} without a label ${were(n)} left out.`,
  "of-event": (n: number) => `${relations(n)} that name${n === 1 ? "s" : ""} an event ${were(n)} left out.`,
  "other-relation": (n: number, detail: string) =>
    `${relations(n)} with the label ${detail}, which the task does not have, ${were(n)} left out.`,
  "pair-left-out": (n: number) => `${n} pair${s(n)} of mentions whose stated relation was left out ${were(n)} left out too.`,
  unstated: (n: number) => `${n} pair${s(n)} of mentions without a stated relation ${were(n)} left out.`,
  "second-label": (n: number) =>
    `${n} pair${s(n)} of mentions with several relations carr${n === 1 ? "ies" : "y"} the first one stated.`,
  "repeated-row": (n: number, detail: string) =>
    `${rows(n)} that stand${n === 1 ? "s" : ""} twice ${were(n)} read once${of(detail)}.`,
  "repeated-document": (n: number) => `${n} document${s(n)} that stand${n === 1 ? "s" : ""} twice ${were(n)} read once.`,
  "repeated-otherwise": (n: number) =>
    `${n} document${s(n)} that stand${n === 1 ? "s" : ""} twice, with other mentions the second time, ${were(n)} read as ${n === 1 ? "it stands" : "they stand"} first.`,
  "lost-label": (n: number, detail: string) =>
    `${n} label${s(n)} of pairs that no file holds ${were(n)} passed over${of(detail)}.`,
  "lost-evidence": (n: number, detail: string) =>
    `Evidence of ${n} document${s(n)} that the claim does not cite was passed over${of(detail)}.`,
  "no-citation": (n: number, detail: string) => `${n} claim${s(n)} without a cited document ${were(n)} left out${of(detail)}.`,
  "lost-document": (n: number, detail: string) =>
    `${n} document${s(n)} that the list names and the folder does not hold ${were(n)} passed over${of(detail)}.`,
  "no-list": (n: number) => `${n} document${s(n)} that stand${n === 1 ? "s" : ""} in no list of a set ${were(n)} left out.`,
} as const satisfies Readonly<Record<string, (n: number, detail: string) => string>>;

export type Decision = keyof typeof decisions;

const s = (n: number): string => (n === 1 ? "" : "s");
const were = (n: number): string => (n === 1 ? "was" : "were");
const rows = (n: number): string => `${n} row${s(n)}`;
const relations = (n: number): string => `${n} stated relation${s(n)}`;
const mentions = (n: number): string => `${n} mention${s(n)}`;
const of = (detail: string): string => (detail === "" ? "" : ` (${detail})`);

/** Places that a remark lists, at most. */
const mostPlaces = 5;

/** "(a.ann, lines 3, 9; b.ann, line 1; and 4 more)", before the full stop. */
function withPlaces(sentence: string, places: readonly At[], count: number): string {
  if (places.length === 0) return sentence;
  const files = new Map<string, number[]>();
  for (const { file, line } of places) files.set(file, [...(files.get(file) ?? []), line]);
  const told = [...files].map(([file, lines]) => `${file}, line${s(lines.length)} ${lines.join(", ")}`);
  const more = count - places.length;
  return `${sentence.replace(/\.$/, "")} (${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join("; ")}).`;
}

export class Collection {
  readonly #rows = new Map<Split, Example[]>();
  readonly #files = new Map<Split, string[]>();
  readonly #counts = new Map<
    string,
    { readonly decision: Decision; readonly detail: string; count: number; readonly places: At[] }
  >();
  readonly #remarks: string[] = [];

  /** Corpora whose own names of types count here: the task's, and those that a reader finds. */
  readonly corpora: Set<OwnCorpus>;

  constructor(readonly task: Task) {
    this.corpora = new Set(isOwnCorpus(task.id) ? [task.id] : []);
  }

  /** Opens a set for a file, so that a file without rows still makes a set. */
  open(split: Split, file: string): void {
    this.#files.set(split, [...(this.#files.get(split) ?? []), file]);
    if (!this.#rows.has(split)) this.#rows.set(split, []);
  }

  add(split: Split, example: Example): void {
    const set = this.#rows.get(split);
    if (!set) throw new Error(`Collection.add: the set ${split} was not opened`);
    set.push(example);
  }

  count(decision: Decision, detail = "", count = 1): void {
    if (count === 0) return;
    const key = `${decision} ${detail}`;
    const known = this.#counts.get(key);
    if (known) known.count += count;
    else this.#counts.set(key, { decision, detail, count, places: [] });
  }

  /** Counts one that was left out, with the line where it stands. */
  countAt(decision: Decision, { file, line }: At): void {
    this.count(decision);
    const places = this.#counts.get(`${decision} `)?.places;
    if (places && places.length < mostPlaces) places.push({ file, line });
  }

  remark(text: string): void {
    if (!this.#remarks.includes(text)) this.#remarks.push(text);
  }

  /** Throws `file-empty` where nothing was read at all. */
  finish(): Rows {
    const read = splits.flatMap((split) => {
      const found = this.#rows.get(split);
      return found && found.length > 0 ? [[split, found] as const] : [];
    });
    const told = [...this.#counts.values()].map(({ decision, detail, count, places }) =>
      withPlaces(decisions[decision](count, detail), places, count),
    );
    const files = [...this.#files.values()].flat();
    if (read.length === 0) {
      const why = told.length > 0 ? `: ${told.join(" ")}` : "";
      throw new ClinfuseError(
        "file-empty",
        `${listed(files)} ${files.length === 1 ? "holds" : "hold"} no rows for ${this.task.name}${why}`,
        {
          file: files[0] ?? "the folder",
        },
      );
    }
    const several = read.flatMap(([split]) => {
      const names = this.#files.get(split) ?? [];
      return names.length > 1 && names.length <= 8 ? [`${listed(names)} were read as one set.`] : [];
    });
    const name = (split: Split, otherwise: string): string => this.#files.get(split)?.[0] ?? otherwise;
    const empty = [...this.#files].flatMap(([split, names]) =>
      this.#rows.get(split)?.length === 0 ? [`No row of ${listed(names)} was read.`] : [],
    );
    return {
      rows: Object.fromEntries(read),
      names: {
        train: name("train", "The few-shot training set"),
        validation: name("validation", "The few-shot validation set"),
        test: name("test", "test set"),
        full: name("full", "training set"),
        dev: name("dev", "validation set"),
        pool: name("pool", "the folder"),
      },
      remarks: [...several, ...empty, ...this.#remarks, ...told],
    };
  }
}
