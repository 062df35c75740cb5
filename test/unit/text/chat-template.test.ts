// Chat templates against transformers' own rendering.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ChatMessage, chatTemplate } from "../../../src/text/chat-template.ts";

interface Golden {
  readonly names: Record<string, string>;
  readonly cases: { name: string; template: string; messages: ChatMessage[]; text: string }[];
}
const file = join(import.meta.dirname, "../../fixtures/chat-template/golden.json");
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("renders as transformers does", () => {
  it.each(golden.cases.map((c, i) => [`template ${Math.floor(i / 3) + 1}, ${c.name}`, c] as const))("%s", (_, c) => {
    expect(chatTemplate(c.template, golden.names, "x.gguf")(c.messages)).toBe(c.text);
  });
});

it("says that a template does not parse", () => {
  const expected = { code: "model-unsupported", place: { file: "x.gguf", what: "chat template" } };
  expect(() => chatTemplate("{% for m in %}", {}, "x.gguf")).toThrow(expect.objectContaining(expected));
});

it("passes on why a template refuses messages", () => {
  const render = chatTemplate("{{ raise_exception('roles must alternate') }}", {}, "x.gguf");
  expect(() => render([{ role: "user", content: "a" }])).toThrow(expect.objectContaining({ code: "engine-failed" }));
  expect(() => render([{ role: "user", content: "a" }])).toThrow("roles must alternate");
});
