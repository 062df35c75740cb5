// The parts of a report that say what a run is made of and what it does not show: data card, limits, models. Pure; every text is escaped.

import type { Analysis } from "../analyse/analysis.ts";
import { writerWords } from "../experiment/batch-file.ts";
import { hasRows, isValidationScored, type Notebook } from "../experiment/notebook.ts";
import { decisionCount, type Trust } from "../experiment/trust.ts";
import { drawnOf, type Synthetic } from "../generate/log.ts";
import { sourceOf } from "../generate/sources.ts";
import { licenceSentences } from "../knowledge/licences.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf } from "../tasks/shapes.ts";
import { validationScored } from "./data-words.ts";
import { counted, type Html, html } from "./report-html.ts";
import type { ModelRole, RunModelFiles } from "./run-record.ts";
import type { Sureness } from "./sureness.ts";

/** Task, source, examples by label and set, origins of the topics with their licences. */
export function dataCardSection({ config, data }: Notebook, synthetic: readonly Synthetic[]): Html {
  const task = taskOf(config.task);
  const { train = [], validation = [], test = [] } = data ?? {};
  const all: readonly (readonly [string, readonly Example[]])[] = [
    ["Few-shot", train],
    ["Synthetic", synthetic.map(({ example }) => example)],
    ["Validation", validation],
    ["Test", test],
  ];
  const without = [...(synthetic.length > 0 ? [] : ["Synthetic"]), ...(hasRows(data) ? [] : ["Few-shot", "Validation", "Test"])];
  const sets = all.filter(([name]) => !without.includes(name));
  const counts = sets.map(([, rows]) => countsBy(rows));
  const rows = task.labels.map(
    ({ id }) => html`<tr><th scope="row">${id}</th>${counts.map((of) => html`<td class="n">${of.get(id) ?? 0}</td>`)}</tr>`,
  );
  const writer = writerWords(config);
  return html`<section><h2>Data card</h2>
<table><tbody>
<tr><th scope="row">Task</th><td>${task.name}. ${task.summary}</td></tr>
<tr><th scope="row">Made by</th><td>${sourceOf(config.source).title(config.source)}${writer === undefined ? "" : `, written by ${writer}`}, seed ${config.seed}</td></tr>
<tr><th scope="row">Real rows from</th><td>${data?.source ?? "–"}</td></tr>
${synthetic.length > 0 ? html`<tr><th scope="row">Persons</th><td>The synthetic examples are no records of patients. What a language model writes may still repeat what it was shown or was trained on.</td></tr>` : ""}
</tbody></table>
<h3>Examples by label</h3>
<div class="scroll" role="region" tabindex="0" aria-label="Examples by label"><table><thead><tr><th scope="col">Label</th>${sets.map(([name]) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead><tbody>${rows}
<tr><th scope="row">All examples</th>${sets.map(([, of]) => html`<td class="n">${of.length}</td>`)}</tr></tbody></table></div>
<p class="soft">An example counts for each label that it carries, so a column may add up to more than its last line, or to less.</p>
${origins(synthetic)}</section>`;
}

function countsBy(examples: readonly Example[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const label of examples.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function origins(synthetic: readonly Synthetic[]): Html {
  const counts = new Map<string, { source: string; licence: string; n: number }>();
  for (const entry of synthetic) {
    const { topic } = drawnOf(entry);
    if (!topic) continue;
    const named = topic.source === "list" ? "a list of the user's own" : "language model";
    const { source, licence } = topic.provenance ?? { source: named, licence: "–" };
    const key = JSON.stringify([source, licence]);
    counts.set(key, { source, licence, n: (counts.get(key)?.n ?? 0) + 1 });
  }
  if (counts.size === 0) return html``;
  const rows = [...counts.values()].map(
    ({ source, licence, n }) => html`<tr><td>${source}</td><td>${licence}</td><td class="n">${n}</td></tr>`,
  );
  const sentences = licenceSentences(synthetic.map((entry) => drawnOf(entry).topic));
  return html`<h3>Where the topics come from</h3>
<table><thead><tr><th scope="col">Source</th><th scope="col">Licence</th><th scope="col" class="n">Examples</th></tr></thead><tbody>${rows}</tbody></table>
${sentences.length > 0 ? html`<h3>Licences</h3><ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>` : ""}`;
}

/** Few test examples: an interval on them is wide, and its own coverage is uncertain. */
const fewTests = 100;

/** Parts of a run that its limits depend on. */
export interface Looked {
  readonly sure?: Sureness | undefined;
  readonly analysis?: Analysis | undefined;
  readonly trust?: Trust | undefined;
}

export function limitsSection(notebook: Notebook, synthetic: readonly Synthetic[], looked: Looked): Html {
  const limits = limitsOf(notebook, synthetic, looked);
  return html`<section><h2>Limits</h2><ul>${limits.map((limit) => html`<li>${limit}</li>`)}</ul></section>`;
}

/** Limits of these numbers, as far as the run itself can tell: a sentence each. */
export function limitsOf(
  { config, data, training }: Notebook,
  synthetic: readonly Synthetic[],
  { sure, analysis, trust }: Looked,
): readonly string[] {
  const test = data?.test.length ?? 0;
  const scored = training && Object.keys(training.results).length > 0;
  const flatters = data !== undefined && isValidationScored(data);
  return [
    ...(scored
      ? [
          `The scores are of one training on texts that were written once, with the seed ${training.basis.settings.seed}: other seeds give other scores, and no interval here says how far from these.`,
        ]
      : []),
    ...(scored && flatters ? [validationScored] : []),
    ...(scored && test > 0 && test < fewTests
      ? [`The ${flatters ? "validation" : "test"} set has ${counted(test, "example")}: too few to tell small differences.`]
      : []),
    ...(scored && !sure ? ["The scores stand here without their intervals: they were not computed."] : []),
    ...(data && test === 0 ? ["The real rows are not in this copy, so errors cannot be looked at."] : []),
    ...(data?.source === "sample"
      ? [
          "The rows are a small sample that ships with Clinfuse, not the whole data set: these scores do not compare with published ones.",
        ]
      : []),
    ...(synthetic.length > 0 ? [`${readWords(trust)} A label may not fit its text, and a stated fact may be false.`] : []),
    ...(synthetic.length > 0 && !analysis
      ? ["The synthetic text was not measured beside the real: nothing here says how near it is or whether it copies."]
      : []),
    ...(config.preset === "small" ? ["The settings are those for small models on a laptop, not the paper's."] : []),
    "Nothing here says how the model does in another hospital, another language or another year.",
  ];
}

/** How many of the examples a reader has looked at: nothing tells whether the reader is an expert. */
function readWords(trust: Trust | undefined): string {
  const read = trust ? decisionCount(trust) : 0;
  if (read === 0) return "No expert has read the synthetic examples.";
  return `A reader decided on ${counted(read, "synthetic example")}; no one is known to have read the others.`;
}

const roles: Readonly<Record<ModelRole, string>> = {
  writer: "Writes the text",
  encoder: "Is fine-tuned",
  embedder: "Reads texts for the measures",
  trained: "The trained model",
};

/** The models that took part, with the hashes of their files. */
export function modelsSection(models: readonly RunModelFiles[]): Html {
  if (models.length === 0) return html``;
  const items = models.map(({ role, id, name, licence, files }) => {
    const rows = files.map((file) => html`<tr><td>${file.name}</td><td class="hash">${file.sha256}</td></tr>`);
    return html`<h3>${roles[role]}: ${name}</h3><p class="soft">${id}${licence ? `, ${licence}` : ""}</p>
${files.length > 0 ? html`<table><thead><tr><th scope="col">File</th><th scope="col">SHA-256</th></tr></thead><tbody>${rows}</tbody></table>` : html`<p>The hashes of its files are not known here.</p>`}`;
  });
  return html`<section><h2>Models</h2>${items}</section>`;
}
