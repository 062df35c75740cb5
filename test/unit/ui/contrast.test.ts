// Text can be read: every pair of ink and ground that the page uses has the contrast that WCAG AA asks for, light and dark.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../../src/ui/tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = [...css.matchAll(/:root \{([^}]*)\}/g)].map((m) => m[1]);
const tokensOf = (block: string) =>
  Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] as string, m[2] as string]));
const themes = { light: tokensOf(light), dark: { ...tokensOf(light), ...tokensOf(dark) } };

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["paper", "sheet", "sunken"];
const inks = ["ink", "ink-soft", "accent", "orange-ink", "green-ink", "blue-ink", "vermillion-ink", "purple-ink", "danger"];
const pairs = [
  ...inks.flatMap((ink) => grounds.map((ground) => [ink, ground] as const)),
  ["on-accent", "accent"],
  ["accent", "accent-soft"],
  ["ink-soft", "accent-soft"],
  ["ink", "danger-soft"],
] as const;

describe.each(Object.entries(themes))("%s", (_, tokens) => {
  /** A hue of so much opacity over a ground. */
  const over = (hue: string, ground: string, opacity: number) => {
    const bytes = [hue, ground].map((token) => [1, 3, 5].map((i) => Number.parseInt((tokens[token] ?? "").slice(i, i + 2), 16)));
    const mixed = (bytes[0] ?? []).map((byte, i) => Math.round(opacity * byte + (1 - opacity) * (bytes[1]?.[i] ?? 0)));
    return `#${mixed.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  };

  it.each(pairs)("%s on %s", (ink, ground) => {
    expect(contrast(tokens[ink] ?? "", tokens[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  it.each(grounds)("a number on the fullest cell of a table, on %s", (ground) => {
    const fill = Number(/--fill: (\d+)%/.exec(light)?.[1]) / 100;
    for (const hue of ["orange", "blue"]) expect(contrast(tokens.ink ?? "", over(hue, ground, fill))).toBeGreaterThanOrEqual(4.5);
  });

  // 1.4.11: the edges of controls
  it.each(grounds)("the edge of a control on %s", (ground) => {
    expect(contrast(tokens["line-strong"] ?? "", tokens[ground] ?? "")).toBeGreaterThanOrEqual(3);
  });
});
