// Custom properties of the app's styles: one that nobody defines draws in black, whatever the theme.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ui = new URL("../../../src/ui", import.meta.url).pathname;
const files = readdirSync(ui, { recursive: true, encoding: "utf8" }).filter((file) => /\.(svelte|css|ts)$/.test(file));
const texts = files.map((file) => [file, readFileSync(join(ui, file), "utf8")] as const);

it("every custom property that is used without a fallback is defined", () => {
  const defined = new Set(texts.flatMap(([, text]) => [...text.matchAll(/(--[\w-]+)\s*[:=]/g)].map(([, name]) => name)));
  const used = texts.flatMap(([file, text]) => [...text.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => ({ file, name })));
  expect(used.length).toBeGreaterThan(100);
  expect(used.filter(({ name }) => !defined.has(name))).toEqual([]);
});
