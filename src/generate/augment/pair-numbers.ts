// A number that both texts of a pair share, changed in both alike: one that changed in one alone would be another claim. Knows no task.

import type { Rng } from "../../base/rng.ts";
import type { PairExample } from "../../tasks/example.ts";
import { nearNumber, wholeNumbers } from "./perturbations.ts";

const written = (text: string): number[] =>
  [...text.matchAll(/\d+(?:[.,]\d+)*/g)].map(([digits]) => Number(digits.replaceAll(",", "")));

/** Undefined where no number stands in both, or the new one would not keep its place among the other numbers. */
export function withNumberAlike(example: PairExample, stream: Rng): PairExample | undefined {
  const texts = [example.first, example.second] as const;
  const [first, second] = texts.map((text) => new Set(wholeNumbers(text, []).map(({ digits }) => digits)));
  const shared = [...(first ?? [])].filter((digits) => second?.has(digits)).sort();
  if (shared.length === 0) return undefined;
  const digits = stream.pick(shared);
  const [from, to] = [Number(digits), nearNumber(Number(digits), stream)];
  const others = texts.flatMap(written).filter((n) => n !== from);
  if (others.some((n) => n === to || n > from !== n > to)) return undefined;
  const replaced = (text: string) =>
    wholeNumbers(text, [])
      .filter((found) => found.digits === digits)
      .reduceRight((now, { start, end }) => now.slice(0, start) + to + now.slice(end), text);
  return { ...example, first: replaced(example.first), second: replaced(example.second) };
}
