// The loss curve of a report as inline SVG, with the table of epochs behind it.

import type { TrainingResult } from "../experiment/notebook.ts";
import type { StageId } from "../train/train-config.ts";
import { type Html, html } from "./report-html.ts";

const width = 720;
const height = 260;
const margin = { left: 44, right: 12, top: 24, bottom: 32 };
const names: Readonly<Record<StageId, string>> = { few: "Stage I, few-shot", synthetic: "Stage II, synthetic" };

/** At most two points a pixel. */
const mostPoints = 2 * width;

export function lossCurve(history: TrainingResult["history"]): Html {
  const steps = history.filter((e) => e.type === "step");
  if (steps.length < 2) return html``;
  const before = steps.filter((e) => e.stage === "few").length;
  const points = steps.map((e) => ({ stage: e.stage, x: (e.stage === "few" ? 0 : before) + e.step, y: e.loss }));
  const highest = Math.max(...points.map((p) => p.y));
  const top = niceCeiling(highest);
  const last = points.length;
  const px = (x: number) => margin.left + ((x - 1) / (last - 1)) * (width - margin.left - margin.right);
  const py = (y: number) => height - margin.bottom - (y / top) * (height - margin.top - margin.bottom);
  const every = Math.ceil(points.length / mostPoints);
  const lines = (["few", "synthetic"] as const).map((stage) => {
    const line = points.filter((p) => p.stage === stage).filter((_, i, all) => i % every === 0 || i === all.length - 1);
    const [first] = line;
    if (!first) return html``;
    const d = line.map((p, i) => `${i === 0 ? "M" : "L"}${px(p.x).toFixed(1)} ${py(p.y).toFixed(1)}`).join("");
    return html`<path class="${stage}" d="${d}"/><text class="${stage}" x="${px(first.x) + 6}" y="${Math.max(12, py(first.y) - 8)}">${names[stage]}</text>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (t) =>
      html`<line x1="${margin.left}" x2="${width - margin.right}" y1="${py(t * top)}" y2="${py(t * top)}"/><text x="${margin.left - 8}" y="${py(t * top) + 4}" text-anchor="end">${(t * top).toPrecision(2)}</text>`,
  );
  return html`<section><h2>The loss as it fell</h2>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Training loss by step">${ticks}${lines}<text x="${width - margin.right}" y="${height - 6}" text-anchor="end">step ${last}</text></svg>
${epochTable(history)}</section>`;
}

function epochTable(history: TrainingResult["history"]): Html {
  const epochs = history.filter((e) => e.type === "epoch");
  const metrics = Object.keys(epochs[0]?.validation.values ?? {});
  const rows = epochs.map(
    (e) =>
      html`<tr><td>${names[e.stage]}</td><td class="n">${e.epoch}</td><td class="n">${e.loss.toFixed(3)}</td>${metrics.map((m) => html`<td class="n">${e.validation.values[m]?.toFixed(3) ?? "–"}</td>`)}</tr>`,
  );
  return html`<details><summary>Epoch by epoch</summary><table><thead><tr><th scope="col">Stage</th><th scope="col" class="n">Epoch</th><th scope="col" class="n">Loss</th>${metrics.map((m) => html`<th scope="col" class="n">Validation ${m}</th>`)}</tr></thead><tbody>${rows}</tbody></table></details>`;
}

/** The least of 1, 2, 2.5, 5 and 10 times a power of ten that is not below x. */
function niceCeiling(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x || 1));
  return ([1, 2, 2.5, 5, 10].find((m) => m * power >= x) ?? 10) * power;
}
