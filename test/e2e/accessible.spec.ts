// Every page as readers meet it who see little, use the keyboard alone or hold a telephone: WCAG 2.1 AA by axe, light and dark, and 320 px wide.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

/** Faults of the page that is shown: axe's, in both colour schemes, and whatever makes it scroll sideways at 320 px. */
async function faultsOf(page: Page, where: string): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations, passes }: AxeResults = await page.evaluate(
      (values) => (window as unknown as { axe: typeof import("axe-core") }).axe.run({ runOnly: { type: "tag", values } }),
      rules,
    );
    if (passes.length < 10) faults.push(`${where}: axe held ${passes.length} of its rules against it, which is too few to tell`);
    for (const { id, nodes } of violations)
      for (const node of nodes)
        faults.push(`${where}, ${colorScheme}: ${id} at ${node.target.join(" ")}: ${node.failureSummary}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 900 };
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const beyond = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
    return beyond.slice(0, 5).map((e) => `${e.tagName.toLowerCase()}.${e.className} ${e.textContent?.trim().slice(0, 40)}`);
  });
  for (const element of wide) faults.push(`${where}: wider than 320 px: ${element}`);
  await page.setViewportSize({ width, height });
  return faults;
}

test("no page has a fault that axe finds, or scrolls sideways at 320 px; nor has the report", async ({ page }, info) => {
  const server = await serveBuilt();
  const faults: string[] = [];
  const look = async (where: string) => {
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    faults.push(...(await faultsOf(page, where)));
  };
  await page.goto(`${server.url}/`);
  await look("welcome");
  await toGenerate(page, { origin: server.url });
  await look("generate, empty");
  await page.getByText("Have another machine write", { exact: true }).click();
  await page
    .getByLabel("Name of the model on that server", { exact: true })
    .fill("org/a-model-of-a-long-name-that-no-line-holds-whole");
  await page.getByLabel("Name of the model on that server", { exact: true }).blur();
  await page.getByRole("button", { name: "Save prompts", exact: true }).click();
  await expect(page.getByRole("button", { name: "Save turn-1.jsonl" })).toBeVisible();
  await look("generate, another machine");
  await toTrain(page, 12, tinyEncoder);
  await look("train, before");
  await page.getByRole("button", { name: /^Train on/ }).click();
  await page.getByRole("link", { name: "Go on to Evaluate" }).click();
  await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
  await look("evaluate");
  const report = info.outputPath("report.html");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Report", exact: true }).click(),
  ]);
  await file.saveAs(report);
  for (const step of ["Task", "Knowledge", "Generate", "Train", "Analyse"]) {
    await page
      .getByRole("link", { name: new RegExp(`^${step}`) })
      .first()
      .click();
    await expect(page.getByRole("heading", { level: 1, name: step })).toBeVisible();
    await look(`${step}, done`);
  }
  for (const address of ["runs", "arena", "tasks", "task/new", "apply", "knowledge", "models", "device", "privacy", "learn"]) {
    await page.goto(`${server.url}/#/${address}`);
    await page.waitForTimeout(500);
    await look(address);
  }
  await page.goto(pathToFileURL(report).href);
  await look("the report");
  await server.cut();
  expect(faults).toEqual([]);
});
