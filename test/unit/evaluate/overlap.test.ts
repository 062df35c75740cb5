// Overlapping spans: the matching against a brute force, scores against the exact ones and a case worked out by hand.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { overlapping, overlaps, overlapTally, type WordSpan } from "../../../src/evaluate/overlap.ts";
import { score } from "../../../src/evaluate/score.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const stream = rng("overlap", 3);
const words = 24;
const text = Array.from({ length: words }, () => "w").join(" ");

/** Spans apart and in order, over words of one letter. */
function drawn(labels: readonly string[]): WordSpan[] {
  const spans: WordSpan[] = [];
  for (let word = stream.int(3); word < words; word += 1 + stream.int(4)) {
    const length = 1 + stream.int(4);
    if (word + length > words) break;
    spans.push({ start: 2 * word, end: 2 * (word + length) - 1, label: stream.pick(labels) });
    word += length;
  }
  return spans;
}

/** The most pairs that meet, by trying all. */
function most(gold: readonly WordSpan[], predicted: readonly WordSpan[]): number {
  const [first, ...rest] = gold;
  if (!first) return 0;
  const meeting = predicted.filter((span) => span.start < first.end && first.start < span.end);
  return Math.max(
    most(rest, predicted),
    ...meeting.map(
      (span) =>
        1 +
        most(
          rest,
          predicted.filter((other) => other !== span),
        ),
    ),
  );
}

const example = (spans: readonly WordSpan[]): TokenExample => ({ kind: "token", text, spans });

describe("overlapping spans", () => {
  it("are matched as often as can be, each once", () => {
    for (let i = 0; i < 200; i++) {
      const [gold, predicted] = [drawn(["Disease"]), drawn(["Disease"])];
      const matches = overlaps(gold, predicted);
      expect(matches).toHaveLength(most(gold, predicted));
      expect(new Set(matches.map(([a]) => a)).size).toBe(matches.length);
      expect(new Set(matches.map(([, b]) => b)).size).toBe(matches.length);
    }
  });

  it("score what the exact scores leave out, and no less", () => {
    const span = (start: number, end: number): WordSpan => ({ start: 2 * start, end: 2 * end - 1, label: "Disease" });
    const [gold, predicted] = [[example([span(0, 2), span(5, 6)])], [example([span(0, 2), span(5, 7)])]];
    expect(score(bc5cdrDisease, gold, predicted).values).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(overlapping(bc5cdrDisease, gold, predicted)?.values).toEqual({ precision: 1, recall: 1, f1: 1 });
    for (let i = 0; i < 50; i++) {
      const [own, found] = [[example(drawn(["Disease"]))], [example(drawn(["Disease"]))]];
      const [exact, lenient] = [score(bc5cdrDisease, own, found).values, overlapping(bc5cdrDisease, own, found)?.values];
      for (const id of ["precision", "recall", "f1"]) expect(lenient?.[id]).toBeGreaterThanOrEqual(exact[id] as number);
    }
  });

  it("count for their own label alone", () => {
    const tally = overlapTally(example([{ start: 0, end: 3, label: "Disease" }]), example([{ start: 0, end: 1, label: "Drug" }]));
    expect(tally).toEqual({
      exact: false,
      counts: [
        { label: "Disease", hits: 0, predicted: 0, gold: 1 },
        { label: "Drug", hits: 0, predicted: 1, gold: 0 },
      ],
    });
  });

  it("have intervals that hold the score, and there are none for a task without spans", () => {
    const gold = Array.from({ length: 40 }, () => example(drawn(["Disease"])));
    const predicted = gold.map(() => example(drawn(["Disease"])));
    const found = overlapping(bc5cdrDisease, gold, predicted);
    const { low = 1, high = 0 } = found?.intervals?.f1 ?? {};
    expect(low).toBeLessThan(found?.values.f1 as number);
    expect(high).toBeGreaterThan(found?.values.f1 as number);
    expect(overlapping(bc5cdrDisease, gold.slice(0, 1), predicted.slice(0, 1))?.intervals).toBeUndefined();
    expect(overlapping(mqp, [], [])).toBeUndefined();
  });
});
