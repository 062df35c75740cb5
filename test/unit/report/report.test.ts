// The report: everything is there, every text is escaped, nothing is loaded from anywhere.

import { describe, expect, it } from "vitest";
import type { Notebook } from "../../../src/experiment/notebook.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { basisOf } from "../../../src/experiment/training-basis.ts";
import type { Synthetic } from "../../../src/generate/log.ts";
import { segmentsOf } from "../../../src/report/marked-text.ts";
import { paperRowOf, paperScore } from "../../../src/report/paper-numbers.ts";
import { reportHtml } from "../../../src/report/report.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";

const attack = `<img src=x onerror="alert('&')">`;

const token = (text: string, marked: string): TokenExample => {
  const start = text.indexOf(marked);
  return { kind: "token", text, spans: [{ start, end: start + marked.length, label: "Disease" }] };
};

const accepted = (text: string, marked: string): Synthetic => ({
  type: "accepted",
  index: 0,
  label: "Disease",
  origin: {
    kind: "prompted",
    topic: {
      entities: [{ id: "DOID:1", name: `${marked}${attack}`, type: "Disease" }],
      source: "kg",
      provenance: { source: `Ontology ${attack}`, licence: "CC0-1.0" },
    },
    style: `letter ${attack}`,
    turns: [],
  },
  example: token(text, marked),
});

const scores = (f1: number) => ({
  values: { f1, precision: 0.5, recall: 0.25 },
  perLabel: { Disease: { precision: 0.5, recall: 0.25, f1, support: 2 } },
  examples: 2,
});

function notebook(): Notebook {
  const test = [token("He had asthma .", "asthma"), token("She had vertigo .", "vertigo")];
  const step = { type: "step", stage: "few", steps: 2, epoch: 1, learningRate: 1e-4, gradientNorm: 1, milliseconds: 9 } as const;
  return {
    id: "n1",
    createdAt: 0,
    updatedAt: Date.UTC(2025, 0, 2, 3, 4),
    title: `Title ${attack}`,
    config: presetConfig("small", { task: "bc5cdr-disease", source: "clingen" }),
    data: { source: `folder ${attack}`, remarks: [attack], train: test, validation: [], test },
    run: "abc",
    knowledge: { topics: {}, styles: [{ name: attack, source: "user" }], lexicon: [] },
    training: {
      device: "wasm",
      model: "n1",
      remarks: [`5 of 5 training rows are longer ${attack}`],
      basis: basisOf(presetConfig("small", { task: "bc5cdr-disease", source: "clingen" }), "abc", 1),
      history: [
        { ...step, step: 1, loss: 1.5 },
        { ...step, step: 2, loss: 0.5 },
      ],
      results: {
        few: { scores: scores(0.111), predicted: test },
        synthetic: { scores: scores(0.333), predicted: [token("He had asthma .", "had asthma"), test[1] as TokenExample] },
      },
    },
    spent: { train: 2000 },
  };
}

const report = reportHtml(notebook(), [accepted(`Fever ${attack} in asthma`, "asthma")], { "topic-absent": 7 });

describe("reportHtml", () => {
  it("lets no text become markup", () => {
    expect(report).not.toContain("<img");
    expect(report.split("&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;").length - 1).toBeGreaterThanOrEqual(7);
  });

  it("loads nothing and runs nothing", () => {
    expect(report).not.toMatch(/<script|<link|https?:|url\(/i);
    expect(report).toContain("default-src 'none'");
  });

  it("shows both scores, the reasons, and provenance", () => {
    for (const text of ["0.111", "0.333", "topic-absent", "CC0-1.0", "DOID:1", "2025-01-02 03:04"])
      expect(report).toContain(text);
  });

  it("marks spans with their label, and an error on both sides", () => {
    expect(report).toContain('<ruby class="entity"><mark>asthma</mark><rt> disease</rt></ruby>');
    expect(report).toContain('<ruby class="missed"><mark>asthma</mark>');
    expect(report).toContain('<ruby class="wrong"><mark>had asthma</mark>');
    expect(report).toContain("1 error in 2 test examples");
  });

  it("says on how many examples the scores are, and when the run has gone on since", () => {
    expect(report).toContain("on 1 synthetic example.");
    expect(report).not.toContain("has gone on since");
    const two = [accepted("Fever in asthma", "asthma"), accepted("Cough in gout", "gout")];
    expect(reportHtml(notebook(), two, {})).toContain("on 1 synthetic example. The run has gone on since");
  });

  it("says what the training could not read", () => {
    expect(report).toContain("5 of 5 training rows are longer &lt;img");
  });

  it("of a way of training names the method, and no examples that nobody made", () => {
    const { run: _, training, ...rest } = notebook();
    const config = presetConfig("small", { task: "bc5cdr-disease", source: "seqmix" });
    const basis = basisOf(config, undefined, 0);
    const mixed = reportHtml({ ...rest, config, training: { ...(training as NonNullable<typeof training>), basis } }, [], {});
    expect(mixed).toContain("Trained on WASM, by SeqMix.");
    expect(mixed).toContain("Few-shot + SeqMix");
    expect(mixed).not.toMatch(/synthetic examples?|0 synthetic|completions thrown away|The run has gone on/);
    expect(paperScore("bc5cdr-disease", paperRowOf(config.source) as "mixup")).toBe(0.3923); // Table 8
    expect(paperRowOf({ kind: "tmix", alpha: 16, layers: [12] })).toBe("mixup");
  });

  it("draws the curve over both steps", () => {
    expect(report).toMatch(/<path class="few" d="M44\.0 [\d.]+L708\.0 [\d.]+"\/>/);
  });

  it("is a report before anything is trained, too", () => {
    const { training: _, data: __, ...bare } = notebook();
    expect(reportHtml(bare, [], {})).toContain("0 synthetic examples");
  });
});

describe("segmentsOf", () => {
  it("joins to the text, whatever the spans", () => {
    const text = "a bb 😀 ccc";
    const spans = [
      { start: 0, end: 1, label: "X" },
      { start: 2, end: 4, label: "Y" },
      { start: 5, end: 11, label: "X" },
    ];
    expect(segmentsOf(text, spans)).toEqual([
      { text: "a", label: "X", tone: "entity" },
      { text: " " },
      { text: "bb", label: "Y", tone: "entity" },
      { text: " " },
      { text: "😀 ccc", label: "X", tone: "entity" },
    ]);
    expect(segmentsOf(text, [])).toEqual([{ text }]);
    expect(segmentsOf("", [])).toEqual([]);
  });
});
