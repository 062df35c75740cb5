// Tells French text from English by the function words of both: enough for a translation that did not happen. Knows no model.

import { bareWords } from "../../base/word-runs.ts";

/** Function words of one language alone: neither list has "on", "a", "plus" or "me", nor "il", which is interleukin too. */
const french = new Set(
  (
    "le la les des du une et est sont dans pour sur avec par ce cette ces elle ils nous vous ne pas que qui au aux en un de " +
    "se sa ou mais comme leur être été"
  ).split(" "),
);
const english = new Set(
  (
    "the of and to in is are that for with by this these it its was were be been an from at which not or as but has have had " +
    "their than can will they we you he she"
  ).split(" "),
);

/** One such word may be a name's or a slip ("chorée de Huntington", "too so ce"). */
const fewest = 2;

/** So many of its words are French, and more than are English. Names and numbers alone are neither. */
export function isRatherFrench(text: string): boolean {
  const words = bareWords(text);
  const count = (of: ReadonlySet<string>) => words.filter((word) => of.has(word)).length;
  return count(french) >= fewest && count(french) > count(english);
}
