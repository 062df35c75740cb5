import { describe, expect, it } from "vitest";
import { type Note, piecesOf, questionsOf, readNote } from "../../../src/formats/note.ts";

const cut = (text: string) => piecesOf(text).map(({ start, end }) => text.slice(start, end));
const note = (text: string): Note => ({ id: "n", file: "n.txt", text });

describe("a note", () => {
  it("is cut at sentences and at the lines of a form, and not where an editor wrapped a line", () => {
    expect(cut("Chief complaint\nchest pain\r\n\r\nNo fever. Seen by Dr. Who.")).toEqual([
      "Chief complaint",
      "chest pain",
      "No fever.",
      "Seen by Dr. Who.",
    ]);
    const wrapped = "The patient was admitted for dyspnoea and was found to have congestive\nheart failure.\nStable.";
    expect(cut(wrapped)).toEqual([wrapped.slice(0, wrapped.indexOf("\nStable")), "Stable."]);
  });

  it("is cut in a time that grows with its length alone", { timeout: 10_000 }, () => {
    const four = ["the patient was seen in the ward and had a fever with cough which went on and", "and on.", "Stable.", "Home."];
    const long = Array.from({ length: 24_000 }, (_, i) => four[i % 4]).join("\n");
    expect(cut(long).length).toBe(18_000); // the first line of four is wrapped
  });

  it("gives back each answer at its own place, whatever stands before it", () => {
    const text = "\n\n  Fever 😊 today.\n\n\tGout and gout.";
    const own = note(text);
    const questions = questionsOf("token", own);
    const answered = questions.map(({ example }) => {
      if (example.kind !== "token") throw new Error("a token task asks token examples");
      const spans = [...example.text.matchAll(/fever|gout/gi)].map(({ index, 0: word }) => ({
        start: index,
        end: index + word.length,
        label: "Disease",
      }));
      return { ...example, spans };
    });
    const { spans } = readNote(own, questions, answered);
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(["Fever", "Gout", "gout"]);
  });

  it("without a visible character asks nothing, and a pair is one question however long", () => {
    expect(questionsOf("token", note(" \n\u200b\t"))).toEqual([]);
    const pair = { ...note("One. Two. Three."), second: "Four." };
    expect(questionsOf("pair", pair).map(({ example }) => example)).toEqual([
      { kind: "pair", first: "One. Two. Three.", second: "Four.", label: "" },
    ]);
  });

  it("of a task that labels texts has a label for each of its sentences", () => {
    const own = note("He smokes. She does not.");
    const questions = questionsOf("sentence", own);
    const answered = questions.map(({ example }, i) => ({ ...example, labels: [`L${i}`] }));
    expect(readNote(own, questions, answered as never).pieces).toEqual([
      { start: 0, end: 10, labels: ["L0"] },
      { start: 11, end: 24, labels: ["L1"] },
    ]);
  });
});
