// The answer's text out of a completion, or the reason why there is none. Trusts no engine and no grammar; knows no family of tasks.

import type { Message } from "../engines/language-model.ts";
import { answerField } from "./demonstrations.ts";
import { type Parsed, rejected } from "./rejections.ts";

/** What is known of the question when its answer is read. */
export interface Asked {
  /** The prompt, to tell its echo from an answer. */
  readonly messages?: readonly Message[];
  /** Square brackets of the answer are marks of entities (NER). */
  readonly marks?: boolean;
  /** Words of the listing for which a sentence has the thing itself: the domain, entity types. In brackets they are placeholders. */
  readonly slots?: readonly string[];
}

/** The answer on one line: out of its JSON object where it is one (shuffled demonstrations), without quotes around it. */
export function readAnswer(completion: string, _asked: Asked = {}): Parsed<string> {
  let text = completion.trim();
  if (text === "") return rejected("empty");
  if (text.startsWith("{")) {
    const field = jsonField(text.split("\n")[0] as string);
    if (field === undefined) return rejected("malformed");
    text = field.trim();
  }
  text = (text.split(/\n/)[0] as string).trim().replace(/^"(.*)"$/, "$1");
  text = text.replace(/\s+/g, " ").trim();
  return text === "" ? rejected("empty") : { ok: true, value: text };
}

function jsonField(line: string): string | undefined {
  try {
    const object: unknown = JSON.parse(line);
    if (object === null || typeof object !== "object" || !Object.hasOwn(object, answerField)) return undefined;
    const value = (object as Record<string, unknown>)[answerField];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
