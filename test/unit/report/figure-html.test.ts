// The figure of a report: both drawings, the table behind them, every text escaped, the page's own colours.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Figure } from "../../../src/report/figure.ts";
import { figureHtml } from "../../../src/report/figure-html.ts";
import { reportStyle } from "../../../src/report/report-style.ts";

const attack = `"><img src=x onerror='a&b'>`;

const figure: Figure = {
  title: `Loss ${attack}`,
  label: `Loss by step ${attack}`,
  axes: { x: { title: attack, from: 0, to: 2 }, y: { title: attack, from: 0, to: 1 } },
  marks: [
    {
      kind: "dots",
      tone: "few",
      name: attack,
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 1, ring: attack },
      ],
    },
  ],
  intervals: [{ tone: "synthetic", x: 1, low: 0.5, high: 1 }],
  table: { title: attack, columns: [{ name: attack }, { name: "Loss", numeric: true }], rows: [[attack, "0.5"]] },
};

describe("figureHtml", () => {
  const { markup } = figureHtml(figure);

  it("lets no text become markup", () => {
    expect(markup).not.toContain("<img");
    expect(markup.split("&quot;&gt;&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;").length - 1).toBe(1 + 2 * 5 + 4);
  });

  it("draws wide and narrow, each with a name for ears", () => {
    expect(
      [...markup.matchAll(/<svg class="(\w+)" viewBox="0 0 (\d+) 260" role="img" aria-label="Loss by step /g)].map((m) => [
        m[1],
        m[2],
      ]),
    ).toEqual([
      ["wide", "720"],
      ["narrow", "342"],
    ]);
    expect(markup).toContain('<path class="few" d="M44.0 224.0L376.0 34.0"/>'); // half of 44 to 708
    expect(markup).toContain('<line class="synthetic" x1="376" y1="129" x2="376" y2="34"/>');
  });

  it("has the table behind it", () => {
    expect(markup).toContain('<th scope="col" class="n">Loss</th></tr></thead><tbody><tr><td>');
    expect(markup).toContain('<td class="n">0.5</td>');
  });
});

describe("reportStyle", () => {
  it("gives the names of colours in figures the page's values, light and dark", () => {
    const tokens = readFileSync(new URL("../../../src/ui/tokens.css", import.meta.url), "utf8");
    const valuesOf = (css: string) =>
      css
        .split("prefers-color-scheme")
        .slice(0, 2)
        .map((part) => Object.fromEntries([...part.matchAll(/--([\w-]+):\s*(#\w+)/g)].map((m) => [m[1], m[2]])));
    const [page, report] = [valuesOf(tokens), valuesOf(reportStyle.markup.split("\n").slice(0, 3).join("\n"))];
    const names = ["paper", "line", "line-strong", "orange", "orange-ink", "blue", "blue-ink"];
    for (const scheme of [0, 1])
      for (const name of names) expect([name, report[scheme]?.[name]]).toEqual([name, page[scheme]?.[name]]);
    expect(report[1]?.blue).toBeDefined();
  });
});
