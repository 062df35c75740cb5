// A task of one's own, from nothing to scores: named, its topics pasted or of the graph, its examples labelled on the page and read from a file.

import { existsSync, readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { watch } from "./watch.ts";
import { startTraining } from "./way.ts";

const encoder = "models/all-minilm-l6-v2/model.safetensors";

const findings = [
  "rash",
  "nausea",
  "headache",
  "tremor",
  "dizziness",
  "fatigue",
  "insomnia",
  "vomiting",
  "itching",
  "fever",
  "cough",
  "cramps",
];

/** From the task's page to scores, by the scripted engine. */
async function toScores(page: Page, origin = /A list of your own/) {
  await page.getByRole("button", { name: "Start a run" }).click();
  await page.getByRole("link", { name: "Go on to Knowledge" }).click();
  await expect(page.getByRole("radio", { name: origin })).toBeChecked();
  await page.getByRole("button", { name: "Gather knowledge" }).click();
  await page.getByRole("link", { name: "Go on to Generate" }).click();
  await page.getByLabel("Language model", { exact: true }).selectOption("scripted");
  await page.getByLabel("Examples to make", { exact: true }).fill("12");
  await page.getByRole("button", { name: "Generate 12 examples" }).click();
  await startTraining(page, 1);
  await page.getByRole("link", { name: "Go on to Evaluate" }).click({ timeout: 240_000 });
  const main = page.getByRole("row", { name: /^F1/ }).first();
  await expect(main.getByRole("cell").nth(1)).toHaveText(/^[01]\.\d{3}$/);
}

/** Marks the word after "She developed " in each text, by keys alone. */
async function markEach(page: Page, words: readonly string[]) {
  for (const word of words) {
    const surface = page.getByLabel("Text to mark", { exact: true });
    await expect(surface).toHaveValue(new RegExp(word));
    await surface.focus();
    await page.keyboard.press("Control+Home");
    for (let i = 0; i < "She developed ".length; i++) await page.keyboard.press("ArrowRight");
    for (let i = 0; i < word.length; i++) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
  }
}

test("entities: marked by keyboard on the page, from nothing to scores", async ({ page }, info) => {
  test.skip(!existsSync(encoder), `${encoder} is not there: npm run models`);
  const complaints = watch(page).complaints;
  await page.goto("/#/tasks");
  await page.getByRole("link", { name: "New task" }).click();
  await page.getByLabel("Name of the task", { exact: true }).fill("Adverse events");
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("adverse event");
  await expect(page.getByText("Suppose you need to create a dataset for adverse event recognition.")).toBeVisible();

  await page.getByRole("radio", { name: /^A list of yours/ }).check();
  await page.getByRole("textbox", { name: "Topics" }).fill(findings.join("\n"));

  const texts = findings.map((finding) => `She developed ${finding} after the second dose.`);
  await page.getByLabel("Type or paste texts", { exact: true }).fill(texts.join("\n"));
  await page.getByRole("button", { name: "Label these 12 examples" }).click();
  await markEach(page, findings);
  await expect(page.getByText("Nothing is missing.")).toBeVisible();

  // Nothing is lost with a reload.
  await page.getByRole("link", { name: "All tasks" }).click();
  await page.reload();
  await page.getByRole("link", { name: "Adverse events" }).click();
  await expect(page.getByText("Nothing is missing.")).toBeVisible();
  await page.screenshot({ path: info.outputPath("task.png"), fullPage: true });
  await toScores(page);
  expect(complaints).toEqual([]);
});

test("entities: topics of the graph, by a type that is ticked, to scores", async ({ page }, info) => {
  test.skip(!existsSync(encoder), `${encoder} is not there: npm run models`);
  const complaints = watch(page).complaints;
  await page.goto("/#/task/new");
  await page.getByLabel("Name of the task", { exact: true }).fill("Illnesses");
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("illness");
  await page.getByRole("radio", { name: /^A knowledge graph/ }).check();
  await page.getByRole("checkbox", { name: /^Disease/ }).check();
  await expect(page.getByText(/\d{3,} topics in the starter graph/)).toBeVisible();
  const more = ["migraine", "eczema", "gout", "anemia", "scabies", "malaria"];
  const illnesses = ["asthma", "psoriasis", "epilepsy", "tuberculosis", "osteoporosis", "glaucoma", ...more];
  const texts = illnesses.map((name) => `She developed ${name} after the second dose.`);
  await page.getByLabel("Type or paste texts", { exact: true }).fill(texts.join("\n"));
  await page.getByRole("button", { name: "Label these 12 examples" }).click();
  await markEach(page, illnesses);
  await expect(page.getByText("Nothing is missing.")).toBeVisible();
  await page.screenshot({ path: info.outputPath("graph-task.png"), fullPage: true });
  await toScores(page, /knowledge graph/i);
  await page.screenshot({ path: info.outputPath("graph-scores.png"), fullPage: true });
  expect(complaints).toEqual([]);
});

test("labels: read from a file with its columns and values mapped, exported, imported, to scores", async ({ page }) => {
  test.skip(!existsSync(encoder), `${encoder} is not there: npm run models`);
  const complaints = watch(page).complaints;
  await page.goto("/#/task/new");
  await page.getByRole("radio", { name: /^Topics of a text/ }).check();
  await page.getByLabel("Name of the task", { exact: true }).fill("Urgency");
  await page.getByRole("textbox", { name: "Label 1" }).fill("urgent");
  await page.getByRole("button", { name: "Add label" }).click();
  await page.getByRole("textbox", { name: "Label 2" }).fill("routine");
  await page.getByRole("radio", { name: /^A list of yours/ }).check();
  await page.getByRole("textbox", { name: "Topics" }).fill(findings.join("\n"));

  const rows = findings.flatMap((finding) => [
    `"Sudden ${finding}, much worse today",now`,
    `A mild ${finding} since last year,later`,
  ]);
  await page.getByText("Read them from a file").click();
  const csv = { name: "calls.csv", mimeType: "text/csv", buffer: Buffer.from(["message,when", ...rows].join("\n")) };
  await page.getByLabel("File of examples", { exact: true }).setInputFiles(csv);
  await page.getByRole("combobox", { name: "Text", exact: true }).selectOption("message");
  await page.getByRole("combobox", { name: "Label", exact: true }).selectOption("when");
  await page.getByLabel(/^now/).selectOption("urgent");
  await page.getByLabel(/^later/).selectOption("routine");
  await page.getByRole("button", { name: "Take 24 examples" }).click();
  await expect(page.getByText("Nothing is missing.")).toBeVisible();

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export the task" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("urgency.task.json");
  const exported = readFileSync(await file.path(), "utf8");
  expect(JSON.parse(exported)).toMatchObject({
    name: "Urgency",
    family: "classification",
    labels: [{ name: "urgent" }, { name: "routine" }],
  });
  await page.getByRole("link", { name: "All tasks" }).click();
  await page.getByRole("button", { name: "Delete Urgency" }).click();
  await page.getByRole("button", { name: "Delete the task" }).click();
  await expect(page.getByText("There is none yet.")).toBeVisible();
  const again = { name: "urgency.task.json", mimeType: "application/json", buffer: Buffer.from(exported) };
  await page.getByLabel("File of a task", { exact: true }).setInputFiles(again);
  await page.getByRole("link", { name: "Urgency" }).click();
  await toScores(page);
  expect(complaints).toEqual([]);
});

test("a broken file of a task is refused with its field, and imports nothing", async ({ page }) => {
  await page.goto("/#/tasks");
  const broken = {
    name: "task.json",
    mimeType: "application/json",
    buffer: Buffer.from('{"name":"x","family":"poem","labels":[]}'),
  };
  await page.getByLabel("File of a task", { exact: true }).setInputFiles(broken);
  await expect(page.getByRole("alert")).toContainText("family takes ner");
  await expect(page.getByText("There is none yet.")).toBeVisible();
});
