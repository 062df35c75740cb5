// One example a source beside a real one: which is shown, and what of it is marked.

import { describe, expect, it } from "vitest";
import { caseLabels, caseStudy, framesOf } from "../../../src/report/case-study.ts";
import type { Example } from "../../../src/tasks/example.ts";

const sentence = (text: string, ...labels: readonly string[]): Example => ({ kind: "sentence", text, labels });
const real = {
  name: "Real",
  examples: [sentence("Apoptosis was blocked in vitro .", "death"), sentence("Cells moved .", "invasion")],
};

describe("caseStudy", () => {
  it("marks the words that no real text of any label has, whatever their case, and no punctuation", () => {
    const made = { name: "ClinGen", examples: [sentence("In VITRO , cells died quickly !", "death")] };
    const [beside, cell] = caseStudy("death", [real, made]);
    expect(cell?.shown?.pieces[0]?.filter(({ isNew }) => isNew).map(({ text }) => text)).toEqual(["died", "quickly"]);
    expect(cell?.shown).toMatchObject({ words: 5, newWords: 2 });
    expect(beside?.shown).toMatchObject({ words: 5, newWords: 0 });
    expect(cell?.shown?.pieces[0]?.map(({ text }) => text).join("")).toBe("In VITRO , cells died quickly !");
  });

  it("keeps entities apart from new words inside of them, in order and without gaps", () => {
    const text = "He had severe gout .";
    const example: Example = { kind: "token", text, spans: [{ start: 7, end: 18, label: "Disease" }] };
    const known: Example = { kind: "token", text: "He had gout .", spans: [{ start: 7, end: 11, label: "Disease" }] };
    const [, cell] = caseStudy("Disease", [
      { name: "Real", examples: [known] },
      { name: "made", examples: [example] },
    ]);
    expect(cell?.shown?.pieces).toEqual([
      [
        { text: "He had " },
        { text: "severe", entity: "Disease", isNew: true },
        { text: " gout", entity: "Disease" },
        { text: " ." },
      ],
    ]);
    const frames = framesOf(cell?.shown?.pieces[0] ?? []);
    expect(frames.map((frame) => frame.pieces.map((piece) => piece.text).join("|"))).toEqual(["He had ", "severe| gout", " ."]);
  });

  it("shows the example of the median length first, then the next nearest, and begins again after the last", () => {
    const made = {
      name: "m",
      examples: [
        sentence("a b c d e f g h", "death"),
        sentence("a", "death"),
        sentence("a b c", "death"),
        sentence("x", "invasion"),
      ],
    };
    const shownAt = (at: number) =>
      caseStudy("death", [real, made], at)[1]
        ?.shown?.pieces.flat()
        .map(({ text }) => text)
        .join("");
    expect([0, 1, 2, 3].map(shownAt)).toEqual(["a b c", "a", "a b c d e f g h", "a b c"]);
    expect(caseStudy("death", [real, made])[1]?.n).toBe(3);
  });

  it("of a source without the label shows none, and of both texts of a pair the new words", () => {
    const pair = (first: string, second: string): Example => ({ kind: "pair", first, second, label: "1" });
    const cells = caseStudy("1", [
      { name: "Real", examples: [pair("Is it gout ?", "Gout ?")] },
      { name: "m", examples: [pair("Gout ?", "Is it lupus ?")] },
      { name: "none", examples: [] },
    ]);
    expect(cells[1]?.shown?.pieces.map((of) => of.filter(({ isNew }) => isNew).map(({ text }) => text))).toEqual([[], ["lupus"]]);
    expect(cells[2]).toEqual({ name: "none", n: 0 });
  });

  it("of a relation whose ends overlap cuts each character once", () => {
    const text = "BRCA1 protein binds";
    const relation: Example = {
      kind: "relation",
      text,
      head: { start: 0, end: 13, label: "Gene" },
      tail: { start: 6, end: 13, label: "Chemical" },
      label: "binds",
    };
    const [cell] = caseStudy("binds", [{ name: "Real", examples: [relation] }]);
    expect(cell?.shown?.pieces[0]?.map((piece) => piece.text)).toEqual(["BRCA1 ", "protein", " binds"]);
  });
});

it("lists the labels by how many real texts carry them, those that only a source has last", () => {
  const examples = [sentence("a", "b", "a"), sentence("a", "a")];
  expect(
    caseLabels([
      { name: "Real", examples },
      { name: "m", examples: [sentence("x", "only")] },
    ]),
  ).toEqual(["a", "b", "only"]);
});
