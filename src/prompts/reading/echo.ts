// Tells the prompt given back from an answer to it. Knows the listings by their words alone.

import { bareWords } from "../../base/word-runs.ts";
import type { Message } from "../../engines/language-model.ts";

const words = (text: string): string => bareWords(text).join(" ");

/** Fewer words than this are shared by chance. */
const fewestWords = 5;

/** Words of the listings of Appendix F and of our answer forms, which no clinical sentence begins with. */
const listingWords = [
  /^suppose (?:that )?you (?:need|want|are|have) (?:to|a|an)\b/,
  /\byou need to create a (?:dataset|set|pair)\b/,
  /^your task is (?:to\b|as follows)/,
  /^(?:\d+ )?(?:generate|output|write|create|produce) (?:a|an|one|the|two) (?:short |single |clinical |medical )?(?:sentence|list|claim|statement|question|pair|text|abstract)s? (?:about|of|for|so that|that|from|which|to|in|with)\b/,
  /^(?:\d+ )?the (?:sentence|claim|statement|question|text|abstract|second sentence|content)s? should (?:mimic|mention|be|contain|have|include)\b/,
  /^(?:\d+ )?the (?:\p{L}+ ){1,3}should (?:be relevant to|mimic the style of|be in the style of)\b/u, // whatever the task calls its texts
  /^given the (?:first )?(?:sentence|claim|question|statement|text) .*\b(?:generate|your task)\b/,
  /^write the (?:sentence|answer|text) alone\b/,
  /^here are (?:some|a few|the) examples$/,
  /^answer with one such line\b/,
  /^(?:please )?(?:mark|put|enclose) (?:each|every|all|the) .*\bin (?:square )?brackets$/,
];

/** Lines of a prompt that instruct; demonstrations are no part of them (one given back is judged by the run). */
function instructions(messages: readonly Message[]): string[] {
  return messages
    .filter((message) => message.role !== "assistant")
    .flatMap((message) => message.content.split("\n"))
    .filter((line) => !/^\s*(?:[{[]|-{3,}$)/.test(line))
    .map(words)
    .filter((line) => line !== "");
}

/** Tells whether the line is one of the prompt's, the beginning of one, or holds one. */
export function isEcho(line: string, messages: readonly Message[]): boolean {
  const said = words(line);
  if (listingWords.some((pattern) => pattern.test(said))) return true;
  const long = said.split(" ").length >= fewestWords;
  return instructions(messages).some((asked) => {
    if (said === asked) return true;
    if (long && asked.startsWith(said)) return true;
    return asked.split(" ").length >= fewestWords && ` ${said} `.includes(` ${asked} `);
  });
}

/** Tells whether a text has one of these sentences in it, word by word. A sentence of few words comes up by chance and does not count. */
export function holdsOne(text: string, sentences: readonly string[]): boolean {
  const said = ` ${words(text)} `;
  return sentences.map(words).some((sentence) => sentence.split(" ").length >= fewestWords && said.includes(` ${sentence} `));
}

/** Tells whether a text stands in the prompt as it is, as a demonstration does. */
export function isInPrompt(text: string, messages: readonly Message[]): boolean {
  return messages.some((message) => message.content.includes(text) || message.content.includes(JSON.stringify(text)));
}
