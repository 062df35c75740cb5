import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { readJsonl, readLabels, tokenize, writeJsonl } from "../../../src/formats/clingen.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const source = { file: "train.jsonl" };

function errorOf(run: () => unknown): ClinfuseError {
  try {
    run();
  } catch (error) {
    if (error instanceof ClinfuseError) return error;
    throw error;
  }
  throw new Error("expected a ClinfuseError, got none");
}

describe("reading", () => {
  it("turns tokens and spans into text and offsets", () => {
    const line = '{"tokens": ["High", "-", "dose", "5-FU", "caused", "acute", "confusion", "."], "spans": [[5, 6, "Disease"]]}';
    const [example] = readJsonl(bc5cdrDisease, line, source);
    expect(example?.text).toBe("High - dose 5-FU caused acute confusion .");
    expect(example?.spans.map((s) => example.text.slice(s.start, s.end))).toEqual(["acute confusion"]);
  });

  it("reads labels by label.txt's own order", () => {
    const labelIds = readLabels(mqp, "equivalent\nnot_equivalent\n");
    const [example] = readJsonl(mqp, '{"_id": 0, "text_a": "Is it flu?", "text_b": "Do I have flu?"}', { file: "x", labelIds });
    expect(example?.label).toBe("equivalent");
  });

  it("passes over blank lines, a byte order mark and Windows line ends", () => {
    const row = '{"_id":1,"text_a":"a?","text_b":"b?"}';
    expect(readJsonl(mqp, `\uFEFF${row}\r\n\r\n${row}\r\n`, source)).toHaveLength(2);
  });

  const good = '{"tokens": ["Pain", "."], "spans": []}';
  const cases: [name: string, text: string, code: string, line: number | undefined, says: RegExp][] = [
    ["an empty file", "\n \n", "file-empty", undefined, /holds no rows/],
    ["a line cut short", `${good}\n{"tokens": ["Pa`, "file-malformed", 2, /line 2: not JSON/],
    ["a line that is no object", `${good}\n\n[1]`, "file-malformed", 3, /not a JSON object/],
    ["a missing field", '{"spans": []}', "file-malformed", 1, /"tokens"/],
    ["a span past the end", '{"tokens": ["Pain"], "spans": [[0, 1, "Disease"]]}', "span-out-of-bounds", 1, /1 tokens/],
    ["a span backwards", '{"tokens": ["Pain", "."], "spans": [[1, 0, "Disease"]]}', "span-out-of-bounds", 1, /\[1,0/],
    ["a span that is no triple", '{"tokens": ["Pain"], "spans": ["x"]}', "span-out-of-bounds", 1, /"x"/],
    ["an unknown type", '{"tokens": ["Pain"], "spans": [[0, 0, "Drug"]]}', "unknown-label", 1, /"Drug" is no label/],
    [
      "overlapping spans",
      '{"tokens": ["a","b","c"], "spans": [[0,1,"Disease"],[1,2,"Disease"]]}',
      "file-malformed",
      1,
      /overlap/,
    ],
  ];
  it.each(cases)("refuses %s, naming file and line", (_, text, code, line, says) => {
    const error = errorOf(() => readJsonl(bc5cdrDisease, text, source));
    expect(error.code).toBe(code);
    expect(error.place).toMatchObject({ file: "train.jsonl", ...(line ? { line } : {}) });
    expect(error.message).toMatch(says);
  });

  it("refuses a label index that does not exist, and a label.txt of another task", () => {
    const error = errorOf(() => readJsonl(mqp, '{"_id": 2, "text_a": "a", "text_b": "b"}', source));
    expect([error.code, error.place.line]).toEqual(["unknown-label", 1]);
    expect(errorOf(() => readLabels(mqp, "equivalent\nmaybe\n")).place).toMatchObject({
      file: "label.txt",
      line: 2,
      got: "maybe",
    });
  });

  it("is not fooled by prototype keys", () => {
    expect(errorOf(() => readJsonl(mqp, '{"__proto__": {"_id": 0, "text_a": "a", "text_b": "b"}}', source)).code).toBe(
      "file-malformed",
    );
  });
});

describe("writing", () => {
  it("comes back equal: pairs", () => {
    const examples = [{ kind: "pair", first: 'Is "this" flu?', second: "Zeile\u2028zwei?", label: "equivalent" }] as const;
    expect(readJsonl(mqp, writeJsonl(mqp, examples), source)).toEqual(examples);
  });

  it("comes back with the same entities: spans inside words and next to punctuation", () => {
    const text = "Anti-hypertension therapy (β-blockers) in non-Hodgkin's lymphoma.";
    const names = ["hypertension", "Hodgkin's lymphoma"];
    const spans = names.map((name) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length, label: "Disease" }));
    const [back] = readJsonl(bc5cdrDisease, writeJsonl(bc5cdrDisease, [{ kind: "token", text, spans }]), source);
    expect(back?.spans.map((s) => back.text.slice(s.start, s.end).replaceAll(" ", ""))).toEqual([
      "hypertension",
      "Hodgkin'slymphoma",
    ]);
  });

  it("adds what the caller adds", () => {
    const line = writeJsonl(mqp, [{ kind: "pair", first: "a", second: "b", label: "equivalent" }], (i) => ({ topic: `t${i}` }));
    expect(JSON.parse(line)).toEqual({ _id: 1, label: "equivalent", text_a: "a", text_b: "b", topic: "t0" });
  });
});

it("cuts words at punctuation, keeps accents with their letters, and cuts at span edges", () => {
  const text = "naïve re-entry, 5mg";
  const words = tokenize(text, [{ start: 16, end: 17, label: "x" }]).map((w) => text.slice(w.start, w.end));
  expect(words).toEqual(["naïve", "re", "-", "entry", ",", "5", "mg"]);
});
