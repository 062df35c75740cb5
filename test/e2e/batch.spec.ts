// Another machine writes: prompts saved, answered outside, read in parts with a reload between, then trained on to scores.

import { existsSync, readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { answeredLines } from "../unit/scripts/answered-line.ts";
import { watch } from "./watch.ts";
import { gatherKnowledge, startTraining } from "./way.ts";

const encoder = "models/all-minilm-l6-v2/model.safetensors";
const model = "meta-llama/Llama-3.1-8B-Instruct";

const panelOf = (page: Page) => page.getByRole("region", { name: "Have another machine write" });

/** From the welcome to the open panel, with gathered knowledge and the model's name. */
async function toPanel(page: Page, size: number) {
  await page.goto("/");
  await page.getByRole("button", { name: "Start a run" }).click();
  await gatherKnowledge(page);
  await page.getByLabel("Examples to make", { exact: true }).fill(`${size}`);
  await page.getByText("Have another machine write", { exact: true }).click();
  await expect(panelOf(page).getByText("These files carry real text out of this tab.")).toBeVisible();
  await page.getByLabel("Name of the model on that server", { exact: true }).fill(model);
  await page.getByLabel("Name of the model on that server", { exact: true }).blur();
}

async function saved(page: Page, button: string): Promise<{ name: string; text: string }> {
  const press = panelOf(page).getByRole("button", { name: button, exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), press]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

const read = (page: Page, ...files: readonly (readonly [name: string, lines: readonly string[]])[]) =>
  panelOf(page)
    .getByLabel("Files of answers", { exact: true })
    .setInputFiles(
      files.map(([name, lines]) => ({ name, mimeType: "application/jsonl", buffer: Buffer.from(lines.join("\n")) })),
    );

test("prompts go out, answers come back in parts, and the run is trained to scores", async ({ page, context }, info) => {
  test.skip(!existsSync(encoder), `${encoder} is not there: npm run models`);
  const { complaints, foreign } = watch(page);
  const panel = panelOf(page);
  const shot = async (name: string) => {
    await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
    await page.setViewportSize({ width: 360, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(500); // colours change by a transition
    await page.screenshot({ path: info.outputPath(`${name}-narrow-dark.png`), fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
  };
  await toPanel(page, 12);
  await expect(panel.getByRole("button", { name: "Save prompts" })).toBeVisible();
  await shot("1-choices");

  const { name, text } = await saved(page, "Save prompts");
  expect(name).toBe("turn-1.jsonl");
  expect(text.trimEnd().split("\n")).toHaveLength(24);
  expect(text).toContain(`"model":"${model}"`);
  await expect(panel.getByText(`vllm run-batch -i turn-1.jsonl -o answers-1.jsonl --model ${model}`)).toBeVisible();
  await shot("2-asked");

  // Another seed is another batch; the first comes back with its choice.
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Seed", { exact: true }).fill("5");
  await expect(panel.getByText("Nothing is asked under these choices yet")).toBeVisible();
  await page.getByLabel("Seed", { exact: true }).fill("1");
  await expect(panel.getByRole("button", { name: "Save turn-1.jsonl" })).toBeVisible();

  const answers = await answeredLines(text);
  await read(page, ["turn-1.jsonl", text.split("\n")]);
  await expect(panel.getByRole("alert")).toContainText("turn-1.jsonl, line 1");
  await expect(panel.getByText("0 of 12 examples accepted.")).toBeVisible();
  await shot("3-refused");
  await panel.getByRole("button", { name: "Dismiss" }).click();

  const stray = (answers[0] ?? "").replace(/"custom_id":"[^"]+"/, '"custom_id":"stray-7"');
  await read(page, ["part-1.jsonl", [...answers.slice(0, 9), stray, '{"custom_id": "cut']]);
  await expect(panel.getByText("part-1.jsonl, line 10: stray-7 answers nothing")).toBeVisible();
  await expect(panel.getByText("part-1.jsonl, line 11: the line is not JSON")).toBeVisible();
  await shot("4-part");
  const missing = await saved(page, "Save missing.jsonl");
  expect(missing.text.trimEnd().split("\n")).toHaveLength(15);

  // Nothing is lost by a reload, and another tab sees the same and follows.
  await page.reload();
  await expect(panel.getByText("part-1.jsonl, line 10: stray-7 answers nothing")).toBeVisible();
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(panelOf(other).getByText(/of 12 examples accepted/)).toBeVisible();

  await read(page, ["part-2.jsonl", answers.slice(9, 16)], ["part-3.jsonl", answers.slice(14)]);
  await expect(panel.getByText("All 12 examples are there.")).toBeVisible();
  await expect(page.getByText(/^12 examples from \d+ attempts/)).toBeVisible();
  await expect(page.getByRole("banner")).toContainText(`${model}, on another machine`);
  await shot("5-whole");
  await expect(panelOf(other).getByText("All 12 examples are there.")).toBeVisible();
  await expect(other.getByText(/^12 examples from \d+ attempts/)).toBeVisible();
  await other.close();

  await startTraining(page, 1);
  await page.getByRole("link", { name: "Go on to Evaluate" }).click({ timeout: 240_000 });
  const main = page.getByRole("row", { name: /^F1/ }).first();
  await expect(main.getByRole("cell").nth(1)).toHaveText(/^[01]\.\d{3}/);
  const [report] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Report", exact: true }).click(),
  ]);
  expect(readFileSync(await report.path(), "utf8")).toContain(`written by ${model}, on another machine`);

  // Its capsule opens as a run that names the same writer.
  const [capsule] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the capsule", exact: true }).click(),
  ]);
  const path = info.outputPath("run.zip");
  await capsule.saveAs(path);
  const reopened = await context.newPage();
  await reopened.goto("/#/runs");
  await reopened.getByLabel("Capsule", { exact: true }).setInputFiles(path);
  await reopened.getByRole("link", { name: /^Generate/ }).click();
  await expect(reopened.getByText(/^12 examples from \d+ attempts/)).toBeVisible();
  await expect(reopened.getByRole("banner")).toContainText(`${model}, on another machine`);
  await reopened.close();

  // A larger size is the same batch: the next turn asks for the rest.
  await page.getByRole("link", { name: /^Generate/ }).click();
  await page.getByLabel("Examples to make", { exact: true }).fill("24");
  const more = await saved(page, "Save prompts");
  expect(more.name).toBe("turn-2.jsonl");
  await shot("6-more");
  await read(page, ["answers-2.jsonl", await answeredLines(more.text)]);
  await expect(panel.getByText("All 24 examples are there.")).toBeVisible();
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});

test("pairs of sentences: styles are asked in the turn before, and both sentences in turns of their own", async ({
  page,
}, info) => {
  const { complaints, foreign } = watch(page);
  const panel = panelOf(page);
  await page.goto("/");
  await page.getByRole("button", { name: "Start a run" }).click();
  await page.getByRole("radio", { name: /^MQP/ }).check();
  await page.getByRole("button", { name: "Use the sample" }).click();
  await page.getByRole("link", { name: "Go on to Knowledge" }).click();
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Styles of writing", { exact: true }).selectOption("llm");
  await page.screenshot({ path: info.outputPath("knowledge.png"), fullPage: true });
  await page.getByRole("link", { name: /Have another machine write/ }).click();
  await page.getByLabel("Examples to make", { exact: true }).fill("6");
  await page.getByText("Have another machine write", { exact: true }).click();
  await page.getByLabel("Name of the model on that server", { exact: true }).fill(model);
  await page.getByLabel("Name of the model on that server", { exact: true }).blur();

  let { text } = await saved(page, "Save prompts");
  expect(text).not.toContain("-r0-");
  await expect(panel.getByText("Topics and styles are asked for.")).toBeVisible();
  await page.screenshot({ path: info.outputPath("styles.png"), fullPage: true });
  const whole = panel.getByText("All 6 examples are there.");
  for (let turn = 2; turn < 12; turn++) {
    await read(page, [`answers-${turn - 1}.jsonl`, await answeredLines(text)]);
    const next = panel.getByRole("button", { name: `Save turn-${turn}.jsonl` });
    await expect(whole.or(next)).toBeVisible();
    if (await whole.isVisible()) break;
    ({ text } = await saved(page, `Save turn-${turn}.jsonl`));
  }
  await expect(whole).toBeVisible();
  await page.getByRole("link", { name: /^Knowledge/ }).click();
  await expect(page.getByText("patient forums").first()).toBeVisible();
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});

test("ProGen's rounds: the tab trains where influence chooses, and the next prompts show what it chose", async ({
  page,
}, info) => {
  test.skip(!existsSync(encoder), `${encoder} is not there: npm run models`);
  const { complaints, foreign } = watch(page);
  const panel = panelOf(page);
  await page.goto("/");
  await page.getByRole("button", { name: "Start a run" }).click();
  await page.getByRole("button", { name: "Use the sample" }).click();
  await page.getByRole("link", { name: "Go on to Knowledge" }).click();
  await page.getByRole("radio", { name: /^ProGen/ }).check();
  await page.getByRole("button", { name: "Go without knowledge" }).click();
  await page.getByRole("link", { name: "Go on to Generate" }).click();
  await page.getByLabel("Examples to make", { exact: true }).fill("125");
  await page.getByText("Have another machine write", { exact: true }).click();
  await page.getByLabel("Name of the model on that server", { exact: true }).fill(model);
  await page.getByLabel("Name of the model on that server", { exact: true }).blur();
  let { text } = await saved(page, "Save prompts");
  const whole = panel.getByText("All 125 examples are there.");
  const texts = [text];
  for (let turn = 2; turn < 20; turn++) {
    await read(page, [`answers-${turn - 1}.jsonl`, await answeredLines(text)]);
    const next = panel.getByRole("button", { name: `Save turn-${turn}.jsonl` });
    await expect(whole.or(next)).toBeVisible({ timeout: 240_000 });
    if (await whole.isVisible()) break;
    ({ text } = await saved(page, `Save turn-${turn}.jsonl`));
    texts.push(text);
  }
  await expect(whole).toBeVisible();
  await page.screenshot({ path: info.outputPath("progen.png"), fullPage: true });
  // Prompts of the last round show what the model wrote before; those of the first could not.
  const answersOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).response.body.choices[0].message.content);
  const wrote: string[] = answersOf(await answeredLines(texts.slice(0, -1).join("")));
  const shows = (prompts: string) => wrote.some((answer) => prompts.includes(JSON.stringify(answer.trim()).slice(1, -1)));
  expect([shows(texts[0] ?? ""), shows(texts.at(-1) ?? "")]).toEqual([false, true]);
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});
