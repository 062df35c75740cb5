// Texts of one label side by side, a source each beside a real one (Figures 1b and 6b), with what differs marked. Pure.

import type { Example, Span } from "../tasks/example.ts";
import { labelsOf, spansOf, textsOf } from "../tasks/shapes.ts";
import { wordsOf } from "../tasks/words.ts";

export interface CaseSource {
  readonly name: string;
  readonly examples: readonly Example[];
}

/** Part of a text: inside an entity or not, a word that the real texts lack or not. */
export interface CasePiece {
  readonly text: string;
  /** Label of the entity that it lies in. */
  readonly entity?: string;
  readonly isNew?: true;
}

export interface CaseText {
  readonly example: Example;
  /** Pieces of each of its texts, in order and without gaps. */
  readonly pieces: readonly (readonly CasePiece[])[];
  /** Words with a letter or a digit, and those of them that no real text has. */
  readonly words: number;
  readonly newWords: number;
}

export interface CaseCell {
  readonly name: string;
  /** Examples of the source that carry the label. */
  readonly n: number;
  /** Absent where there is none. */
  readonly shown?: CaseText;
}

/**
 * One example of each source that carries the label; the real ones are the first source, and their words are those that are known. It is the `at`-th
 * by how near its length is to the source's median, so that nobody picks it; after the last comes the first.
 */
export function caseStudy(label: string, sources: readonly [CaseSource, ...CaseSource[]], at = 0): readonly CaseCell[] {
  const known = vocabulary(sources[0].examples);
  return sources.map(({ name, examples }) => {
    const own = examples.filter((example) => labelsOf(example).includes(label));
    const example = typical(own, at);
    return { name, n: own.length, ...(example ? { shown: marked(example, known) } : {}) };
  });
}

/** Labels of the sources' examples with how many real ones carry each, the most frequent first. */
export function caseLabels([real, ...others]: readonly [CaseSource, ...CaseSource[]]): readonly string[] {
  const counts = new Map<string, number>();
  for (const label of others.flatMap(({ examples }) => examples.flatMap(labelsOf))) counts.set(label, 0);
  for (const label of real.examples.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([label]) => label);
}

/** Neighbouring pieces of one entity together, so that one frame holds them. */
export function framesOf(
  pieces: readonly CasePiece[],
): readonly { readonly entity?: string; readonly pieces: readonly CasePiece[] }[] {
  const frames: { entity?: string; pieces: CasePiece[] }[] = [];
  for (const piece of pieces) {
    const last = frames.at(-1);
    if (last && piece.entity !== undefined && last.entity === piece.entity) last.pieces.push(piece);
    else frames.push({ ...(piece.entity === undefined ? {} : { entity: piece.entity }), pieces: [piece] });
  }
  return frames;
}

const spoken = /[\p{L}\p{N}]/u;
const folded = (word: string): string => word.normalize("NFKC").toLowerCase();
const spokenWords = (text: string) => wordsOf(text).filter(({ start, end }) => spoken.test(text.slice(start, end)));

function vocabulary(examples: readonly Example[]): ReadonlySet<string> {
  const words = new Set<string>();
  for (const text of examples.flatMap(textsOf)) {
    for (const { start, end } of spokenWords(text)) words.add(folded(text.slice(start, end)));
  }
  return words;
}

function typical(examples: readonly Example[], at: number): Example | undefined {
  const lengths = examples.map((example) => textsOf(example).reduce((sum, text) => sum + spokenWords(text).length, 0));
  const median = lengths.toSorted((a, b) => a - b)[(lengths.length - 1) >> 1] ?? 0;
  const away = (i: number) => Math.abs((lengths[i] as number) - median);
  const order = examples.map((_, i) => i).sort((a, b) => away(a) - away(b) || a - b);
  return examples[order[at % Math.max(1, order.length)] ?? -1];
}

function marked(example: Example, known: ReadonlySet<string>): CaseText {
  const texts = textsOf(example);
  const entities = example.kind === "relation" ? [example.head, example.tail] : spansOf(example);
  const words = texts.map(spokenWords);
  const fresh = words.map((own, i) => own.filter(({ start, end }) => !known.has(folded((texts[i] as string).slice(start, end)))));
  return {
    example,
    pieces: texts.map((text, i) => piecesOf(text, entities, fresh[i] ?? [])),
    words: words.flat().length,
    newWords: fresh.flat().length,
  };
}

type Extent = Pick<Span, "start" | "end">;

function piecesOf(text: string, entities: readonly Span[], fresh: readonly Extent[]): readonly CasePiece[] {
  const edges = [0, text.length, ...[...entities, ...fresh].flatMap(({ start, end }) => [start, end])];
  const cuts = [...new Set(edges)].sort((a, b) => a - b);
  const covers = (at: number) => (of: Extent) => of.start <= at && at < of.end;
  return cuts.slice(0, -1).map((start, i) => {
    const entity = entities.find(covers(start))?.label;
    return {
      text: text.slice(start, cuts[i + 1]),
      ...(entity === undefined ? {} : { entity }),
      ...(fresh.some(covers(start)) ? { isNew: true as const } : {}),
    };
  });
}
