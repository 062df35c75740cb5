// Review by exception: examples in order of doubt, and one word of the reader said of all examples like it. Pure.

import { nearCopies, nearCopyShare } from "../analyse/near-copies.ts";
import type { RejectReason } from "../generate/source.ts";
import type { Example, Span } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { agree, changedTo, decided, doubtful, isDecided, type Trust } from "./trust.ts";

/** Copies by position: the earlier example that each one nearly repeats. */
export type Copies = ReadonlyMap<number, number>;

export function copiesAmong(examples: readonly Example[]): Copies {
  const found = nearCopies(examples.map((example) => textsOf(example).join("\n")));
  return new Map(found.flatMap(({ of, share }, i) => (share >= nearCopyShare ? [[i, of] as const] : [])));
}

export type Charge = "training" | "agreement" | "graph" | "leakage" | "copy";

/** Every charge against an example. */
export const charges: Readonly<
  Record<Charge, { readonly words: string; holds(trust: Trust, copies: Copies, i: number): boolean }>
> = {
  training: {
    words: "training mostly gets it wrong",
    holds: ({ places }, _, i) => (places[i]?.correctness ?? 1) < 0.5,
  },
  agreement: { words: "the few-shot model gives another label", holds: ({ agrees }, _, i) => agrees[i] === false },
  graph: { words: "the graph knows the contrary", holds: ({ verdicts }, _, i) => verdicts?.[i] === "opposite" },
  leakage: { words: "it copies an example that the writer was shown", holds: ({ copied }, _, i) => copied?.[i] === true },
  copy: { words: "an earlier example says nearly the same", holds: (_, copies, i) => copies.has(i) },
};
const chargeIds = Object.keys(charges) as readonly Charge[];

export interface Doubt {
  readonly index: number;
  readonly charges: readonly Charge[];
}

/** All examples: those with the most charges first, among equals the one of the least confidence. */
export function doubts(trust: Trust, copies: Copies): readonly Doubt[] {
  const found = doubtful(trust).map(
    (index): Doubt => ({
      index,
      charges: chargeIds.filter((id) => charges[id].holds(trust, copies, index)),
    }),
  );
  return found.sort((a, b) => b.charges.length - a.charges.length); // a stable sort
}

/** Words that lost or gained a label by hand, each once. */
interface MarkChange {
  readonly words: string;
  readonly label: string;
}

const covered = (text: string, spans: readonly Span[]): MarkChange[] =>
  spans.map(({ start, end, label }) => ({ words: text.slice(start, end), label }));
const isSame = (a: MarkChange, b: MarkChange): boolean => a.words === b.words && a.label === b.label;

/** The marks of `before` made into those of `after`, as a rule for other texts: the same words lose and gain the same labels. */
function markedLike(before: Example, after: Example, other: Example): Example | undefined {
  if (before.kind !== "token" || after.kind !== "token" || other.kind !== "token") return undefined;
  const [was, is] = [covered(before.text, before.spans), covered(after.text, after.spans)];
  const lost = was.filter((mark) => !is.some((one) => isSame(one, mark)));
  const gained = is.filter((mark) => !was.some((one) => isSame(one, mark)));
  const { text } = other;
  const kept = other.spans.filter(
    ({ start, end, label }) => !lost.some((m) => isSame(m, { words: text.slice(start, end), label })),
  );
  const fresh = gained.flatMap(({ words, label }) => occurrences(text, words).map((extent): Span => ({ ...extent, label })));
  const apart = (span: Span) => kept.every((k) => k.end <= span.start || span.end <= k.start);
  const free = fresh
    .filter(apart)
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .filter((span, i, all) => all.slice(0, i).every((k) => k.end <= span.start || span.end <= k.start));
  return { kind: "token", text, spans: [...kept, ...free].sort((a, b) => a.start - b.start) };
}

const isWordEnd = (c: string | undefined): boolean => c === undefined || !/[\p{L}\p{N}\p{M}]/u.test(c);

/** Places of words in a text, whole: no letter or digit goes on before or behind them. */
function occurrences(text: string, words: string): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let start = text.indexOf(words); words !== "" && start >= 0; start = text.indexOf(words, start + words.length)) {
    const end = start + words.length;
    if (isWordEnd(text[start - 1]) && isWordEnd(text[end])) found.push({ start, end });
  }
  return found;
}

const labelKey = (example: Example): string => [...labelsOf(example)].sort().join("\n");

/**
 * The reader's word on one example said of all like it that nobody decided on. Drop and keep: the same charges (one at least) and labels. Another label: the same charges and
 * labels before. Marks: the same words lose and gain the same marks, wherever they stand. `touched` are the examples that it changes; none for a text written again.
 */
export function saidOfAlike(
  trust: Trust,
  order: readonly Doubt[],
  examples: readonly Example[],
  index: number,
): { readonly trust: Trust; readonly touched: readonly number[] } {
  const own = order.find((doubt) => doubt.index === index);
  const example = examples[index];
  const nobody = { trust, touched: [] };
  if (!own || !example || !isDecided(trust, index)) return nobody;
  const change = trust.changed?.[index];
  if (change?.by === "writing") return nobody;
  const isAlike = (doubt: Doubt): boolean =>
    doubt.charges.length > 0 &&
    doubt.charges.join() === own.charges.join() &&
    labelKey(examples[doubt.index] as Example) === labelKey(example);
  const others = order.filter((doubt) => doubt.index !== index && examples[doubt.index] && !isDecided(trust, doubt.index));
  let said = trust;
  const touched: number[] = [];
  for (const doubt of others) {
    const other = examples[doubt.index] as Example;
    let next: Trust | undefined;
    if (!change) next = isAlike(doubt) ? decided(said, doubt.index, trust.dropped.includes(index) ? "drop" : "keep") : undefined;
    else {
      const after =
        example.kind === "token"
          ? markedLike(example, change.example, other)
          : isAlike(doubt)
            ? labelledLike(change.example, other)
            : undefined;
      next = after && !agree(after, other) ? changedTo(said, doubt.index, { by: change.by, example: after }) : undefined;
    }
    if (!next) continue;
    said = next;
    touched.push(doubt.index);
  }
  return { trust: said, touched };
}

function labelledLike(after: Example, other: Example): Example | undefined {
  if (after.kind === "sentence" && other.kind === "sentence") return { ...other, labels: after.labels };
  if ((after.kind === "relation" || after.kind === "pair") && other.kind === after.kind) return { ...other, label: after.label };
  return undefined;
}

/** Reasons for which a text was thrown away that may be usable all the same: a rule of the reader missed it by little. */
const narrow: Readonly<Record<RejectReason, boolean>> = {
  empty: false,
  truncated: false,
  "thought-only": false,
  refusal: false,
  "echoes-prompt": false,
  "preamble-only": false,
  malformed: false,
  placeholder: false,
  "unbalanced-marks": true,
  "no-entity": true,
  "entity-absent": true,
  "topic-absent": true,
  "too-short": true,
  repetitive: false,
  duplicate: false,
  "copies-demonstration": false,
  "identical-pair": false,
  "labels-differ": true,
  "copies-first": true,
  untranslated: false,
  unanswered: false,
};

export const isNarrow = (reason: RejectReason): boolean => narrow[reason];

/** The text of a completion as a draft to mend: the longest text of its JSON where it is JSON, without marks. */
export function draftOf(completion: string): string {
  const plain = (text: string) =>
    text
      .replace(/\[([^\][]*)\]\([^()]*\)/g, "$1")
      .replace(/<\/?[\p{L}_-]+>|[[\]]/gu, "")
      .replace(/\s+/g, " ")
      .trim();
  try {
    const texts: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value === "string") texts.push(value);
      else if (value !== null && typeof value === "object") for (const inner of Object.values(value)) walk(inner);
    };
    walk(JSON.parse(completion));
    const longest = texts.sort((a, b) => b.length - a.length)[0];
    if (longest !== undefined) return plain(longest);
  } catch {
    // it is no JSON: the text is all there is
  }
  return plain(completion.trim().split("\n")[0] ?? "");
}
