// Prompts of ClinGen's released code, to the byte: its line breaks, indentation and double spaces, and how demonstrations stand in them. Pure.

import type { Family } from "../../tasks/families.ts";
import type { Task } from "../../tasks/task.ts";
import type { Ask } from "../conversation.ts";
import { pythonJson } from "./python-json.ts";
import { releasedDescription, releasedWords } from "./words.ts";

/** Slots of one prompt. The code has no prompt without a topic and a style. */
export interface ReleasedAsk extends Ask {
  readonly topics: readonly string[];
  readonly style: string;
  /** `_id` of the row to complete: the label's index in label.txt. */
  readonly index?: number;
}

const dashes = (count: number): string => "-".repeat(count);
const indented = (count: number): string => `\n${" ".repeat(count)}`;
/** The code's instruction has spaces for underscores, in a first sentence too. */
const spaced = (text: string): string => text.replaceAll("_", " ");

/** Demonstrations between lines of dashes, and the last line after which the answer stands. */
const ruled = (demonstrations: readonly string[], count: number): string =>
  `${demonstrations.map((d) => `${dashes(count)}\n${d}\n`).join("")}${dashes(count)}\n`;

/** Demonstrations as labelled texts, and the label of the text that is asked for. */
const labelled = (demonstrations: readonly string[], label: string, between: string): string =>
  `${demonstrations.map((d) => `Label: ${label}\nText: ${d}${between}`).join("")}Label: ${label}\nText:`;

type Turn<F extends Family> = (task: Task<F>, ask: ReleasedAsk, demonstrations: readonly string[]) => string;

const nerPrompt: Turn<"ner"> = (task, { topics, style }, demonstrations) => {
  const { domain } = releasedWords(task);
  const head = [
    `Suppose you need to create a dataset for ${domain} recognition. Your task is ${indented(32)}to:`,
    `1. generate a sentence about ${domain},`,
    `2. output a list of named entity ${indented(32)}about ${domain} only.`,
    `3. the sentence should mimic the style of ${style},`,
    `4. the sentence should mention the ${domain} named '${topics[0]}'.`,
  ].join("\n");
  return `${spaced(head)}\n  Some examples are: \n${ruled(demonstrations, 20)}`;
};

const attributePrompt: Turn<"attribute"> = (task, { topics, style }, demonstrations) => {
  const { domain } = releasedWords(task);
  const names = task.labels.map(({ name }) => `"${name}"`).join(", ");
  const head = [
    `Suppose you need to create a dataset for ${domain} Extraction. Your task is to:`,
    `1. ${indented(32)}generate a sentence including ${domain}, The ${domain} you need to extract include ${names}. For each attribute class, please return a list of attributes within the class that occurs in the Sentence.`,
    `2. the sentence should mimic the style of ${style},`,
    `3. the sentence should be relevant to '${topics[0]}'.`,
  ].join("\n");
  return `${spaced(head)}\n Some examples are: \n${ruled(demonstrations, 20)}`;
};

const classificationPrompt: Turn<"classification"> = (task, { label, topics, style }, demonstrations) => {
  const { domain } = releasedWords(task);
  const head = [
    `Suppose you need to create a dataset for ${domain}. Your task is to:\n${indented(28)}1. generate a sentence about ${domain}.`,
    `2. the sentence should mimic the style of ${style},`,
    `3. the sentence should be relevant to the subtopic of ${topics[0]} for ${label}.`,
  ].join("\n");
  return `${spaced(head)} Some examples for ${label} are: \n${labelled(demonstrations, label, "\n")}`;
};

const relationPrompt: Turn<"relation"> = (task, { label, topics: [head, tail], style }, demonstrations) => {
  const words = releasedWords(task);
  const ends = `${words.head}: '${head}' and ${words.tail}: '${tail}'`;
  const text = [
    `Suppose you need to generate synthetic data for the biomedical ${words.domain} task. Your ${indented(28)}task is to:`,
    `1. give a sentence about '${label}' relation between ${words.head} and ${indented(28)}${words.tail}.`,
    `2. the sentence should discuss about the ${ends} with the relation ${releasedDescription(task, words, label)}.`,
    `3. the sentence should mimic the style of ${style}.`,
  ].join("\n");
  const replaces = words.replaces ? ` Please use  @GENE$ and @DISEASE$ to replace 1 of all mentioned ${ends}. \n ` : "";
  return `${spaced(text)}\n${replaces}Some examples for ${label} are: \n\n${labelled(demonstrations, label, "\n\n")}`;
};

const firstPrompt: Turn<"pair"> = (task, { topics, style }, demonstrations) => {
  const { firstContent } = releasedWords(task);
  const head = [
    `Suppose you need to create a set of ${firstContent}. Your task is to:`,
    `1. generate one ${indented(32)}sentence for a ${firstContent}.`,
    `2. the ${firstContent} should be relevant to '${topics[0]}'.`,
    `3. the ${firstContent} should mimic the style of ${style}.`,
    "Some examples are:",
  ].join("\n");
  return `${spaced(head)} \n${ruled(demonstrations, 20)}`;
};

const completing =
  "Complete the following example by filling the text for 'sent_b' in the dictionary. Please return the whole dictionary:";

const secondPrompt: Turn<"pair"> = (task, { label, topics, first = "", index = 0 }, demonstrations) => {
  const words = releasedWords(task);
  const head = [
    `Suppose you need to create a pair of sentence for the ${task.domain} task with the label ${indented(25)}'${label}'. Given the ${words.givenContent}: '${first}', your task is to:1. generate one short ${words.secondContent} about ${topics[0]} so that ${releasedDescription(task, words, label)}.`,
    `2. the ${words.secondContent} should mimic the style of the first sentence.`,
    "",
    "Some examples are:",
  ].join("\n");
  const row = pythonJson({ _id: index, label, sent_a: first, sent_b: "" });
  return `${spaced(head)} \n${ruled(demonstrations, 6)}${words.open ? "" : `${completing}\n ${row}`}`;
};

const turns: { readonly [F in Family]: readonly Turn<F>[] } = {
  ner: [nerPrompt],
  attribute: [attributePrompt],
  classification: [classificationPrompt],
  relation: [relationPrompt],
  pair: [firstPrompt, secondPrompt],
};

/** The prompt of one turn; `demonstrations` are texts as demonstration.ts writes them. */
export function releasedPrompt(task: Task, turn: number, ask: ReleasedAsk, demonstrations: readonly string[]): string {
  const prompt = turns[task.family][turn] as unknown as Turn<Family> | undefined; // the compiler does not follow that the row is the task's own
  if (!prompt) throw new Error(`releasedPrompt: ${task.family} has ${turns[task.family].length} turns, got turn ${turn}`);
  return prompt(task, ask, demonstrations);
}
