// The very prompts that a language model would get for a task: its family's conversation with stand-ins for what is drawn. Knows no engine.

import { rng } from "../../base/rng.ts";
import type { Message } from "../../engines/language-model.ts";
import type { Topic } from "../../knowledge/topic.ts";
import { knowledgeOf, noKnowledge } from "../../knowledge/topic.ts";
import { converse } from "../../prompts/families.ts";
import type { Example } from "../../tasks/example.ts";
import { families } from "../../tasks/families.ts";
import { forLabel, type Task } from "../../tasks/task.ts";

/** Messages of each turn for one label, without demonstrations unless some are given. */
export function promptsFor(task: Task, label: string, demonstrations: readonly Example[] = []): readonly (readonly Message[])[] {
  const types = forLabel(task.entityTypes, label);
  const listed = task.topicList && forLabel(task.topicList, label)[0];
  const wanted = families[task.family].topic === "pair" ? 2 : 1;
  const entities = Array.from({ length: wanted }, (_, i) => {
    const type = types[i] ?? types[0] ?? "topics";
    return { name: listed?.[i] ?? `⟨one of the ${type}⟩`, type };
  });
  const topic: Topic = { entities, source: "list" };
  const mode = demonstrations.length > 0 ? "shuffled" : "none";
  const context = {
    label,
    demonstrations,
    knowledge: knowledgeOf(noKnowledge),
    config: { demonstrations: mode, annotation: "model" },
  } as const;
  const drawn = { topic, style: task.styles[0] ?? "" };
  const conversation = converse(task, context as never, drawn, rng("preview"));
  const prompts: (readonly Message[])[] = [];
  let step = conversation.next("");
  while (!step.done && prompts.length < 3) {
    prompts.push(step.value.messages);
    step = conversation.next("The patient was seen again after two weeks and had no new complaints.");
  }
  return prompts;
}
