// Keys of a decoder's file that change its text: the batch engine writes what llama.cpp writes, or says before the run that it will not.

import { describe, expect, it } from "vitest";
import { openBatch } from "../../src/engines/batch/batch.ts";
import type { LanguageModel, Message } from "../../src/engines/language-model.ts";
import { openWllama } from "../../src/engines/wllama/wllama.ts";
import { type Key, withKeys } from "./gguf-keys.ts";

const turns =
  "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }} {% endfor %}{% if add_generation_prompt %}answer:{% endif %}";
const refuses = `{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}${turns}`;
const withoutThinking =
  "{% if add_generation_prompt %}{% if enable_thinking is defined and enable_thinking is false %} no thought, a sentence:{% endif %}{% endif %}";
const parts = turns.replace("{{ m['content'] }}", "{% for part in m['content'] %}{{ part['text'] }}{% endfor %}");
const never = new AbortController().signal;
const messages: Message[] = [
  { role: "system", content: "Write one sentence about a disease." },
  { role: "user", content: "Acute renal failure after cisplatin." },
];

/** Greedy: the prompt's tokens and the text. */
async function written(model: LanguageModel, date?: string): Promise<{ promptTokens: number; text: string }> {
  const sampling = { temperature: 0, topP: 1, maxTokens: 16 };
  const request = { messages, sampling, seed: 1, ...(date === undefined ? {} : { date }) };
  const { promptTokens, text } = await model.complete(request, never);
  await model.close();
  return { promptTokens, text };
}

async function fileWith(keys: readonly Key[], template: string): Promise<Blob> {
  const file = await (await fetch("/test/fixtures/llama/llama.gguf")).blob();
  return withKeys(file, [...keys, ["tokenizer.chat_template", template]]);
}

describe("the same greedy text as llama.cpp's", () => {
  it.each<[string, Key[], string]>([
    ["nothing more", [], turns],
    ["a factor of positions without its type", [["llama.rope.scaling.factor", 4]], turns],
    ["the older key of that factor", [["llama.rope.scale_linear", 4]], turns],
    [
      "a factor that is switched off",
      [
        ["llama.rope.scaling.factor", 4],
        ["llama.rope.scaling.type", "none"],
      ],
      turns,
    ],
    [
      "a first token that the template does not write",
      [
        ["tokenizer.ggml.add_bos_token", true],
        ["tokenizer.ggml.bos_token_id", 5n],
      ],
      turns,
    ],
    [
      "a first token that the template writes as well",
      [
        ["tokenizer.ggml.add_bos_token", true],
        ["tokenizer.ggml.bos_token_id", 5n],
      ],
      `{{ bos_token }}${turns}`,
    ],
    ["a template that takes no system message", [], refuses],
    ["a template that thinks unless it is told not to", [], `${turns}${withoutThinking}`],
    ["a template that reads contents as lists of parts alone", [], parts],
    ["a template that writes a first token which the file does not name", [], `{{ bos_token }}${refuses}`],
    ["a first token outside of the vocabulary", [["tokenizer.ggml.bos_token_id", 70_000n]], `{{ bos_token }}${turns}`],
    ["an end outside of the vocabulary", [["tokenizer.ggml.eos_token_id", 70_000n]], `{{ eos_token }}${turns}`],
  ])("%s", async (_, keys, template) => {
    const file = await fileWith(keys, template);
    const ours = await written(await openBatch({ id: "batch/keys", weights: file, contextTokens: 256 }));
    const theirs = await written(await openWllama({ id: "wllama/keys", weights: [file], contextTokens: 256, threads: 1 }));
    // Where the limit cuts inside a character, llama.cpp's stream leaves out the bytes that it began.
    const whole = ({ text, ...counts }: typeof ours) => ({ ...counts, text: text.replace(/\uFFFD+$/, "") });
    expect(whole(ours)).toEqual(whole(theirs));
  });

  it("the factor changes it, so that the tests above compare something", async () => {
    const texts = await Promise.all(
      [[], [["llama.rope.scaling.factor", 4] as Key]].map(async (keys) =>
        written(await openBatch({ id: "batch/keys", weights: await fileWith(keys, turns), contextTokens: 256 })),
      ),
    );
    expect(texts[0]?.text).not.toBe(texts[1]?.text);
  });
});

it.each<[string, Key[], string]>([
  ["alone", [], ""],
  ["and writes the first token itself, which the file does not name", [], "{{ bos_token }}"],
  [
    "and writes the first token that is added anyway",
    [
      ["tokenizer.ggml.add_bos_token", true],
      ["tokenizer.ggml.bos_token_id", 5n],
    ],
    "{{ bos_token }}",
  ],
])("a template that asks for the day is told the run's, by both: %s", async (_, keys, begins) => {
  const file = await fileWith(keys, `${begins}{{ strftime_now("%d %b %Y") }} ${turns}`);
  for (const date of ["2026-11-27", "2025-02-03"]) {
    const ours = await written(await openBatch({ id: "batch/day", weights: file, contextTokens: 256 }), date);
    const theirs = await written(await openWllama({ id: "wllama/day", weights: [file], contextTokens: 256, threads: 1 }), date);
    expect(ours).toEqual(theirs);
  }
});

it.each<[string, Key[], RegExp]>([
  [
    "another scaling of positions",
    [
      ["llama.rope.scaling.type", "yarn"],
      ["llama.rope.scaling.factor", 4],
    ],
    /yarn/,
  ],
  ["a key that nobody knows", [["llama.attention.temperature_scale", 0.5]], /temperature_scale/],
])("%s is refused before the run", async (_, keys, why) => {
  const opening = openBatch({ id: "batch/keys", weights: await fileWith(keys, turns) });
  await expect(opening).rejects.toMatchObject({ code: "model-unsupported", message: expect.stringMatching(why) });
});
