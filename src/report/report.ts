// A run as one self-contained page: choices, examples with their marks, the curve, scores, provenance. Pure; every text is escaped.

import type { Analysis } from "../analyse/analysis.ts";
import { answered } from "../experiment/answer.ts";
import {
  hasRows,
  isValidationScored,
  type Notebook,
  type NotebookData,
  type StageResult,
  type TrainingResult,
} from "../experiment/notebook.ts";
import { basisOf, lastStageOf, type Stale, staleIn } from "../experiment/training-basis.ts";
import type { Trust } from "../experiment/trust.ts";
import { drawnOf, type Synthetic } from "../generate/log.ts";
import type { RejectReason } from "../generate/source.ts";
import type { Topic } from "../knowledge/topic.ts";
import { taskOf } from "../tasks/catalogue.ts";
import { type Metric, metricId } from "../tasks/metric.ts";
import { sameItems } from "../tasks/shapes.ts";
import type { Task } from "../tasks/task.ts";
import type { StageId } from "../train/train-config.ts";
import { confusionHtml, confusionTable, confusionWords } from "./confusion-table.ts";
import { constantWords } from "./constant-words.ts";
import { scoredNoun, sourceWords } from "./data-words.ts";
import { drawn, drawnBeside } from "./drawn.ts";
import { figureHtml } from "./figure-html.ts";
import { metricWords } from "./metric-words.ts";
import { nothingFound } from "./nothing-found.ts";
import { reasonWords } from "./reason-words.ts";
import { analysisSection } from "./report-analysis.ts";
import { dataCardSection, limitsSection, modelsSection } from "./report-card.ts";
import { counted, type Html, html } from "./report-html.ts";
import { reportStyle } from "./report-style.ts";
import { interval, surenessWords } from "./report-sureness.ts";
import { trustSection } from "./report-trust.ts";
import type { RunModelFiles } from "./run-record.ts";
import { methodNameOf, secondStageOf } from "./second-stage.ts";
import type { Sureness } from "./sureness.ts";
import { lossFigure, type TrainHistory, validationFigure } from "./training-curves.ts";

type Rejected = Readonly<Partial<Record<RejectReason, number>>>;

const shownExamples = 60;
const shownErrors = 40;
const three = (x: number | undefined): string => (x === undefined ? "–" : x.toFixed(3));

/** Parts of a run that its notebook does not hold. */
export interface ReportExtra {
  readonly sure?: Sureness;
  readonly analysis?: Analysis;
  readonly trust?: Trust;
  readonly models?: readonly RunModelFiles[];
  /** Synthetic examples of the run that are not in this copy of it. */
  readonly absent?: number;
}

/** `synthetic` are the accepted examples, `rejected` how often each reason threw one away. */
export function reportHtml(
  notebook: Notebook,
  synthetic: readonly Synthetic[],
  rejected: Rejected,
  { sure, analysis, trust, models = [], absent = notebook.capsule?.examplesLeftOut ?? 0 }: ReportExtra = {},
): string {
  const task = taskOf(notebook.config.task);
  const { data, training } = notebook;
  const made = synthetic.length + absent;
  const shown = training?.results[lastStageOf(training.basis)];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="Clinfuse">
<title>${notebook.title}</title>
${reportStyle}
</head>
<body>
<header>
<p class="soft">Clinfuse report, ${new Date(notebook.updatedAt).toISOString().slice(0, 16).replace("T", " ")} UTC</p>
<h1>${notebook.title}</h1>
<p>${task.summary} ${data ? sizes(data, synthetic) : ""}</p>
</header>
<main>
${training ? scoresSection(task, data, training, staleIn(training.basis, basisOf(notebook.config, notebook.run, made)), sure) : ""}
${training ? curvesSection(task, training.history) : ""}
${analysis ? analysisSection(analysis, { synthetic, data, knowledge: notebook.knowledge, task }) : ""}
${trust ? trustSection(trust) : ""}
${notebook.run === undefined ? "" : examplesSection(synthetic, rejected, absent)}
${data && data.train.length > 0 ? shotsSection(data) : ""}
${data && shown && data.test.length > 0 ? errorsSection(data, shown) : ""}
${limitsSection(notebook, synthetic, { sure, analysis, trust })}
${dataCardSection(notebook, synthetic)}
${choicesSection(notebook)}
${modelsSection(models)}
</main>
</body>
</html>
`;
  return page.markup;
}

function sizes(data: NotebookData, synthetic: readonly Synthetic[]): string {
  const { train, validation, test } = data;
  if (!hasRows(data)) return `${counted(synthetic.length, "synthetic example")}. The real rows are not in this copy.`;
  const made = synthetic.length > 0 ? `, ${counted(synthetic.length, "synthetic one")}` : "";
  return `${counted(train.length, "real example")} to start from${made}, ${validation.length} to validate, ${test.length} to test.`;
}

function scoresSection(
  task: Task,
  data: NotebookData | undefined,
  { results, device, basis, remarks = [] }: TrainingResult,
  stale: readonly Stale[],
  sure: Sureness | undefined,
): Html {
  const test = data?.test ?? [];
  const set = data && isValidationScored(data) ? "validation" : "test";
  const stages = (["few", "synthetic"] as const).filter((stage) => results[stage]);
  const stageNames: Readonly<Record<StageId, string>> = {
    few: "Few-shot alone",
    synthetic: `Few-shot + ${secondStageOf(basis)}`,
  };
  const method = methodNameOf(basis);
  const examples = basis.examples > 0 || !method ? [`on ${counted(basis.examples, "synthetic example")}`] : [];
  const trainedBy = [...examples, ...(method ? [`by ${method}`] : [])].join(", ");
  const value = (stage: StageId, metric: Metric) => results[stage]?.scores.values[metricId(task.metrics, metric)];
  const rows = task.metrics.map(
    (metric) =>
      html`<tr><th scope="row">${metricWords(metric)}</th>${stages.map((s) => html`<td class="n">${three(value(s, metric))}${interval(sure?.intervals[s]?.[metricId(task.metrics, metric)])}</td>`)}</tr>`,
  );
  const lenient = sure?.overlapping;
  const overlapRows = (lenient ? task.metrics : []).map((metric) => {
    const key = metricId(task.metrics, metric);
    return html`<tr><th scope="row">${metricWords(metric)}, overlapping spans too</th>${stages.map((s) => html`<td class="n">${three(lenient?.[s]?.values[key])}${interval(lenient?.[s]?.intervals?.[key])}</td>`)}</tr>`;
  });
  const confusions = stages.flatMap((stage) => {
    const predicted = answered(test, results[stage]?.predicted ?? []);
    return predicted.length === test.length
      ? [confusionHtml(confusionTable(task, test, predicted), `${stageNames[stage]}: columns are predictions`)]
      : [];
  });
  const labels = stages.flatMap((stage) =>
    Object.entries(results[stage]?.scores.perLabel ?? {}).map(
      ([label, s]) =>
        html`<tr><td>${stageNames[stage]}</td><td>${label}</td><td class="n">${three(s.precision)}</td><td class="n">${three(s.recall)}</td><td class="n">${three(s.f1)}</td><td class="n">${s.support}</td></tr>`,
    ),
  );
  const constant = constantWords(task, sure?.constant, metricWords(task.metrics[0]), stageNames);
  return html`<section>
<h2>Scores on the ${set} set</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Scores"><table><thead><tr><th scope="col">Metric</th>${stages.map((s) => html`<th scope="col" class="n">${stageNames[s]}</th>`)}</tr></thead><tbody>${rows}${overlapRows}</tbody></table></div>
${surenessWords(sure, metricWords(task.metrics[0]), secondStageOf(basis))}
${constant ? html`<p>${constant}</p>` : ""}
${stages.map((stage) => {
  const nothing = nothingFound(task, test, results[stage]?.predicted ?? []);
  return nothing ? html`<p>${stageNames[stage]}: ${nothing}</p>` : "";
})}
<details><summary>By label</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Scores by label"><table><thead><tr><th scope="col">Model</th><th scope="col">Label</th><th scope="col" class="n">Precision</th><th scope="col" class="n">Recall</th><th scope="col" class="n">F1</th><th scope="col" class="n">In the ${set} set</th></tr></thead><tbody>${labels}</tbody></table></div></details>
${confusions.length > 0 ? html`<details><summary>What was taken for what</summary><p>${confusionWords(task)}</p>${confusions}</details>` : ""}
<p class="soft">Trained on ${device === "webgpu" ? "WebGPU" : "WASM"}, ${trainedBy}.${stale.length > 0 ? " The run has gone on since: what stands below is of its present state." : ""}</p>
${remarks.map((remark) => html`<p class="soft">${remark}</p>`)}
</section>`;
}

function curvesSection(task: Task, history: TrainHistory): Html {
  const shown = (metric: Metric) => ({ id: metricId(task.metrics, metric), words: metricWords(metric) });
  const [main, ...others] = task.metrics;
  const figures = [lossFigure(history), validationFigure(history, [shown(main), ...others.map(shown)])];
  const drawn = figures.flatMap((figure) => (figure ? [figureHtml(figure)] : []));
  return drawn.length > 0 ? html`<section><h2>The training, step by step</h2>${drawn}</section>` : html``;
}

const topicName = (topic: Topic): string => topic.entities.map((e) => (e.id ? `${e.name} (${e.id})` : e.name)).join(", ");

function examplesSection(synthetic: readonly Synthetic[], rejected: Rejected, absent: number): Html {
  const items = synthetic.slice(0, shownExamples).map((s) => {
    const { topic, style } = drawnOf(s);
    const steered = [topic ? `topic: ${topicName(topic)}` : "", style ? `style: ${style}` : ""].filter((part) => part !== "");
    return html`<li>${drawn(s.example)}<p class="soft">${steered.join(" · ")}</p></li>`;
  });
  const thrown = Object.entries(rejected).sort(([, a], [, b]) => b - a);
  const total = thrown.reduce((sum, [, n]) => sum + n, 0);
  const reasons = thrown.map(
    ([reason, n]) => html`<tr><th scope="row">${reasonWords[reason as RejectReason]}</th><td class="n">${n}</td></tr>`,
  );
  return html`<section>
<h2>${counted(synthetic.length, "synthetic example")}</h2>
${absent > 0 ? html`<p>${counted(absent, "other")} of the run ${absent === 1 ? "is" : "are"} not in this copy: ${absent === 1 ? "it repeats" : "they repeat"} a real text, or ${absent === 1 ? "was" : "were"} made from one.</p>` : ""}
<ol>${items}</ol>
${synthetic.length > shownExamples ? html`<p class="soft">The first ${shownExamples}; all of them are in the dataset file.</p>` : ""}
<h3>${counted(total, "attempt")} thrown away</h3>
${total > 0 ? html`<table><thead><tr><th scope="col">Reason</th><th scope="col" class="n">Times</th></tr></thead><tbody>${reasons}</tbody></table>` : html`<p>None.</p>`}
</section>`;
}

function shotsSection(data: NotebookData): Html {
  return html`<section>
<h2>The ${counted(data.train.length, "real example")} it grew from</h2>
<p>Source: ${sourceWords(data)}.${data.remarks.map((r) => ` ${r}`).join("")}</p>
<ol>${data.train.map((e) => html`<li>${drawn(e)}</li>`)}</ol>
</section>`;
}

function errorsSection(data: NotebookData, { predicted: answers }: StageResult): Html {
  const { test } = data;
  const predicted = answered(test, answers);
  const wrong = test.flatMap((gold, i) => {
    const guess = predicted[i];
    return guess && !sameItems(gold, guess) ? [{ gold, guess }] : [];
  });
  const items = wrong.slice(0, shownErrors).map(({ gold, guess }) => html`<li>${drawnBeside(gold, guess)}</li>`);
  return html`<section>
<h2>${counted(wrong.length, "error")} in ${counted(predicted.length, scoredNoun(data))}</h2>
<ol>${items}</ol>
${wrong.length > shownErrors ? html`<p class="soft">The first ${shownErrors}.</p>` : ""}
</section>`;
}

function choicesSection({ config, run, knowledge, spent, training, products = [] }: Notebook): Html {
  const rows = Object.entries({ run: run ?? "–", ...config }).map(
    ([name, value]) =>
      html`<tr><th scope="row">${name}</th><td>${typeof value === "object" ? JSON.stringify(value) : String(value)}</td></tr>`,
  );
  const styles = knowledge?.styles.map((s) => s.name).join(", ");
  const times = Object.entries(spent).map(([step, ms]) => `${step} ${Math.round(ms / 1000)} s`);
  const hashes = { ...training?.basis.data, ...(products.length > 0 ? { products: products.join(", ") } : {}) };
  const hashRows = Object.entries(hashes).map(
    ([name, value]) => html`<tr><th scope="row">${name}, hash</th><td class="hash">${value}</td></tr>`,
  );
  return html`<section><h2>Every choice</h2>
<table><tbody>${rows}${hashRows}${styles ? html`<tr><th scope="row">styles</th><td>${styles}</td></tr>` : ""}<tr><th scope="row">time</th><td>${times.join(", ")}</td></tr></tbody></table></section>`;
}
