// Trust in the synthetic examples in a report: what each judge bears out, and what the reader decided. Pure; every text is escaped.

import { decisionCount, decisionsOf, type Trust } from "../experiment/trust.ts";
import { figureHtml } from "./figure-html.ts";
import { counted, type Html, html } from "./report-html.ts";
import { mapFigure, trustRows } from "./trust-figure.ts";

export function trustSection(trust: Trust): Html {
  if (trust.places.length === 0) return html``;
  const rows = trustRows(trust).map(
    ({ name, share, of, reading }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${share}</td><td class="n">${of}</td><td class="soft">${reading}</td></tr>`,
  );
  const figure = mapFigure(trust.places);
  return html`<section>
<h2>Doubtful examples</h2>
<p>${counted(trust.places.length, "synthetic example")} judged by a training that was watched after each epoch, by the few-shot model and, where they were asked, by the knowledge graph and by leakage of the examples shown. ${decisionWords(trust)}</p>
<div class="scroll" role="region" tabindex="0" aria-label="Trust in the synthetic examples"><table><thead><tr><th scope="col">Judge</th><th scope="col" class="n">Share</th><th scope="col" class="n">Of</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>
<p class="soft">In brackets: 95 % intervals (Wilson).</p>
${figure ? figureHtml(figure) : ""}
</section>`;
}

/** Changes that a reader made by hand, in one sentence. */
export function decisionWords(trust: Trust): string {
  const { dropped, kept, relabelled, edited, rewritten, taken } = decisionsOf(trust);
  if (decisionCount(trust) === 0) return "By hand, none was dropped, kept or changed.";
  const others = `${edited === 0 ? "" : `, ${edited} marked anew`}${taken === 0 ? "" : `, ${taken} taken of the rejected`}`;
  return `By hand, ${dropped} dropped, ${kept} kept, ${relabelled} relabelled, ${rewritten} written again${others}. The scores above are of a training with all of them, as they were written.`;
}
