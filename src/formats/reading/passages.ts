// Passages of a document as one text: a blank apart, or each at its own offset. Knows no file format.

import type { Extent } from "../../tasks/words.ts";
import { bestText, type StatedMention } from "./offsets.ts";

export interface Passage {
  readonly offset: number;
  readonly text: string;
}

export interface LaidOut {
  readonly text: string;
  readonly sections: readonly Extent[];
}

/**
 * The layout in which most mentions hold their own texts: offsets of passages may count escapes, and code points or UTF-16 units. Where that decides
 * nothing and a mention states no text, the passages' own offsets are believed.
 */
export function layoutOf(passages: readonly Passage[], mentions: readonly StatedMention[]): LaidOut {
  const joined = laidOut(passages);
  const placed = [laidOut(passages, (text) => [...text].length), laidOut(passages, (text) => text.length)];
  const layouts = mentions.some(({ said }) => said === undefined) ? [...placed, joined] : [joined, ...placed];
  const best = bestText(
    layouts.map(({ text }) => text),
    mentions,
  );
  return layouts.find(({ text }) => text === best) ?? joined;
}

/** Passages one blank apart; or each at its own offset, in the unit of `lengthOf`. */
function laidOut(passages: readonly Passage[], lengthOf?: (text: string) => number): LaidOut {
  let text = "";
  const sections = passages.map(({ offset, text: own }, i) => {
    const gap = lengthOf ? Math.min(offset - lengthOf(text), 1000) : Math.min(i, 1);
    text += " ".repeat(Math.max(gap, 0));
    const start = text.length;
    text += own;
    return { start, end: text.length };
  });
  return { text, sections };
}
