// The way of a reader through a run, up to the step that a test is about. Knows no server.

import type { Page } from "@playwright/test";

/** From the welcome to gathered knowledge, with the scripted writer chosen. `origin` is empty for the runner's own server. */
export async function toGenerate(page: Page, { task, origin = "" }: { task?: string; origin?: string } = {}): Promise<void> {
  await page.goto(`${origin}/`);
  await page.getByRole("button", { name: "Start a run" }).click();
  if (task) await page.getByRole("radio", { name: new RegExp(`^${task}`) }).check();
  await throughKnowledge(page);
}

/** From the Task page to gathered knowledge, with the scripted writer chosen. */
export async function throughKnowledge(page: Page): Promise<void> {
  await gatherKnowledge(page);
  await page.getByLabel("Language model", { exact: true }).selectOption("scripted");
}

/** From the Task page to Generate, by the sample and the graph that ships. */
export async function gatherKnowledge(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Use the sample" }).click();
  await page.getByRole("link", { name: "Go on to Knowledge" }).click();
  await page.getByRole("button", { name: "Gather knowledge" }).click();
  await page.getByRole("link", { name: "Go on to Generate" }).click();
}

/** Writes so many examples, and goes on to Train with that encoder on the processor. */
export async function toTrain(page: Page, size: number, encoder: string): Promise<void> {
  await page.getByLabel("Examples to make", { exact: true }).fill(`${size}`);
  await page.getByRole("button", { name: `Generate ${size} examples` }).click();
  await page.getByRole("link", { name: "Go on to Train" }).click();
  await page.getByLabel("Encoder", { exact: true }).selectOption(encoder);
  await page.getByRole("radio", { name: /Processor/ }).check();
}

/** From Generate, whose examples are there, to a training of so many epochs a stage on the processor. */
export async function startTraining(page: Page, epochs: number): Promise<void> {
  await page.getByRole("link", { name: "Go on to Train" }).click();
  await page.getByRole("radio", { name: /Processor/ }).check();
  await page.getByText("More", { exact: true }).click();
  for (const stage of ["stage I", "stage II"]) await page.getByLabel(`Epochs, ${stage}`, { exact: true }).fill(`${epochs}`);
  await page.getByRole("button", { name: /^Train on/ }).click();
}
