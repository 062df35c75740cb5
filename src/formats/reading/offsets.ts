// Offsets of a file as offsets of our texts: code points, UTF-16 units or bytes of UTF-8, decided by the mentions' own texts. Knows no file format.

import type { At } from "../format.ts";
import { malformed, refuse } from "./text-file.ts";

/** A mention as a file states it. Offsets count from `base`; the end is exclusive. */
export interface StatedMention extends At {
  /** UTF-16 offset of the part that the file counts from; 0 where absent. */
  readonly base?: number;
  readonly start: number;
  readonly end: number;
  /** The mention's own text, where the file has it. */
  readonly said?: string;
}

export type Stretch = Pick<StatedMention, "start" | "end" | "said">;

export interface Placed<M extends StatedMention> {
  readonly start: number;
  readonly end: number;
  readonly stated: M;
}

const squeezed = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/\p{White_Space}+/gu, " ")
    .trim();

/** UTF-16 offset of each code point, and of the end. */
function codePointOffsets(text: string): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < text.length; at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1) offsets.push(at);
  return [...offsets, text.length];
}

/** UTF-16 offset of each byte of the text in UTF-8 that begins a character, and of the end. */
function byteOffsets(text: string): number[] {
  const offsets: number[] = [];
  let byte = 0;
  for (const [at, character] of characters(text)) {
    offsets[byte] = at;
    const code = character.codePointAt(0) as number;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  offsets[byte] = text.length;
  return offsets;
}

function* characters(text: string): Generator<readonly [at: number, character: string]> {
  let at = 0;
  for (const character of text) {
    yield [at, character];
    at += character.length;
  }
}

/**
 * Every mention in its place. Where the text has characters beyond 16 bits, the unit is the one by which more mentions hold their own texts. Where some
 * hold them by neither, it is the byte of UTF-8 if all do by that. Throws `span-out-of-bounds` and, where a place holds another text than the file says, `file-malformed`.
 */
export function placed<M extends StatedMention>(text: string, mentions: readonly M[]): Placed<M>[] {
  return [...new Set(mentions.map(({ base = 0 }) => base))].flatMap((from) => {
    const own = mentions.filter(({ base = 0 }) => base === from);
    return placedFromStart(text.slice(from), own).map(({ start, end, stated }) => ({
      start: start + from,
      end: end + from,
      stated,
    }));
  });
}

function placedFromStart<M extends StatedMention>(text: string, mentions: readonly M[]): Placed<M>[] {
  const points = /[\ud800-\udbff][\udc00-\udfff]/.test(text) ? codePointOffsets(text) : undefined;
  const units = points ? [(n: number) => points[n], (n: number) => (n <= text.length ? n : undefined)] : [(n: number) => n];
  const misses = units.map((unit) => mentions.filter((m) => !holds(text, m, unit(m.start), unit(m.end))).length);
  const fewest = Math.min(...misses);
  const unit = (fewest > 0 && inBytes(text, mentions)) || (units[misses.indexOf(fewest)] as (n: number) => number | undefined);
  return mentions.map((stated) => {
    const { file, line, said } = stated;
    const [start, end] = [unit(stated.start), unit(stated.end)];
    if (start === undefined || end === undefined || end > text.length || start >= end) {
      const [got, expected] = [`${stated.start} to ${stated.end}`, points ? points.length - 1 : text.length];
      return refuse("span-out-of-bounds", file, line, `the offsets ${got} lie outside the text of ${expected} characters`, {
        got,
        expected,
      });
    }
    if (!holds(text, stated, start, end)) {
      const there = JSON.stringify(text.slice(start, end));
      return malformed(
        file,
        line,
        `at ${stated.start} to ${stated.end} the text holds ${there}, the row says ${JSON.stringify(said)}`,
      );
    }
    return { start, end, stated };
  });
}

/** Bytes as the unit; undefined where a mention states no text or does not hold it so. */
function inBytes(text: string, mentions: readonly StatedMention[]): ((n: number) => number | undefined) | undefined {
  const bytes = byteOffsets(text);
  const fit = mentions.every((m) => m.said !== undefined && holds(text, m, bytes[m.start], bytes[m.end]));
  return fit ? (n) => bytes[n] : undefined;
}

/** The first of the texts in which most mentions hold what their rows say: a file's line ends may count as one character or as two. */
export function bestText(texts: readonly string[], mentions: readonly StatedMention[]): string {
  const misses = texts.map((text) => missesIn(text, mentions));
  return texts[misses.indexOf(Math.min(...misses))] ?? "";
}

/** Mentions that do not hold what they say in the text, in the unit in which fewer do not. */
export function missesIn(text: string, mentions: readonly Stretch[]): number {
  const points = codePointOffsets(text);
  return Math.min(
    mentions.filter((m) => !holds(text, m, points[m.start], points[m.end])).length,
    mentions.filter((m) => !holds(text, m, m.start, m.end)).length,
  );
}

const isLetter = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}\p{M}]/u.test(c);

/**
 * Marks of which some or all state no text, in UTF-16 offsets. Where the text has characters beyond 16 bits, the unit is the one by which more marks hold the text that
 * they state; then the one by which more begin and end where words do; among equals `likely`.
 */
export function markedPlaces<M extends Stretch>(text: string, marks: readonly M[], likely: "units" | "points"): M[] {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return [...marks];
  const points = codePointOffsets(text);
  const byPoints = marks.map((m) => ({ ...m, start: points[m.start] ?? m.start, end: points[m.end] ?? m.end }));
  const astray = (all: readonly M[]): number =>
    all.filter(
      ({ start, end }) =>
        (isLetter(text[start - 1]) && isLetter(text[start])) ||
        (isLetter(text[end - 1]) && isLetter(text[end])) ||
        text.slice(start, end).trim() !== text.slice(start, end),
    ).length;
  const missed = (all: readonly M[]): number => all.filter((m) => !holds(text, m, m.start, m.end)).length;
  const fewer = missed(marks) - missed(byPoints) || astray(marks) - astray(byPoints);
  return fewer < 0 || (fewer === 0 && likely === "units") ? [...marks] : byPoints;
}

function holds(text: string, { said }: Stretch, start: number | undefined, end: number | undefined): boolean {
  if (start === undefined || end === undefined) return false;
  return said === undefined || squeezed(text.slice(start, end)) === squeezed(said);
}
