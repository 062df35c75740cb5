// Conversations in the words of ClinGen's released code, for prompts with a topic and a style. Sources do not differ in it. Knows no engine.

import type { Rng } from "../../base/rng.ts";
import type { Example } from "../../tasks/example.ts";
import { labelsOf } from "../../tasks/shapes.ts";
import type { Task } from "../../tasks/task.ts";
import type { Context, Conversation, Drawn, Prompt } from "../conversation.ts";
import { type Parsed, rejected } from "../rejections.ts";
import { releasedPrompt } from "./prompt.ts";
import { firstOf, releasedFirsts, releasedRelation, releasedSeconds, releasedText, releasedTokens } from "./reading.ts";
import { releasedRow } from "./rows.ts";

/** Demonstrations of a prompt: three, drawn anew. */
const shown = 3;

/** Families and turns whose demonstrations are of any label. */
const ofAnyLabel = ({ family }: Task, turn: number): boolean =>
  family === "ner" || family === "attribute" || (family === "pair" && turn === 0);

export function* releasedConverse(
  task: Task,
  context: Context<Example>,
  drawn: Required<Drawn>,
  stream: Rng,
): Conversation<Example> {
  const { label, config } = context;
  const topics = drawn.topic.entities.map((entity) => entity.name);
  const asking = (turn: number, first?: string): Prompt => {
    const pool = ofAnyLabel(task, turn)
      ? context.demonstrations
      : context.demonstrations.filter((e) => labelsOf(e).includes(label));
    const taken = config.demonstrations === "none" ? [] : stream.fork("demonstrations", turn).sample(pool, shown);
    const index = task.labels.findIndex((one) => one.id === label);
    const ask = { label, topics, style: drawn.style, index, ...(first === undefined ? {} : { first }) };
    const content = releasedPrompt(
      task,
      turn,
      ask,
      taken.map((example) => releasedRow(task, turn, example)),
    );
    return { messages: [{ role: "user", content }], ...drawn };
  };
  const completion = yield asking(0);
  if (task.family !== "pair") return readOne(task, label, completion, topics);
  const first = firstOf(releasedFirsts(completion), completion);
  if (!first.ok) return first;
  const answer = yield asking(1, first.value);
  const second = firstOf(releasedSeconds(answer), answer);
  return second.ok ? { ok: true, value: { kind: "pair", first: first.value, second: second.value, label } } : second;
}

function readOne(
  task: Exclude<Task, Task<"pair">>,
  label: string,
  completion: string,
  [head = "", tail = ""]: readonly string[],
): Parsed<Example> {
  switch (task.family) {
    case "ner":
    case "attribute":
      return firstOf(releasedTokens(task, completion), completion);
    case "classification":
      return releasedText(completion, label);
    case "relation":
      return head === "" || tail === "" ? rejected("entity-absent") : releasedRelation(task, label, completion, [head, tail]);
    default:
      return task satisfies never;
  }
}
