// Takes one sentence of a pair out of an answer that gives both. Knows no task.

import { bareWords } from "../../base/word-runs.ts";

/** The sentence of a pair that was asked for. */
export interface OneOfPair {
  readonly turn: "first" | "second";
  /** Names of the two sentences in the prompts: "claim", "hypothesis". */
  readonly names: readonly [first: string, second: string];
  /** The first sentence, where the second was asked for. */
  readonly given?: string;
}

const numbered = "(?:sentence|question|claim|text|statement)";

/** Other names of the two, beside those of the task. */
const usual = { first: ["premise"], second: ["hypothesis", "evidence"] } as const;

const pattern = (words: readonly string[]): string =>
  words.map((word) => word.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");

/** Titles that tell the sentences apart, and those of either. A name that both have tells them apart with a number alone. */
function titlesOf(names: OneOfPair["names"]) {
  const [first, second] = names.map((name) => name.trim().toLowerCase()) as [string, string];
  const of = (own: string, other: string, others: readonly string[], ordinal: string, number: string) => {
    const called = own === "" ? numbered : `(?:${numbered}|${pattern([own])})`;
    const alone = own === "" || own === other || new RegExp(`^${numbered}$`).test(own) ? others : [own, ...others];
    return `(?:(?:${pattern(alone)})(?: ?\\d)?|${ordinal} ${called}|${called} ?(?:${number}))`;
  };
  const named = [first, second].filter((name) => name !== "");
  return {
    first: of(first, second, usual.first, "first", "1|one|a"),
    second: of(second, first, usual.second, "second", "2|two|b"),
    either: `(?:${pattern([...named, ...usual.first, ...usual.second])})(?: ?\\d)?`,
  };
}

/** A title of a sentence where a line or a sentence begins. */
const begun = (title: string) =>
  new RegExp(
    `(?:^|\\n|(?<=[.!?。！？"'”’)])\\s+)[\\s*_#>"'“(\\d.)-]*${title}[*_"'”]*(?:\\s*\\([^()\\n]*\\))?\\s*[:：][*_]*\\s*`,
    "iu",
  );

/** Fewer words than this behind the given sentence are no sentence of their own. */
const fewestWords = 3;

/** The part of an answer that is the sentence asked for, without its title; the answer itself where it holds one sentence. */
export function oneOfPair(answer: string, { turn, names, given }: OneOfPair): string {
  const titles = titlesOf(names);
  const second = begun(titles.second).exec(answer);
  if (turn === "first") {
    const before = second ? answer.slice(0, second.index) : answer;
    return withoutTitle(withoutTitle(hasWords(before) ? before : answer, titles.first), titles.either);
  }
  const own = withoutTitle(second ? answer.slice(second.index + second[0].length) : answer, titles.either);
  return given === undefined ? own : withoutGiven(own, given, titles.first);
}

const withoutTitle = (text: string, title: string): string => text.replace(new RegExp(`^${begun(title).source}`, "iu"), "");

const hasWords = (text: string): boolean => bareWords(text).length >= fewestWords;

/** Without the first sentence before the second. */
function withoutGiven(text: string, given: string, title: string): string {
  const titled = withoutTitle(text, title);
  const bare = titled.replace(/^[\s*_#>"'“(\d.)-]+/u, "");
  const start = [titled, bare].find((one) => one.startsWith(given));
  const rest = start?.slice(given.length).replace(/^["'”’*_]+(?=\s)/u, "");
  return rest !== undefined && /^\s/.test(rest) && hasWords(rest) ? rest.trim() : text;
}
