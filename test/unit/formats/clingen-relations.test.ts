// ClinGen's rows of relations: both entities by their marks or by their names, each refusal by line.

import { describe, expect, it } from "vitest";
import { readJsonl } from "../../../src/formats/clingen.ts";
import { errorOf, learnable } from "./tasks.ts";

const source = { file: "train.jsonl" };

describe("relations", () => {
  const read = (fields: object) => {
    const remarks: string[] = [];
    const row = JSON.stringify({ _id: 1, ...fields });
    const example = readJsonl(learnable.relation, row, { ...source, remark: (r) => remarks.push(r) })[0]!;
    const { text, head, tail } = example;
    return {
      text,
      head: text.slice(head.start, head.end),
      at: head.start,
      tail: text.slice(tail.start, tail.end),
      remarks,
      example,
    };
  };
  const marked = "Pain: [DISEASE]pain[\\DISEASE] after [CHEMICAL]zolmine[\\CHEMICAL], not zolmine.".replaceAll("\\\\", "\\");

  it("take the marked mention where a name stands twice, and either first", () => {
    const found = read({
      original_text: marked,
      text: "Pain: pain after zolmine, not zolmine.",
      Chemical: "zolmine",
      Disease: "pain",
    });
    expect(found).toMatchObject({
      text: "Pain: pain after zolmine, not zolmine.",
      head: "zolmine",
      at: 17,
      tail: "pain",
      remarks: [],
    });
    expect(found.example.tail).toEqual({ start: 6, end: 10, label: "Disease" });
    expect(read({ text: marked }).at).toBe(17); // marks in the text itself
  });

  it("find unmarked entities by their names: at word borders, apart, and the first of several with a remark", () => {
    expect(read({ text: "ALLERGY and ALL after zol", Chemical: "zol", Disease: "ALL" })).toMatchObject({
      tail: "ALL",
      remarks: [],
    });
    expect(read({ text: "ALLERGY and ALL after zol", Chemical: "zol", Disease: "ALL" }).example.tail.start).toBe(12);
    expect(read({ text: "Zolmine pain", Chemical: "zolmine", Disease: "pain" }).head).toBe("Zolmine");
    expect(read({ text: "lead poisoning by lead", Chemical: "lead", Disease: "lead poisoning" })).toMatchObject({
      at: 18,
      remarks: [],
    });
    expect(read({ text: "(+)-zol* [a] pain", Chemical: "(+)-zol* [a]", Disease: "pain" }).at).toBe(0);
    const twice = read({ text: "zol, zol and pain", Chemical: "zol", Disease: "pain" });
    expect(twice.at).toBe(0);
    expect(twice.remarks.join()).toMatch(/^1 row of train.jsonl names an entity several times/);
  });

  it.each([
    [
      "a name that is not there",
      { text: "no drug, pain", Chemical: "zolmine", Disease: "pain" },
      /"zolmine" \(field "Chemical"\) is not in the text/,
    ],
    ["no names and no marks", { text: "zolmine and pain" }, /"Chemical" must be text/],
    [
      "a mark left open",
      { original_text: "[CHEMICAL]zol and [DISEASE]pain[\\DISEASE]" },
      /expected one \[CHEMICAL\] and one .* got 1 and 0/,
    ],
    [
      "two marked heads",
      { original_text: "[CHEMICAL]a[\\CHEMICAL] [CHEMICAL]b[\\CHEMICAL] [DISEASE]c[\\DISEASE]" },
      /got 2 and 2/,
    ],
    ["marks around nothing", { original_text: "[CHEMICAL] [\\CHEMICAL]a [DISEASE]c[\\DISEASE]" }, /marks nothing/],
    [
      "marks of something else",
      { original_text: marked, Chemical: "aspirin" },
      /"Chemical" says "aspirin" and "original_text" marks "zolmine"/,
    ],
    ["another text", { original_text: marked, text: "Pain after zolmine." }, /differ/],
  ])("are refused by line: %s", (_, fields, says) => {
    const error = errorOf(() => read(fields));
    expect([error.code, error.place.line]).toEqual(["file-malformed", 1]);
    expect(error.message).toMatch(says);
  });
});
