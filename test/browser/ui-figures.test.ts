// Figures and tables as a browser really draws them, on the page and in the report: no letter outside, in a narrow window and in a wide one.

import { afterEach, describe, expect, it } from "vitest";
import { page } from "vitest/browser";
import { cleanup, render } from "vitest-browser-svelte";
import { estimateWords } from "../../src/report/analysis-table.ts";
import { figureHtml } from "../../src/report/figure-html.ts";
import { reportStyle } from "../../src/report/report-style.ts";
import { lossFigure, type TrainHistory, validationFigure } from "../../src/report/training-curves.ts";
import { bc5cdrDisease } from "../../src/tasks/bc5cdr-disease.ts";
import type { Example } from "../../src/tasks/example.ts";
import { metricId } from "../../src/tasks/metric.ts";
import FigureView from "../../src/ui/figures/FigureView.svelte";
import ScoreTable from "../../src/ui/figures/ScoreTable.svelte";
import MeasureTable from "../../src/ui/run/analyse/MeasureTable.svelte";
import ComparisonList from "../../src/ui/run/evaluate/ComparisonList.svelte";
import TrainingCurves from "../../src/ui/run/train/TrainingCurves.svelte";
import "../../src/ui/app.css";
import "../../src/ui/tokens.css";

/** Fifty steps, the second stage in the last four alone: its name begins at the curve's end. */
const history: TrainHistory = [
  ...(["few", "synthetic"] as const).flatMap((stage) => {
    const steps = stage === "few" ? 46 : 4;
    return Array.from({ length: steps }, (_, i) => {
      const step = i + 1;
      return {
        type: "step",
        stage,
        step,
        steps,
        epoch: 1,
        loss: 2 / step,
        learningRate: 1e-4,
        gradientNorm: 1,
        milliseconds: 9,
      } as const;
    });
  }),
  {
    type: "epoch",
    stage: "synthetic",
    epoch: 1,
    loss: 1,
    validationLoss: 1,
    best: true,
    validation: { values: { f1: 1 }, perLabel: {}, examples: 5 },
  },
];

/** Words of the drawings shown that reach beyond their drawing, by what the browser measures. */
const cut = (within: ParentNode) =>
  [...within.querySelectorAll("svg")].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].flatMap((text) => {
      const area = text.getBoundingClientRect();
      const inside = area.left >= frame.left && area.right <= frame.right && area.top >= frame.top && area.bottom <= frame.bottom;
      return inside ? [] : [text.textContent];
    });
  });

afterEach(async () => {
  await cleanup();
  await page.viewport(414, 896);
});

describe.each([390, 1280])("in a window of %d px", (width) => {
  it("the page's figures are whole, and as wide as their place", async () => {
    await page.viewport(width, 800);
    const { container } = await render(TrainingCurves, { history, task: bc5cdrDisease });
    await expect.element(page.getByRole("img", { name: "Training loss by step" })).toBeVisible();
    await expect.element(page.getByRole("img", { name: "Validation F1 by epoch" })).toBeVisible();
    const plot = container.querySelector("svg") as SVGElement;
    expect(plot.getBoundingClientRect().width).toBe((plot.parentElement as Element).clientWidth);
    expect(cut(container)).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    expect([...container.querySelectorAll("text")].map((text) => text.textContent)).toContain("Stage II, synthetic");
  });

  it("the report's figures are whole, in letters that can be read", async () => {
    const frame = document.createElement("iframe");
    const figures = [lossFigure(history), validationFigure(history, [{ id: "f1", words: "F1" }])];
    const drawn = figures.map((figure) => (figure ? figureHtml(figure).markup : "")).join("");
    frame.srcdoc = `<!doctype html><html lang="en">${reportStyle.markup}<body>${drawn}`;
    frame.width = String(width);
    frame.height = "800";
    await page.viewport(width + 40, 900);
    await new Promise((loaded) => {
      frame.addEventListener("load", loaded);
      document.body.append(frame);
    });
    const report = frame.contentDocument as Document;
    const shown = [...report.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
    expect(shown.map((svg) => svg.getAttribute("aria-label"))).toEqual(["Training loss by step", "Validation F1 by epoch"]);
    for (const svg of shown) expect(svg.getBoundingClientRect().width / svg.viewBox.baseVal.width).toBeGreaterThan(0.95);
    expect(cut(report)).toEqual([]);
    expect(report.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    frame.remove();
  });
});

it("folds an interval of a narrow screen in two lines at most, whatever the task's metrics are called", async () => {
  await page.viewport(360, 800);
  const { metrics } = bc5cdrDisease;
  const low = 0.123;
  const values = Object.fromEntries(metrics.map((metric) => [metricId(metrics, metric), 0.456]));
  const intervals = Object.fromEntries(Object.keys(values).map((key) => [key, { low, high: 0.789 }]));
  const result = { scores: { values, perLabel: {}, examples: 60 }, predicted: [] };
  const results = { few: result, synthetic: result };
  const overlapping = { few: { values, intervals }, synthetic: { values, intervals } };
  const sure = { intervals: { few: intervals, synthetic: intervals }, overlapping };
  const { container } = await render(ScoreTable, { task: bc5cdrDisease, results, second: "synthetic", sure });
  const lines = [...container.querySelectorAll("td span")].map((span) => {
    const range = document.createRange();
    range.selectNodeContents(span);
    return new Set([...range.getClientRects()].map(({ top }) => top)).size;
  });
  expect(lines).toHaveLength(4 * metrics.length);
  expect(Math.max(...lines)).toBeLessThanOrEqual(2);
});

// One stage alone, as of a run on the few-shot examples.
it.each([
  ["test examples", "She has gout .", "He has asthma ."],
  ["validation examples", "She has gout .", "She has gout ."],
])("says that scores are of %s", async (what, validated, tested) => {
  const rows = (text: string) => Array<Example>(2).fill({ kind: "token", text, spans: [] });
  const data = { source: "own", remarks: [], train: [], validation: rows(validated), test: rows(tested) };
  const results = { few: { scores: { values: {}, perLabel: {}, examples: 2 }, predicted: [] } };
  await render(ScoreTable, { task: bc5cdrDisease, results, second: "synthetic", of: data });
  await expect.element(page.getByText(`On 2 ${what}`)).toBeVisible();
  await render(ComparisonList, { task: bc5cdrDisease, data, results: { few: { ...results.few, predicted: data.test } } });
  await expect.element(page.getByRole("heading", { name: `Errors first: 0 of 2 ${what}` })).toBeVisible();
});

it("parts no interval of the measures, which scroll", async () => {
  await page.viewport(360, 800);
  const words = estimateWords({ value: 0.195, low: 0.167, high: 0.222 });
  const rows = [{ name: "Distance from real text", real: words, synthetic: words, reading: "Lower is nearer." }];
  const { container } = await render(MeasureTable, { rows });
  for (const cell of container.querySelectorAll("td.number")) {
    const text = cell.firstChild as Text;
    const range = document.createRange();
    range.setStart(text, text.data.indexOf("("));
    range.setEnd(text, text.data.length);
    expect(new Set([...range.getClientRects()].map(({ top }) => top)).size).toBe(1);
  }
});

it("has the numbers behind the figure in a table", async () => {
  const figure = lossFigure(history);
  if (!figure) throw new Error("no figure");
  await render(FigureView, { figure });
  await page.getByText("Loss, epoch by epoch").click();
  await expect.element(page.getByRole("row", { name: "Stage I, few-shot 1 46 0.043 – –" })).toBeVisible();
  await expect.element(page.getByRole("row", { name: "Stage II, synthetic 1 4 0.500 1.000 1.000" })).toBeVisible();
});
