// The report: everything is there, every text is escaped, nothing is loaded from anywhere.

import { describe, expect, it } from "vitest";
import { analyse } from "../../../src/analyse/analysis.ts";
import { vectorsOf } from "../../../src/analyse/vectors.ts";
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

  it("has all of its parts in the page's main part, where a screen reader goes first", () => {
    const [before = "", main = "", after = ""] = report.split(/<\/?main>/);
    expect([before, after].map((part) => part.includes("<h2"))).toEqual([false, false]);
    expect(main.split("<h2").length).toBeGreaterThan(5);
  });

  it("shows both scores, the reasons, and provenance", () => {
    for (const text of ["0.111", "0.333", "the topic is not mentioned", "CC0-1.0", "DOID:1", "2025-01-02 03:04"])
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

  it("tells scores of the validation set from those of a test set", () => {
    const { data, ...rest } = notebook();
    const own = data ? reportHtml({ ...rest, data: { ...data, validation: data.test } }, [], {}) : "";
    expect(own).toContain("<h2>Scores on the validation set</h2>");
    expect(own).toMatch(/<h2>\d+ errors? in 2 validation examples<\/h2>/);
    expect(own).not.toContain("in 2 test examples");
    expect(report).toContain("<h2>Scores on the test set</h2>");
  });

  it("counts one thing as one", () => {
    expect(report).toContain("<h2>1 synthetic example</h2>");
    const thrown = reportHtml(notebook(), [], { "topic-absent": 1 });
    expect(thrown).toContain("<h3>1 attempt thrown away</h3>");
    expect(thrown).toContain("the topic is not mentioned");
    expect(thrown).not.toContain("topic-absent");
    const { data, ...rest } = notebook();
    const one = { ...data, train: data?.train.slice(0, 1) ?? [] } as NonNullable<typeof data>;
    expect(reportHtml({ ...rest, data: one }, [], {})).toContain("<h2>The 1 real example it grew from</h2>");
  });

  it("says what the training could not read", () => {
    expect(report).toContain("5 of 5 training rows are longer &lt;img");
  });

  it("names a metric as the pages do", () => {
    const { training, ...rest } = notebook();
    const config = presetConfig("small", { task: "cdr", source: "clingen" });
    const told = reportHtml({ ...rest, config, training: training as NonNullable<typeof training> }, [], {});
    expect(told).toContain("F1, of the relation");
    expect(told).not.toContain("F1, positive");
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

  describe("with all that was computed", () => {
    const made = [accepted(`Fever ${attack} in asthma`, "asthma"), accepted("Cough in gout", "gout")];
    const interval = { low: 0.2, high: 0.4 };
    const gain = { difference: 0.222, interval: { low: 0.1, high: 0.3 }, p: 0.0004 };
    const sure = { intervals: { few: { f1: interval }, synthetic: { f1: { low: 0.301, high: 0.366 } } }, gain };
    const set = (name: string, texts: readonly string[]) => ({
      name,
      texts,
      marked: texts.map(() => [`gout ${attack}`]),
      unit: vectorsOf(texts.map((_, i) => Float32Array.from([Math.cos(i), Math.sin(i)]))),
    });
    const analysis = analyse(
      set("real", ["He had asthma .", "She had vertigo ."]),
      [set("synthetic", [`Fever ${attack} in asthma`, "Cough in gout"])],
      { shown: set("shown", ["He had asthma .", "She had vertigo ."]) },
    );
    const models = [
      { role: "encoder" as const, id: `mini ${attack}`, name: attack, files: [{ name: attack, sha256: "ab".repeat(32) }] },
    ];
    const whole = reportHtml(notebook(), made, {}, { sure, analysis, models });

    it("tells the intervals, the paired test and what it allows to say", () => {
      expect(whole).toContain("0.301 to 0.366");
      expect(whole).toContain("<b>+0.222</b> (95 % interval +0.100 to +0.300; paired bootstrap, p below 0.001).");
      expect(whole).toContain("large enough to tell the gain from chance");
      const unsure = { ...sure, gain: { ...gain, interval: { low: -0.1, high: 0.3 }, p: 0.4 } };
      expect(reportHtml(notebook(), made, {}, { sure: unsure })).toContain("does not tell the difference from chance");
      expect(report).toContain("The scores stand here without their intervals");
      expect(whole).not.toContain("without their intervals");
    });

    it("holds the scores against a constant answer", () => {
      const constant = { labels: [attack], values: { f1: 0.25 }, less: { synthetic: { ...gain, difference: -0.12 } } };
      const held = reportHtml(notebook(), made, {}, { sure: { ...sure, constant } });
      expect(held).toContain("scores 0.250 (F1");
      expect(held).toContain("is 0.120 below that (+0.100 to +0.300, p below 0.001).");
      expect(held).not.toContain(attack);
      expect(whole).not.toContain("whatever the text says");
    });

    it("sets the scores of overlapping spans below the exact ones, and says what was taken for what", () => {
      const overlapping = { synthetic: { values: { f1: 0.512 }, intervals: { f1: { low: 0.477, high: 0.533 } } } };
      const lenient = reportHtml(notebook(), made, {}, { sure: { ...sure, overlapping } });
      expect(lenient).toMatch(
        /F1, overlapping spans too<\/th><td class="n">–<\/td><td class="n">0\.512 <span[^>]*>0\.477 to 0\.533/,
      );
      expect(whole).not.toContain("overlapping spans too");
      expect(whole).toContain("<summary>What was taken for what</summary>");
    });

    it("has the measures, a figure of each kind and the copies, and the files' hashes", () => {
      for (const text of ["Self-BLEU", "How often each entity is named", "Growth of the vocabulary", "words running in common"])
        expect(whole).toContain(text);
      expect(whole).toContain("ab".repeat(32));
      expect(report).toContain("was not measured beside the real");
      expect(whole).not.toMatch(/NaN|undefined|Infinity/);
    });

    it("counts the examples of each set by label in its card", () => {
      const card = whole.slice(whole.indexOf("<h2>Data card</h2>"));
      const row = card.match(/<tr><th scope="row">Disease<\/th>(.*?)<\/tr>/)?.[1] ?? "";
      expect([...row.matchAll(/>(\d+)</g)].map(([, n]) => n)).toEqual(["2", "2", "0", "2"]); // few-shot, synthetic, validation, test
    });

    it("lets no text of any part become markup, and is read without a script", () => {
      expect(whole).not.toContain("<img");
      expect(whole).not.toMatch(/<script|<link|https?:|url\(|onclick/i);
    });
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

describe("doubtful examples", () => {
  const place = (correctness: number) => ({ confidence: correctness, variability: 0.1, correctness });
  const trust = { places: [place(1), place(0), place(1)], agrees: [true, false, true], baseline: [], dropped: [1], kept: [] };
  const examples = ["asthma", "gout", "vertigo"].map((name) => accepted(`He had ${name} .`, name));

  it("are told with what a reader dropped and changed by hand, in the section and in the limits", () => {
    const change = { by: "label", example: token("He had asthma .", "asthma") } as const;
    const page = reportHtml(notebook(), examples, {}, { trust: { ...trust, changed: { 0: change } } });
    expect(page).toContain("By hand, 1 dropped, 0 kept, 1 relabelled, 0 written again.");
    expect(page).toContain("A reader decided on 2 synthetic examples; no one is known to have read the others.");
    expect(page).toMatch(/Learnt by the training<\/th><td class="n">67 %/);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it("are no section where none was looked for, and no examples", () => {
    expect(reportHtml(notebook(), examples, {})).not.toContain("Doubtful examples");
    expect(reportHtml(notebook(), examples, {})).toContain("No expert has read the synthetic examples.");
    const empty = { places: [], agrees: [], baseline: [], dropped: [], kept: [] };
    expect(reportHtml(notebook(), [], {}, { trust: empty })).not.toContain("Doubtful examples");
  });
});
