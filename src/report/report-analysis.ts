// The measures of section 6 in a report: their table, their figures, the likeliest copies. Pure; every text is escaped.

import type { Analysis } from "../analyse/analysis.ts";
import type { NotebookData } from "../experiment/notebook.ts";
import type { Synthetic } from "../generate/log.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import type { Task } from "../tasks/task.ts";
import { entityFigure, lengthFigure, vocabularyFigure } from "./analysis-figures.ts";
import { measureRows } from "./analysis-table.ts";
import { copyHeading } from "./copy-heading.ts";
import { coverageFigure } from "./coverage-figure.ts";
import { drawn } from "./drawn.ts";
import { figureHtml } from "./figure-html.ts";
import { counted, type Html, html } from "./report-html.ts";

const shownCopies = 3;

/** Parts of the run that the measures are of. */
export interface AnalysedRun {
  readonly synthetic: readonly Synthetic[];
  readonly data: NotebookData | undefined;
  readonly knowledge: KnowledgeData | undefined;
  readonly task: Task;
}

export function analysisSection(analysis: Analysis, { synthetic, data, knowledge, task }: AnalysedRun): Html {
  const rows = measureRows(analysis).map(
    ({ name, real, synthetic: made, reading }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${real}</td><td class="n">${made}</td><td class="soft">${reading}</td></tr>`,
  );
  if (rows.length === 0) return html``;
  const covered = coverageFigure(knowledge, synthetic, task.labels);
  const figures = [...[entityFigure, lengthFigure, vocabularyFigure].map((figure) => figure(analysis)), covered].flatMap(
    (found) => (found ? [figureHtml(found)] : []),
  );
  return html`<section>
<h2>The synthetic text beside the real</h2>
<p>${counted(analysis.synthetic[0]?.n ?? 0, "synthetic text")}, ${counted(analysis.real.n, "real one")} that the writer was never shown.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Measures"><table class="measures"><thead><tr><th scope="col">Measure</th><th scope="col" class="n">Real</th><th scope="col" class="n">Synthetic</th><th scope="col">How to read it</th></tr></thead><tbody>${rows}</tbody></table></div>
<p class="soft">In brackets: 95 % intervals; of the distance between two real parts, the range of ten draws.</p>
${copies(analysis, synthetic, data)}
${figures}
</section>`;
}

function copies({ synthetic: [set] }: Analysis, synthetic: readonly Synthetic[], data: NotebookData | undefined): Html {
  if (!set) return html``;
  const { leakage } = set;
  const heading = copyHeading(leakage, "the examples shown");
  // The measures may be of fewer texts than there are: then their order is not the examples'.
  const isWhole = leakage.texts.length === synthetic.length;
  const ranked = leakage.texts
    .map((text, i) => ({ ...text, example: isWhole ? synthetic[i]?.example : undefined, i }))
    .sort((a, b) => Math.max(a.pSimilarity, a.pShared) - Math.max(b.pSimilarity, b.pShared) || b.shared - a.shared || a.i - b.i);
  const items = ranked.slice(0, shownCopies).flatMap(({ example, shared, similarity, pShared, pSimilarity, nearest, source }) => {
    const near = data?.train[shared > 3 && source >= 0 ? source : nearest];
    if (!example) return [];
    return [
      html`<li><p class="soft">${counted(shared, "word")} running in common (p ${pShared.toFixed(3)}); cosine ${similarity.toFixed(2)} (p ${pSimilarity.toFixed(3)})</p>${drawn(example)}${near ? html`<p class="soft">Shown:</p>${drawn(near)}` : ""}</li>`,
    ];
  });
  return html`<h3>${heading}</h3>
<p class="soft">A copy is nearer to a shown example, in meaning and in words running, than all but ${(100 * leakage.level).toFixed(1)} % of ${counted(leakage.heldOut, "real text")} that ${leakage.heldOut === 1 ? "was" : "were"} never shown. The likeliest first.</p>
<ol>${items}</ol>`;
}
