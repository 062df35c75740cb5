// The app's server cut after the page was loaded: what this browser keeps goes on working, and the rest says that the server does not answer.

import { expect, test } from "@playwright/test";
import { serveBuilt, tinyEncoder } from "./own-server.ts";
import { throughKnowledge, toGenerate, toTrain } from "./way.ts";

test("the sample, the manifest and a kept model serve on; what was never read is said to want the server", async ({ page }) => {
  const server = await serveBuilt();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(`${server.url}/#/models`);
  const pages = page.getByRole("navigation", { name: "Pages" });
  const item = page.getByRole("article", { name: tinyEncoder });
  await item.getByRole("button", { name: /^Keep a copy in this browser/ }).click();
  await expect(item.getByText("in this browser", { exact: true })).toBeVisible();
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 3, tinyEncoder);
  await page.getByRole("button", { name: /^Train on/ }).click();
  await page.getByRole("link", { name: "Go on to Evaluate" }).click();
  await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
  await server.cut();

  // The trained model is this browser's own.
  await page.getByLabel("Sentence", { exact: true }).fill("Is asthma curable?");
  await page.getByRole("button", { name: "Read it" }).click();
  await expect(page.getByRole("status").filter({ hasText: "curable" })).toBeVisible();

  // Another run, from the kept sample to a training with the kept encoder.
  await pages.getByRole("link", { name: "Runs" }).click();
  await page.getByRole("button", { name: "New run" }).click();
  await throughKnowledge(page);
  await toTrain(page, 4, tinyEncoder);
  await page.getByRole("button", { name: /^Train on/ }).click();
  await expect(page.getByRole("link", { name: "Go on to Evaluate" })).toBeVisible();

  // The list of models is the kept manifest, and the kept model passes its check.
  await pages.getByRole("link", { name: "Models" }).click();
  await item.getByRole("button", { name: "Check again" }).click();
  await expect(item.getByText(/^Checked just now/)).toBeVisible();

  // The sample of a task that was never read.
  await pages.getByRole("link", { name: "Runs" }).click();
  await page.getByRole("button", { name: "New run" }).click();
  await page.getByRole("radio", { name: /^MQP/ }).check();
  await page.getByRole("button", { name: "Use the sample" }).click();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The app's server does not answer");
  await expect(alert).toContainText("what this browser keeps is not lost.");
  expect(faults).toEqual([]);
});

test("a model that only the server has is said to want it", async ({ page }) => {
  const server = await serveBuilt();
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 3, tinyEncoder);
  await server.cut();
  await page.getByRole("button", { name: /^Train on/ }).click();
  await expect(page.getByRole("alert")).toContainText("The app's server does not answer");
});
