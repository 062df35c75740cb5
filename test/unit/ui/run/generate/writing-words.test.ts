import { expect, it } from "vitest";
import { writingWords } from "../../../../../src/ui/run/generate/writing-words.ts";

const event = { type: "writing", underWay: 16, promptTokens: 640, promptTotal: 1168, tokens: 0 } as const;

it.each([
  ["reads several prompts", event, "Reading the prompts: 640 of 1,168 tokens"],
  ["reads one", { ...event, underWay: 1 }, "Reading the prompt: 640 of 1,168 tokens"],
  ["has read all and written nothing", { ...event, promptTokens: 1168 }, "16 sentences under way, 0 tokens so far"],
  ["writes", { ...event, promptTokens: 1168, tokens: 230 }, "16 sentences under way, 230 tokens so far"],
  ["writes and reads another prompt", { ...event, tokens: 1 }, "16 sentences under way, 1 token so far"],
  [
    "does not tell of prompts and reads",
    { ...event, promptTokens: 0, promptTotal: 0 },
    "The model reads its first prompts: 16 sentences under way",
  ],
  [
    "does not tell of prompts and writes",
    { ...event, promptTokens: 0, promptTotal: 0, tokens: 9 },
    "16 sentences under way, 9 tokens so far",
  ],
])("an engine that %s", (_, told, words) => {
  expect(writingWords(told)).toBe(words);
});
