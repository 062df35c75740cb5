// A trained model as one HTML page, opened from the disk with the network cut: the app's labels and probabilities, and no request.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { main } from "../../scripts/apply.ts";
import { nodeOrt } from "../../scripts/node-ort.ts";
import { pickedFiles } from "../../scripts/picked-files.ts";
import { predict } from "../../src/classifier/predict.ts";
import { loadModel } from "../../src/classifier/saved-model.ts";

const model = join(import.meta.dirname, "../fixtures/store-2/opfs/trained/b902d644");
const texts = ["Gout and fever in a man of 60.", "She has asthma, no <b>seizures</b> & no nausea."];

async function answers() {
  await nodeOrt();
  const classifier = await loadModel(pickedFiles([model]), "wasm");
  const examples = texts.map((text) => ({ kind: "token", text, spans: [] }) as const);
  for await (const event of predict(classifier, examples, new AbortController().signal)) {
    if (event.type !== "predicted") continue;
    await classifier.close();
    return event.examples.flatMap((example, i) =>
      example.kind !== "token"
        ? []
        : example.spans.map(({ start, end }, j) => ({
            text: example.text.slice(start, end),
            sure: [event.sure[i]].flat()[j] ?? 0,
          })),
    );
  }
  return [];
}

test("a model's page runs it alone from the disk, and asks nobody", async ({ browser }, info) => {
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-page-"));
  const [notes, page] = [join(folder, "notes.txt"), join(folder, "model.html")];
  writeFileSync(notes, texts.join("\n"));
  const lines: string[] = [];
  expect(
    await main(
      [model, notes, "--page", page],
      (line) => lines.push(line),
      () => undefined,
    ),
  ).toBe(0);
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ ok: true, precision: "float16", compared: 2, changed: 0 });

  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
  const tab = await context.newPage();
  const [asked, complaints]: [string[], string[]] = [[], []];
  tab.on("request", (request) => asked.push(request.url()));
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(error.message));
  await tab.goto(pathToFileURL(page).href);
  await expect(tab.getByText("Ready.")).toBeVisible({ timeout: 30_000 });
  await tab.getByLabel("Text or note").fill(texts.join("\n"));
  await tab.getByRole("button", { name: "Read it" }).click();
  const found = tab.getByRole("region", { name: "What the model found" });
  const expected = await answers();
  expect(expected.length).toBeGreaterThan(0);
  await expect(found.locator("mark")).toHaveText(expected.map(({ text }) => text));
  const said = await found.locator(".sure").allTextContents();
  for (const [i, { sure }] of expected.entries())
    expect(Math.abs(Number.parseFloat(said[i] ?? "") - 100 * sure)).toBeLessThan(0.6);
  await expect(found).toContainText("</b> & no"); // text, never markup
  // The policy lets not even a request of the page's own out.
  expect(
    await tab.evaluate(() =>
      fetch("https://example.invalid/").then(
        () => "sent",
        () => "refused",
      ),
    ),
  ).toBe("refused");
  expect(complaints.filter((text) => !text.includes("example.invalid"))).toEqual([]);
  expect(asked.filter((url) => !url.startsWith("file:") && !/^(blob|data):/.test(url))).toEqual([]);
  await tab.screenshot({ path: info.outputPath("model-page.png"), fullPage: true });
  await tab.setViewportSize({ width: 390, height: 844 });
  await tab.emulateMedia({ colorScheme: "dark" });
  await tab.screenshot({ path: info.outputPath("model-page-narrow-dark.png"), fullPage: true });
  expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});
