// A trained model as one HTML page, opened from the disk with the network cut: the app's labels and probabilities, and no request.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { main } from "../../scripts/apply.ts";
import { nodeOrt } from "../../scripts/node-ort.ts";
import { pickedFiles } from "../../scripts/picked-files.ts";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { predict } from "../../src/classifier/predict.ts";
import { loadModel, saveModel } from "../../src/classifier/saved-model.ts";
import { taskById } from "../../src/tasks/catalogue.ts";
import type { Example } from "../../src/tasks/example.ts";
import { labelsOf } from "../../src/tasks/shapes.ts";
import { randomEncoder } from "../browser/random-encoder.ts";

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
  await tab.setViewportSize({ width: 320, height: 640 });
  expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await tab.setViewportSize({ width: 1280, height: 900 });
  await tab.getByLabel("Text or note", { exact: true }).fill(texts.join("\n"));
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

/** Folder of an untrained model of the task, with a head that gives each label at some text. */
async function untrained(task: string): Promise<string> {
  await nodeOrt();
  const options = { device: "wasm", maxTokens: 32, seed: 3, trains: { kind: "all" } } as const;
  const classifier = await openClassifier(taskById(task), await openEncoder(randomEncoder(4)), options);
  const folder = join(mkdtempSync(join(tmpdir(), "clinfuse-untrained-")), "model");
  mkdirSync(folder);
  for (const [name, blob] of await saveModel(classifier))
    writeFileSync(join(folder, name), Buffer.from(await blob.arrayBuffer()));
  await classifier.close();
  return folder;
}

async function labelsFor(folder: string, examples: readonly Example[]): Promise<readonly string[]> {
  const classifier = await loadModel(pickedFiles([folder]), "wasm");
  try {
    for await (const event of predict(classifier, examples, new AbortController().signal))
      if (event.type === "predicted") return event.examples.map((example) => labelsOf(example).join("; "));
    return [];
  } finally {
    await classifier.close();
  }
}

const related = (text: string, head: string, tail: string): Example => {
  const place = (name: string, label: string) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length, label });
  return { kind: "relation", text, head: place(head, "Chemical"), tail: place(tail, "Disease"), label: "" };
};
const paired = (first: string, second: string): Example => ({ kind: "pair", first, second, label: "" });

const tables = [
  {
    task: "mqp",
    typed: [
      ["First text", "the patient had gout"],
      ["Second text", "and gout"],
    ],
    asked: [
      paired("the patient had gout", "and gout"),
      paired("=1+1 no fever", "a cough, with asthma"),
      paired("no flu", "lupus"),
    ],
    table: 'id,text_1,text_2\na,the patient had gout,and gout\nb,=1+1 no fever,"a cough, with asthma"\nc,no flu,lupus\n',
    unfit: "is one text, and this task compares two",
  },
  {
    task: "cdr",
    typed: [
      ["Sentence that names both", "a fever with gout ."],
      ["Chemical in it", "fever"],
      ["Disease in it", "gout"],
    ],
    asked: [
      related("a fever with gout .", "fever", "gout"),
      related("=no gout, a flu", "gout", "flu"),
      related("flu and gout", "gout", "flu"),
    ],
    table: 'id,text,Chemical,Disease\na,a fever with gout .,fever,gout\nb,"=no gout, a flu",gout,flu\nc,flu and gout,gout,flu\n',
    unfit: "relates two names in it",
  },
] as const;

for (const { task, typed, asked, table, unfit } of tables) {
  test(`a page of ${task} reads what is typed and a table from the disk, and saves the command's rows`, async ({ browser }) => {
    const model = await untrained(task);
    const folder = mkdtempSync(join(tmpdir(), "clinfuse-page-"));
    const [csv, plain, page] = [join(folder, "rows.csv"), join(folder, "plain.txt"), join(folder, "model.html")];
    writeFileSync(csv, table);
    writeFileSync(plain, "the patient had gout");
    const lines: string[] = [];
    const command = (...args: string[]) =>
      main(
        [model, csv, ...args],
        (line) => lines.push(line),
        () => undefined,
      );
    expect(await command("--page", page)).toBe(0);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ ok: true, task, compared: 3 });
    const expected = await labelsFor(model, asked);

    const context = await browser.newContext({ offline: true, acceptDownloads: true });
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(pathToFileURL(page).href);
    await expect(tab.getByText("Ready.")).toBeVisible({ timeout: 30_000 });
    for (const [label, text] of typed) await tab.getByLabel(label, { exact: true }).fill(text);
    await tab.getByRole("button", { name: "Read it" }).click();
    const found = tab.getByRole("region", { name: "What the model found" });
    const said = (label: string | undefined) => new RegExp(`^${label?.replaceAll("_", " ")}, \\d+(\\.\\d)? %$`);
    await expect(found.locator(".label")).toHaveText([said(expected[0])]);
    await tab.getByLabel("Or files", { exact: true }).setInputFiles(csv);
    await expect(found.getByRole("heading")).toHaveText(["a", "b", "c"]);
    await expect(found.locator(".label")).toHaveText(expected.map(said));
    const [download] = await Promise.all([tab.waitForEvent("download"), tab.getByRole("link", { name: "Save as CSV" }).click()]);
    expect(await command("--format", "csv", "--out", folder)).toBe(0);
    expect(readFileSync(await download.path(), "utf8")).toBe(readFileSync(join(folder, "notes.csv"), "utf8"));
    expect(readFileSync(join(folder, "notes.csv"), "utf8")).toContain("'=");
    await tab.getByLabel("Or files", { exact: true }).setInputFiles(plain);
    await expect(tab.getByRole("status")).toContainText(unfit);
    await expect(found).toBeEmpty();
    expect(complaints).toEqual([]);
    await context.close();
  });
}
