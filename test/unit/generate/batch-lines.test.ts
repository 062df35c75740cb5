// Lines of OpenAI's batch format: requests as a server takes them, and answers with every fault named and counted.

import { describe, expect, it } from "vitest";
import { readAnswers, requestLine } from "../../../src/generate/batch-lines.ts";
import type { Answer } from "../../../src/generate/recorded-model.ts";

const asked = new Set(["a", "b", "c", "d"]);
const read = (text: string | Record<string, string>, known: Record<string, Answer> = {}) =>
  readAnswers(new Map(Object.entries(typeof text === "string" ? { "x.jsonl": text } : text)), {
    asked,
    known: new Map(Object.entries(known)),
    isLate: (id) => id === "d",
  });

const chat = (content: unknown, finish_reason = "stop") => ({
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason }],
  usage: { prompt_tokens: 7, completion_tokens: 3 },
});
const line = (custom_id: string, body: object, status_code = 200, error: unknown = null) =>
  JSON.stringify({ id: "batch_req_1", custom_id, response: { status_code, request_id: "r", body }, error });
const told = (text: string | Record<string, string>, known?: Record<string, Answer>) =>
  read(text, known).faults.map(({ fault, file, line: number, id }) => `${file}:${number} ${fault} ${id}`);
const answer = (text: string): Answer => ({ kind: "answered", text, finish: "stop", promptTokens: 7, completionTokens: 3 });

it.each(["", {}])("takes an answer beside an error field that says nothing: %j", (error) => {
  expect(read(line("a", chat("Rash."), 200, error)).fresh.get("a")).toEqual(answer("Rash."));
});

it("puts the sign of a lost character for half of one, which no file of UTF-8 holds", () => {
  const text = JSON.stringify(chat("A 😀 and half of one: ?")).replace("?", "\\ud83d");
  expect(read(line("a", JSON.parse(text))).fresh.get("a")).toEqual(answer("A 😀 and half of one: \ufffd"));
});

describe("a request", () => {
  const request = {
    messages: [{ role: "user", content: 'Say "β"\nand stop' }],
    sampling: { temperature: 0, topP: 0.9, maxTokens: 48 },
    seed: 5,
    grammar: 'root ::= "x"',
  } as const;

  it("is one line that a batch runner takes, greedy and seeded as the run asks", () => {
    const text = requestLine({ id: "a", request }, "org/model", "none");
    expect(text).not.toContain("\n");
    expect(JSON.parse(text)).toEqual({
      custom_id: "a",
      method: "POST",
      url: "/v1/chat/completions",
      body: { model: "org/model", messages: request.messages, temperature: 0, top_p: 0.9, max_tokens: 48, seed: 5 },
    });
  });

  it("carries its grammar in the field of the server's version", () => {
    expect(JSON.parse(requestLine({ id: "a", request }, "m", "vllm")).body.structured_outputs).toEqual({
      grammar: 'root ::= "x"',
    });
    expect(JSON.parse(requestLine({ id: "a", request }, "m", "vllm-guided")).body.guided_grammar).toBe('root ::= "x"');
    const { grammar: _, ...free } = request;
    expect(JSON.parse(requestLine({ id: "a", request: free }, "m", "vllm")).body).not.toHaveProperty("structured_outputs");
  });
});

describe("answers", () => {
  it("are found by name, with their tokens and how they ended", () => {
    const { fresh, faults, lines } = read(`${line("b", chat("two", "length"))}\r\n\n${line("a", chat(""))}`);
    expect(lines).toBe(2);
    expect(faults).toEqual([]);
    expect(fresh.get("b")).toEqual({ ...answer("two"), finish: "length" });
    expect(fresh.get("a")).toEqual(answer(""));
  });

  it("may come without an envelope, without usage, or as plain completions", () => {
    const bare = JSON.stringify({ custom_id: "a", response: { choices: [{ text: "plain", finish_reason: "stop" }] } });
    expect(read(bare).fresh.get("a")).toEqual({ ...answer("plain"), promptTokens: 0, completionTokens: 0 });
  });

  it("may be a list of parts, of which the texts are read in order", () => {
    const parts = [
      { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
      { type: "text", text: "one " },
      { type: "image_url", image_url: { url: "x" } },
      { type: "output_text", text: "two" },
    ];
    expect(read(line("a", chat(parts))).fresh.get("a")).toEqual(answer("one two"));
    expect(read(line("a", chat(["one ", "two"]))).fresh.get("a")).toEqual(answer("one two"));
  });

  it("with a refusal beside the text, or as a part, are failures with its words", () => {
    const refused = { kind: "failed", why: "the model refused: I cannot.", tooLong: false };
    const beside = { choices: [{ message: { content: null, refusal: "I cannot." }, finish_reason: "stop" }] };
    expect(read(line("a", beside)).fresh.get("a")).toEqual(refused);
    expect(read(line("a", chat([{ type: "refusal", refusal: "I cannot." }]))).fresh.get("a")).toEqual(refused);
    const none = { choices: [{ message: { content: "fine", refusal: null }, finish_reason: "stop" }] };
    expect(read(line("a", none)).fresh.get("a")).toMatchObject({ kind: "answered", text: "fine" });
  });

  it.each([
    ["parts without a text", line("a", chat([{ type: "thinking", thinking: "Hm." }])), "no text (stop)"],
    ["an error beside it", line("a", {}, 500, { code: "server_error", message: "boom" }), "server_error: boom"],
    ["an error in its body", line("a", { error: { message: "bad grammar" } }, 400), "bad grammar"],
    ["an error in an error", line("a", {}, 400, { error: { message: "no such model", code: 404 } }), "404: no such model"],
    ["a status alone", line("a", {}, 503), "status 503"],
    ["an error and no response", JSON.stringify({ custom_id: "a", response: null, error: "gone" }), "gone"],
    ["no text", line("a", chat(null, "tool_calls")), "no text (tool_calls)"],
    ["a filter", line("a", chat("half", "content_filter")), "content_filter"],
  ])("%s is a failure, said with its reason", (_, text, why) => {
    const { fresh, faults } = read(text);
    expect(fresh.get("a")).toEqual({ kind: "failed", why, tooLong: false });
    expect(faults).toEqual([{ fault: "failed", file: "x.jsonl", line: 1, id: "a", why }]);
  });

  it("tells a prompt that is too long from other failures", () => {
    const vllm = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.";
    expect(read(line("a", { error: { message: vllm } }, 400)).fresh.get("a")).toMatchObject({ tooLong: true });
  });

  it.each([
    ["text that is no JSON", '{"custom_id": "a", "resp', "null"],
    ["a list", "[]", "null"],
    ["a name that is a number", '{"custom_id": 3, "response": {}}', "null"],
    ["neither response nor error", '{"custom_id": "a"}', "a"],
    ["a response without choices", line("a", {}), "a"],
    ["no choice", line("a", { choices: [] }), "a"],
  ])("%s is malformed, and the lines beside it are read", (_, text, id) => {
    const all = `${text}\n${line("b", chat("fine"))}`;
    expect(told(all)).toEqual([`x.jsonl:1 malformed ${id}`]);
    expect([...read(all).fresh.keys()]).toEqual(["b"]);
  });

  it("to what was not asked are foreign, to what was answered duplicate, to a round that is over late", () => {
    const text = [line("zzz", chat("1")), line("a", chat("2")), line("d", chat("3")), line("b", chat("4"))].join("\n");
    expect(told(text, { a: answer("before") })).toEqual(["x.jsonl:1 foreign zzz", "x.jsonl:2 duplicate a", "x.jsonl:3 late d"]);
    expect([...read(text, { a: answer("before") }).fresh.keys()]).toEqual(["b"]);
  });

  it("to one request, several and different, give the same choice in any order, an answer before a failure", () => {
    const lines = [line("a", {}, 500), line("a", chat("two")), line("a", chat("one"))];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const { fresh, faults } = read(order.map((i) => lines[i]).join("\n"));
      expect(fresh.get("a")).toEqual(answer("one"));
      expect(faults.map(({ fault }) => fault)).toEqual(["duplicate", "duplicate"]);
    }
  });

  it("take the place of a failure from before, and a failure takes no answer's place", () => {
    const failed: Answer = { kind: "failed", why: "boom", tooLong: false };
    expect(read(line("a", chat("now")), { a: failed })).toMatchObject({ faults: [] });
    expect(read(line("a", chat("now")), { a: failed }).fresh.get("a")).toEqual(answer("now"));
    expect(told(line("a", {}, 500), { a: answer("before") })).toEqual(["x.jsonl:1 duplicate a"]);
  });

  it("come from several files, and each fault says which", () => {
    const files = { "1.jsonl": line("a", chat("x")), "2.jsonl": `\uFEFF${line("zzz", chat("y"))}` };
    expect(told(files)).toEqual(["2.jsonl:1 foreign zzz"]);
    expect([...read(files).fresh.keys()]).toEqual(["a"]);
  });
});
