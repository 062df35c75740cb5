// ClinGen's rows in and out: each shape, each refusal by file and line, and a file that is written is read again.

import { describe, expect, it } from "vitest";
import { readLabels } from "../../../src/formats/clingen/labels.ts";
import { readJsonl, writeJsonl } from "../../../src/formats/clingen.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { errorOf, learnable } from "./tasks.ts";

const source = { file: "train.jsonl" };

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

describe("spans", () => {
  const read = (tokens: string[], spans: unknown[]) => {
    const remarks: string[] = [];
    const text = JSON.stringify({ tokens, spans });
    const [example] = readJsonl(bc5cdrDisease, text, { ...source, remark: (remark) => remarks.push(remark) });
    return { names: example!.spans.map((s) => example!.text.slice(s.start, s.end)), example: example!, remarks };
  };
  const D = "Disease";

  it.each([
    ["a byte order mark", ["\uFEFFAsthma", "."], [[0, 0, D]], ["Asthma"]],
    ["a joiner at the end", ["asthma\u200d", "."], [[0, 0, D]], ["asthma"]],
    ["a joiner inside", ["asth\u200dma", "."], [[0, 0, D]], ["asth\u200dma"]],
    ["a no-break space", ["renal", "failure\u00a0", "."], [[0, 1, D]], ["renal failure"]],
    ["a private bullet", ["\uf0b7", "renal", "failure"], [[0, 2, D]], ["renal failure"]],
    ["a soft hyphen", ["asthma\u00ad", "."], [[0, 0, D]], ["asthma"]],
    ["a direction mark as last token", ["heart", "failure", "\u200e", "was"], [[0, 2, D]], ["heart failure"]],
    ["empty tokens around", ["", "fever", "", "."], [[0, 2, D]], ["fever"]],
    ["a blank token inside", ["heart", " ", "failure"], [[0, 2, D]], ["heart failure"]],
    ["a lone combining mark", ["fever", "\u0301", "."], [[0, 1, D]], ["fever"]],
    ["a lone half of a pair", ["\ud83d", "fever"], [[0, 1, D]], ["fever"]],
    ["control characters", ["\u0000fever\u0007", "."], [[0, 0, D]], ["fever"]],
    ["an emoji, which is seen", ["😊", "fever"], [[0, 1, D]], ["😊 fever"]],
    ["punctuation alone", ["(", ")"], [[0, 1, D]], ["( )"]],
    [
      "spans out of order",
      ["a", "b", "c"],
      [
        [2, 2, D],
        [0, 0, D],
      ],
      ["a", "c"],
    ],
    ["a label in lower case", ["fever"], [[0, 0, "disease"]], ["fever"]],
    [
      "spans that meet on a blank token",
      ["a", "", "b"],
      [
        [0, 1, D],
        [1, 2, D],
      ],
      ["a", "b"],
    ],
  ] as [string, string[], unknown[], string[]][])("end on what is seen: %s", (_, tokens, spans, names) => {
    expect(read(tokens, spans)).toMatchObject({ names, remarks: [] });
    expect(read(tokens, spans).example.spans.every((s) => s.label === D)).toBe(true);
  });

  it("count once where they are repeated, and are left out where nothing is seen, each with a remark", () => {
    expect(
      read(
        ["fever", "."],
        [
          [0, 0, D],
          [0, 0, D],
        ],
      ),
    ).toMatchObject({
      names: ["fever"],
      remarks: ["1 span of train.jsonl stands twice in one row and was counted once."],
    });
    expect(
      read(
        ["fever", "\u200b", "", "x"],
        [
          [1, 2, D],
          [0, 0, D],
          [1, 1, D],
        ],
      ),
    ).toMatchObject({
      names: ["fever"],
      remarks: ["2 spans of train.jsonl cover no visible character and were left out."],
    });
  });

  it.each([
    ["indices as text", [["0", "1", D]], "file-malformed", /line 1: span \["0","1","Disease"\] has its indices as text/],
    ["one index as text", [[0, "1", D]], "file-malformed", /as text/],
    ["a fraction", [[0, 0.5, D]], "file-malformed", /no whole number/],
    ["a negative index", [[-1, 0, D]], "span-out-of-bounds", /\[-1,0,"Disease"\] is outside the sentence's 4 tokens/],
    ["nothing as index", [[null, 0, D]], "span-out-of-bounds", /null/],
    ["an object", [{ start: 0, end: 1 }], "span-out-of-bounds", /"start":0/],
    [
      "a nested span",
      [
        [0, 2, D],
        [1, 1, D],
      ],
      "file-malformed",
      /span \[1,1,"Disease"\] is nested in span \[0,2,"Disease"\]/,
    ],
    [
      "a nested span with the same beginning",
      [
        [0, 0, D],
        [0, 2, D],
      ],
      "file-malformed",
      /span \[0,0,"Disease"\] is nested/,
    ],
    [
      "spans that cross",
      [
        [0, 1, D],
        [1, 2, D],
      ],
      "file-malformed",
      /overlap/,
    ],
  ] as [string, unknown[], string, RegExp][])("are refused by line: %s", (_, spans, code, says) => {
    const error = errorOf(() => read(["a", "b", "c", "d"], spans));
    expect([error.code, error.place.line]).toEqual([code, 1]);
    expect(error.message).toMatch(says);
  });

  it("refuses two labels for one place, and tokens that are no words", () => {
    const task = { ...bc5cdrDisease, labels: [...bc5cdrDisease.labels, { id: "Drug", name: "drug", description: "a drug" }] };
    const row = (tokens: unknown[], spans: unknown[]) => JSON.stringify({ tokens, spans });
    expect(() =>
      readJsonl(
        task,
        row(
          ["a"],
          [
            [0, 0, D],
            [0, 0, "Drug"],
          ],
        ),
        source,
      ),
    ).toThrow(/one place two labels/);
    expect(() => readJsonl(task, row(["a", 5], []), source)).toThrow(/got 5 at 1/);
    expect(() => readJsonl(task, row(["", "\u200b"], []), source)).toThrow(/nothing to see/);
  });
});

describe("labels of a row", () => {
  const pair = (fields: object) => readJsonl(mqp, JSON.stringify({ text_a: "a?", text_b: "b?", ...fields }), source);
  const any = (fields: object) => readJsonl(learnable.any, JSON.stringify({ text: "t", ...fields }), source);

  it("are read by index, and by index and name where these agree", () => {
    expect(pair({ _id: 1 })[0]!.label).toBe("equivalent");
    expect(pair({ _id: 1, label: " Equivalent", label_name: "equivalent" })[0]!.label).toBe("equivalent");
    expect(pair({ _id: 0, label: 0, label_name: null })[0]!.label).toBe("not_equivalent");
    expect(any({ _id: [1, 0, 1] })[0]!.labels).toEqual(["a", "c"]);
    expect(any({ _id: [0, 0, 0], label: [] })[0]!.labels).toEqual([]);
    expect(any({ _id: [1, 0, 1], label: ["c", "a"] })[0]!.labels).toEqual(["a", "c"]);
  });

  it("follow label.txt where any of them may be carried", () => {
    const text = JSON.stringify({ _id: [1, 1, 0], text: "t" });
    expect(readJsonl(learnable.any, text, { file: "x", labelIds: ["c", "a", "b"] })[0]!.labels).toEqual(["a", "c"]);
  });

  it.each([
    ["an index beyond", () => pair({ _id: 2 }), "unknown-label", /label 2 does not exist; there are 2/],
    ["a negative index", () => pair({ _id: -1 }), "unknown-label", /label -1/],
    ["an index as text", () => pair({ _id: "1" }), "file-malformed", /must be the index of a label, got the text "1"/],
    ["no index", () => pair({ label: "equivalent" }), "file-malformed", /got nothing/],
    ["a list for one label", () => pair({ _id: [0, 1] }), "file-malformed", /got \[0,1\]/],
    [
      "another name",
      () => pair({ _id: 1, label: "not_equivalent" }),
      "file-malformed",
      /"_id" says "equivalent" and "label" says "not_eq/,
    ],
    ["another label_name", () => pair({ _id: 0, label_name: "equivalent" }), "file-malformed", /"label_name" says "equivalent"/],
    ["another index", () => pair({ _id: 0, label: 1 }), "file-malformed", /"label" says "equivalent"/],
    ["a foreign name", () => pair({ _id: 0, label: "entailment" }), "unknown-label", /"entailment" is no label of MQP/],
    ["a name of no kind", () => pair({ _id: 0, label: {} }), "file-malformed", /must name a label/],
    ["an index for any labels", () => any({ _id: 1 }), "file-malformed", /a list of 3 numbers, each 0 or 1, got 1/],
    ["too few numbers", () => any({ _id: [1, 0] }), "file-malformed", /has 2 numbers, label.txt 3 labels/],
    ["a probability", () => any({ _id: [1, 0, 0.5] }), "file-malformed", /got 0.5/],
    ["numbers as text", () => any({ _id: ["1", 0, 0] }), "file-malformed", /the text "1"/],
    [
      "another set of names",
      () => any({ _id: [1, 0, 0], label: ["a", "b"] }),
      "file-malformed",
      /says "a" and "label" says "a", "b"/,
    ],
  ] as [string, () => unknown, string, RegExp][])("are refused by line: %s", (_, run, code, says) => {
    const error = errorOf(run);
    expect([error.code, error.place.line]).toEqual([code, 1]);
    expect(error.message).toMatch(says);
  });
});

describe("label.txt", () => {
  const refused = (text: string) => {
    const { code, place, message } = errorOf(() => readLabels(mqp, text));
    return { code, line: place.line, message };
  };

  it("may have a byte order mark's rest, another case, blank lines and any line ends", () => {
    expect(readLabels(mqp, "Equivalent\r\rnot_equivalent \r")).toEqual(["equivalent", "not_equivalent"]);
  });

  it.each([
    ["a label twice", "not_equivalent\nnot_equivalent\nequivalent\n", "file-malformed", 2, /stands on line 1 already/],
    ["a label twice behind blank lines", "\n\nequivalent\n\nnot_equivalent\nequivalent", "file-malformed", 6, /on line 3/],
    ["a label twice but for its end", "equivalent\nequivalent \nnot_equivalent", "file-malformed", 2, /on line 1/],
    ["a label twice but for case", "equivalent\nEQUIVALENT\nnot_equivalent", "file-malformed", 2, /on line 1/],
    ["a foreign label behind blank lines", "equivalent\n\n \nmaybe\n", "unknown-label", 4, /"maybe" is no label of MQP/],
    ["a missing label", "equivalent\n", "file-malformed", undefined, /lacks not_equivalent/],
    ["no label", "\n", "file-malformed", undefined, /lacks not_equivalent, equivalent/],
  ] as const)("is refused for %s", (_, text, code, line, says) => {
    expect(refused(text)).toEqual({ code, line, message: expect.stringMatching(says) });
  });
});

describe("lines", () => {
  const row = '{"_id":1,"text_a":"a?","text_b":"b?"}';

  it("end as on any system, and U+2028 ends none", () => {
    const inside = row.replace("a?", "a\u2028b\u2029c\u0085d");
    for (const end of ["\n", "\r\n", "\r"]) expect(readJsonl(mqp, [row, inside, ""].join(end), source)).toHaveLength(2);
    expect(readJsonl(mqp, inside, source)[0]!.first).toBe("a\u2028b\u2029c\u0085d");
  });

  it("may begin with the mark of a file that was joined on", () => {
    expect(readJsonl(mqp, `${row}\n\uFEFF${row}`, source)).toHaveLength(2);
  });

  it.each([
    ["a list in place of lines", `[\n${row},\n${row}\n]`, 1, /one JSON list/],
    ["a list on one line", `[${row}]`, 1, /not a JSON object/],
    ["a comma at the end", `${row}\n${row},`, 2, /not JSON/],
    ["NaN", `${row}\r{"_id":NaN,"text_a":"a","text_b":"b"}`, 2, /not JSON/],
    ["a text of nothing to see", '{"_id":1,"text_a":"\u200b\u00a0","text_b":"b?"}', 1, /"text_a" must be text/],
    ["a number as text", '{"_id":1,"text_a":5,"text_b":"b?"}', 1, /"text_a" must be text/],
    ["another task's row", '{"tokens":["a"],"spans":[]}', 1, /the row has tokens, spans; write each row of the file as \{"_id"/],
  ])("are refused by number: %s", (_, text, line, says) => {
    const error = errorOf(() => readJsonl(mqp, text, source));
    expect(error.place.line).toBe(line);
    expect(error.message).toMatch(says);
  });
});
