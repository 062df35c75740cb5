// A figure as inline SVG with its table behind it, for the self-contained report. Knows no product.

import type { Figure, FigureTable } from "./figure.ts";
import { type Drawn, drawingOf } from "./figure-drawing.ts";
import { type Html, html } from "./report-html.ts";

/** A page without scripts cannot measure: it holds both drawings, and its style shows the one that fits. */
const widths = { wide: 720, narrow: 342 } as const;
const height = 260;

const elements: { readonly [K in Drawn["kind"]]: (drawn: Extract<Drawn, { kind: K }>) => Html } = {
  rule: (d) => html`<line class="${d.class}" x1="${d.x1}" y1="${d.y1}" x2="${d.x2}" y2="${d.y2}"/>`,
  path: (d) => html`<path class="${d.class}" d="${d.d}"/>`,
  circle: (d) => html`<circle class="${d.class}" cx="${d.x}" cy="${d.y}" r="${d.r}"/>`,
  words: (d) => html`<text class="${d.class}" x="${d.x}" y="${d.y}" text-anchor="${d.anchor}">${d.text}</text>`,
};

export function figureHtml(figure: Figure): Html {
  return html`<figure><figcaption>${figure.title}</figcaption>
${(["wide", "narrow"] as const).map((size) => picture(figure, size))}
${tableHtml(figure.table)}</figure>`;
}

function picture(figure: Figure, size: keyof typeof widths): Html {
  const tall = figure.height ?? height;
  const drawn = drawingOf(figure, widths[size], tall).map((d) => (elements[d.kind] as (d: Drawn) => Html)(d));
  return html`<svg class="${size}" viewBox="0 0 ${widths[size]} ${tall}" role="img" aria-label="${figure.label}">${drawn}</svg>`;
}

function tableHtml({ title, columns, rows }: FigureTable): Html {
  const numeric = columns.map((column) => (column.numeric ? html` class="n"` : html``));
  const cell = (text: string, i: number) => html`<td${numeric[i] ?? ""}>${text}</td>`;
  return html`<details><summary>${title}</summary><div class="scroll" role="region" tabindex="0" aria-label="${title}"><table><thead><tr>${columns.map(
    ({ name }, i) => html`<th scope="col"${numeric[i] ?? ""}>${name}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div></details>`;
}
