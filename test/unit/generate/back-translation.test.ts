// Back translation: UDA's pieces, the way through two translators, and what is thrown away on it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CompletionRequest } from "../../../src/engines/language-model.ts";
import { isRatherFrench } from "../../../src/generate/augment/french.ts";
import { piecesOf, sentencesOf } from "../../../src/generate/augment/pieces.ts";
import { suits } from "../../../src/generate/sources.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, SentenceExample } from "../../../src/tasks/example.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { attempted, writerOf } from "./asked.ts";

describe("pieces", () => {
  it("of 700 letters are six of 101 and one of 94", () => {
    expect(piecesOf("x".repeat(700)).map((piece) => piece.length)).toEqual([101, 101, 101, 101, 101, 101, 94]);
  });

  it("cut no character in two", () => {
    const text = `a${"\u{20000}".repeat(400)}`; // each is two code units
    const pieces = piecesOf(text);
    expect(pieces.map((piece) => [...piece].length)).toEqual([101, 101, 101, 98]);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect(pieces.join("")).toBe(text);
  });

  it("of a long text with commas alone end at its commas", () => {
    const text = Array.from({ length: 65 }, () => "aaaaaaaaa").join(",");
    const pieces = piecesOf(text);
    expect(pieces).toHaveLength(65);
    for (const piece of pieces.slice(0, -1)) expect(piece).toBe("aaaaaaaaa,");
  });

  it.each(["short.", `${"word ".repeat(200)}`, `${"a. ".repeat(300)}`, "Dr. Smith saw 3.5 cases; then, no more. And?", ""])(
    "put together are the text: %#",
    (text) => {
      expect(sentencesOf(text).join("")).toBe(text);
      expect(piecesOf(text).join("")).toBe(text);
      for (const piece of piecesOf(text)) expect(piece.length).toBeLessThan(300);
    },
  );
});

const text = "Glucose is burned by tumour cells. They burn much of it without oxygen.";
const sentence: SentenceExample = { kind: "sentence", text, labels: ["cellular energetics"] };
const config = { kind: "back-translation", writer: writerOf("none") } as const;
const asked = ({ messages }: CompletionRequest) => messages[0]?.content ?? "";
const said = (request: CompletionRequest) => asked(request).split("\n\n").at(-1) as string;
const isInto = (request: CompletionRequest, language: string) => asked(request).includes(`into ${language}.`);
const backwards = (request: CompletionRequest) => said(request).split(" ").reverse().join(" ");

describe("back translation", () => {
  const made = async (answer: (request: CompletionRequest) => string, example: Example = sentence) =>
    attempted(0, { task: example.kind === "pair" ? mqp : hoc, config, demonstrations: [example], answer });

  it("translates each sentence there and back: two translators that undo each other give the text", async () => {
    const { made: attempt, prompts } = await made(backwards);
    expect(attempt?.parsed).toEqual({ ok: true, value: sentence });
    expect(prompts.map((prompt) => /into (\w+)/.exec(prompt)?.[1])).toEqual(["French", "English", "French", "English"]);
    expect(attempt?.origin).toMatchObject({ kind: "derived", from: [0], turns: [{}, {}, {}, {}] });
  });

  it("translates both texts of a pair, and keeps its label", async () => {
    const pair: Example = {
      kind: "pair",
      first: "Is gout painful at night?",
      second: "Does gout hurt when I sleep?",
      label: "equivalent",
    };
    const answer = (request: CompletionRequest) =>
      isInto(request, "English") ? `${said(request)} indeed` : said(request).toUpperCase();
    expect((await made(answer, pair)).made?.parsed).toMatchObject({
      ok: true,
      value: { first: "IS GOUT PAINFUL AT NIGHT? indeed", second: "DOES GOUT HURT WHEN I SLEEP? indeed", label: "equivalent" },
    });
  });

  it.each([
    ["half as long", () => "Sucre.", "too-short"],
    [
      "more than twice as long",
      (request: CompletionRequest) => (isInto(request, "French") ? said(request) : `${said(request)} so `.repeat(4)),
      "malformed",
    ],
    ["nothing", () => "  ", "empty"],
    ["French", () => "Le glucose est brûlé par les cellules de la tumeur dans le corps.", "untranslated"],
    ["a refusal", () => "I'm sorry, but I can't help with that.", "refusal"],
  ] as const)("throws away what comes back as %s", async (_, answer, reason) => {
    expect((await made(answer)).made?.parsed).toEqual({ ok: false, reason });
  });

  it.each([
    [19, "too-short"],
    [20, undefined],
    [80, undefined],
    [81, "malformed"],
  ] as const)("of 40 characters, one that comes back with %i: %s", async (length, reason) => {
    const text = "Cells of the tumor burn glucose for fuel";
    const back = "Tumors burn sugar as fuel, and burn it much faster than all other tissues do so."
      .padEnd(81, "x")
      .slice(0, length);
    const { made: attempt } = await made(() => back.trimEnd().padEnd(length, "x"), { ...sentence, text });
    expect(text).toHaveLength(40);
    expect(attempt?.parsed).toMatchObject(reason ? { ok: false, reason } : { ok: true });
  });

  it("takes a French text that comes back in French: its own language", async () => {
    const own: Example = { ...sentence, text: "Le patient est venu avec une toux et de la fièvre." };
    expect((await made((request) => said(request), own)).made?.parsed).toMatchObject({ ok: true });
  });

  it("calls no text of the samples French, whatever drugs and names are in it", () => {
    const folder = join(import.meta.dirname, "../../../public/samples");
    const texts = tasks.flatMap(({ id: task }) =>
      readFileSync(join(folder, task, "test.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .flatMap((line) => Object.values(JSON.parse(line) as object).filter((value) => typeof value === "string")),
    );
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.filter(isRatherFrench)).toEqual([]);
    const names = ["Tour de France.", "BP 120/80, HR 72", "la", "Guillain-Barré", "Aspirin plus clopidogrel reduced mortality."];
    expect(names.filter(isRatherFrench)).toEqual([]);
  });

  it("is for texts and pairs alone", () => {
    for (const task of tasks) expect(suits(config, task)).toBe(task.shape === "sentence" || task.shape === "pair");
  });
});
