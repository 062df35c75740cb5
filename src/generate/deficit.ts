// The deficit sampler: the label, topic and style that a run has covered least, near which most was thrown away. Pure; knows no prompt.

import type { Rng } from "../base/rng.ts";
import type { Style, Topic } from "../knowledge/topic.ts";
import type { Choice, Past } from "./history.ts";

export interface Choices {
  readonly labels: readonly string[];
  /** Empty for a source without topics. */
  readonly topicsFor: (label: string) => readonly Topic[];
  /** Empty for a source without styles. */
  readonly styles: readonly Style[];
}

/** How far an attempt covers what it was about. A rejected one hardly does: it is tried again, and not for ever. */
const covers: Readonly<Record<Past["outcome"], number>> = { accepted: 1, open: 1, rejected: 0.25 };

/** Attempts and rejections by a key. */
interface Tally {
  readonly covered: Map<string, number>;
  readonly drawn: Map<string, number>;
  readonly rejected: Map<string, number>;
}

/** Shortest word of a topic's name that makes two topics neighbours. */
const shortestWord = 4;

/**
 * First the label that is covered least, then its topic, then the style for both. Among equals what lies near the most rejections comes first: topics
 * that share a word of their names, and a style under the same label. Chance decides what is left.
 */
export function leastCovered({ labels, topicsFor, styles }: Choices, past: readonly Past[], i: number, stream: Rng): Choice {
  const tally = tallyOf(past);
  const turned = labels.map((_, k) => labels[(i + k) % labels.length] as string); // equals take turns, as the paper's labels do
  const label = least(turned, (of) => [cover(tally, labelKey(of))])[0] as string;
  const topics = topicsFor(label);
  const topic =
    topics.length === 0
      ? undefined
      : stream.fork("topic").pick(least(topics, (of) => [cover(tally, topicKey(label, of)), -nearRejections(tally, of)]));
  const style =
    styles.length === 0
      ? undefined
      : stream
          .fork("style")
          .pick(
            least(styles, ({ name }) => [
              topic ? cover(tally, cellKey(label, topic, name)) : 0,
              cover(tally, styleKey(label, name)),
              -share(tally, styleKey(label, name)),
            ]),
          );
  return { label, ...(topic ? { topic } : {}), ...(style ? { style: style.name } : {}) };
}

/** All that have the smallest ranks, compared one after another. */
function least<T>(of: readonly T[], ranksOf: (one: T) => readonly number[]): T[] {
  let best: readonly number[] | undefined;
  let found: T[] = [];
  for (const one of of) {
    const ranks = ranksOf(one);
    const differs = best ? ranks.findIndex((rank, k) => rank !== best?.[k]) : 0;
    if (best && differs < 0) found.push(one);
    else if (!best || (ranks[differs] as number) < (best[differs] as number)) [best, found] = [ranks, [one]];
  }
  return found;
}

const nameOf = (topic: Topic): string => topic.entities.map(({ id, name }) => id ?? name).join("\t");
const labelKey = (label: string): string => JSON.stringify(["label", label]);
const topicKey = (label: string, topic: Topic): string => JSON.stringify(["topic", label, nameOf(topic)]);
const styleKey = (label: string, style: string): string => JSON.stringify(["style", label, style]);
const cellKey = (label: string, topic: Topic, style: string): string => JSON.stringify(["cell", label, nameOf(topic), style]);
const wordKey = (word: string): string => JSON.stringify(["word", word]);

/** Longer words of a topic's names, each once. */
const wordsOf = ({ entities }: Topic): readonly string[] => [
  ...new Set(
    entities.flatMap(({ name }) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= shortestWord),
  ),
];

function tallyOf(past: readonly Past[]): Tally {
  const tally: Tally = { covered: new Map(), drawn: new Map(), rejected: new Map() };
  const add = (map: Map<string, number>, key: string, n: number) => map.set(key, (map.get(key) ?? 0) + n);
  for (const { label, topic, style, outcome } of past) {
    const keys = [
      labelKey(label),
      ...(topic ? [topicKey(label, topic), ...wordsOf(topic).map(wordKey)] : []),
      ...(style === undefined ? [] : [styleKey(label, style)]),
      ...(topic && style !== undefined ? [cellKey(label, topic, style)] : []),
    ];
    for (const key of keys) {
      add(tally.covered, key, covers[outcome]);
      if (outcome !== "open") add(tally.drawn, key, 1);
      if (outcome === "rejected") add(tally.rejected, key, 1);
    }
  }
  return tally;
}

const cover = ({ covered }: Tally, key: string): number => covered.get(key) ?? 0;
const share = ({ drawn, rejected }: Tally, key: string): number => (rejected.get(key) ?? 0) / Math.max(1, drawn.get(key) ?? 0);

/** The highest share of rejections among topics that share a word of the name. */
const nearRejections = (tally: Tally, topic: Topic): number =>
  Math.max(0, ...wordsOf(topic).map((word) => share(tally, wordKey(word))));
