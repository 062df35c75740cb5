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
    expect(chatTemplate(c.template, golden.names, "x.gguf").render(c.messages)).toBe(c.text);
  });
});

it("says that a template does not parse", () => {
  const expected = { code: "model-unsupported", place: { file: "x.gguf", what: "chat template" } };
  expect(() => chatTemplate("{% for m in %}", {}, "x.gguf")).toThrow(expect.objectContaining(expected));
});

it("passes on why a template refuses messages", () => {
  const source =
    "{% for m in messages %}{% if m.content == 'no' %}{{ raise_exception('not this') }}{% endif %}{{ m.content }}{% endfor %}";
  const { render } = chatTemplate(source, {}, "x.gguf");
  expect(() => render([{ role: "user", content: "no" }])).toThrow(expect.objectContaining({ code: "engine-failed" }));
  expect(() => render([{ role: "user", content: "no" }])).toThrow("not this");
});

describe("a template that takes no system message", () => {
  const turns =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
  const raises = `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${turns}`;
  const drops = turns.replace(
    "<{{ m.role }}>{{ m.content }}",
    "{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}",
  );
  const alternates = `{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>`;
  const messages: ChatMessage[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
    { role: "user", content: "c" },
  ];

  it.each([
    ["raises an error", raises],
    ["passes it over", drops],
    ["wants roles to alternate", alternates],
  ])("and %s gets it in the first user turn, with a remark", (_, source) => {
    const { render, remark } = chatTemplate(source, {}, "x.gguf");
    expect(render(messages)).toBe("<user>Be brief.\na<assistant>b<user>c<assistant>");
    expect(remark).toContain("system message");
  });

  it("gets a system message alone as a user turn", () => {
    expect(chatTemplate(raises, {}, "x.gguf").render(messages.slice(0, 1), { answer: false })).toBe("<user>Be brief.");
  });

  it("is left alone where it takes one", () => {
    const { render, remark } = chatTemplate(turns, {}, "x.gguf");
    expect(render(messages)).toBe("<system>Be brief.<user>a<assistant>b<user>c<assistant>");
    expect(remark).toBeUndefined();
  });
});

it.each([
  [
    "raises at a second turn",
    "{% if messages | length > 1 %}{{ raise_exception('one turn') }}{% endif %}{{ messages[0].content }}",
    "one turn",
  ],
  ["renders the last turn alone", "{{ messages[-1].content }}", "leaves turns out"],
])("refuses, before any run, a template that %s", (_, source, why) => {
  const refuse = () => chatTemplate(source, {}, "x.gguf");
  expect(refuse).toThrow(expect.objectContaining({ code: "model-unsupported" }));
  expect(refuse).toThrow(why);
});

it("gives contents as lists of parts to a template that reads nothing else", () => {
  const source = "{% for m in messages %}<{{ m.role }}>{% for part in m.content %}{{ part['text'] }}{% endfor %}{% endfor %}";
  const { render, remark } = chatTemplate(source, {}, "x.gguf");
  expect(
    render([
      { role: "system", content: "a" },
      { role: "user", content: "b" },
    ]),
  ).toBe("<system>a<user>b");
  expect(remark).toBeUndefined();
});

it("switches thinking off where a template can", () => {
  const source =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% if enable_thinking is defined and enable_thinking is false %}<think></think>{% endif %}{% endif %}";
  expect(chatTemplate(source, {}, "x.gguf").render([{ role: "user", content: "a" }])).toBe("<user>a<assistant><think></think>");
});

describe("a template that asks for the date", () => {
  const body = "{% for m in messages %}[{{ m.content }}]{% endfor %}";
  const asks = `{% if not date_string is defined %}{% if strftime_now is defined %}{% set date_string = strftime_now("%d %b %Y") %}{% else %}{% set date_string = "26 Jul 2024" %}{% endif %}{% endif %}Today: {{ date_string }} ${body}`;
  const user: ChatMessage[] = [{ role: "user", content: "a" }];

  it("is told the one that comes with the messages", () => {
    const { render, asksDate } = chatTemplate(asks, {}, "x.gguf");
    expect(asksDate).toBe(true);
    expect(render(user, { date: "2026-11-27" })).toBe("Today: 27 Nov 2026 [a]");
    expect(render(user)).toBe(render(user)); // without one it is the same on each day
  });

  it("is told from one that does not", () => {
    expect(chatTemplate(body, {}, "x.gguf").asksDate).toBe(false);
  });
});
