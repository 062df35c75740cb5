// A training whose files go away under it: cleared while it runs, and cleared after it was stopped. The page says what happened, and its remedy works.

import { expect, type Page, test } from "@playwright/test";
import { type OwnServer, serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

let server: OwnServer;
test.beforeAll(async () => {
  server = await serveBuilt();
});
test.afterAll(() => server.cut());

/** Deletes every file, as clearing the site's files does; the notebooks in the database stay. One that is being written is waited for. */
async function clearFiles(page: Page): Promise<void> {
  const rest = () =>
    page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const names: string[] = [];
      for await (const name of root.keys()) names.push(name);
      const kept = await Promise.allSettled(names.map((name) => root.removeEntry(name, { recursive: true })));
      return kept.filter(({ status }) => status === "rejected").length;
    });
  await expect.poll(rest).toBe(0);
}

const running = (page: Page) => page.getByRole("region", { name: "Training, running" });
const gone = (page: Page) => page.getByText("nothing of its progress is stored any more. It begins anew, to the same result.");

async function trainUntilStep(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^(Train|Train again) on/ }).click();
  await expect(running(page).getByText("A step takes")).toBeVisible();
}

test("cleared after a stop: the page says that the progress is gone, and training anew ends with a model that reads", async ({
  page,
}) => {
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 8, tinyEncoder);
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Epochs, stage I", { exact: true }).fill("200"); // time for the stop
  await trainUntilStep(page);
  await running(page).getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("button", { name: /^Go on training/ })).toBeVisible();
  await expect(gone(page)).not.toBeVisible();

  await clearFiles(page);
  await page.reload();
  await expect(gone(page)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Go on training/ })).not.toBeVisible();

  await trainUntilStep(page);
  await clearFiles(page); // while it runs: what it keeps from then on is all that is needed
  await expect(page.getByRole("link", { name: "Go on to Evaluate" })).toBeVisible();
  await expect(gone(page)).not.toBeVisible();
  await page.getByRole("link", { name: "Go on to Evaluate" }).click();
  await page.reload();
  await page.getByLabel("Sentence", { exact: true }).fill("Is asthma curable?");
  await page.getByRole("button", { name: "Read it" }).click();
  await expect(page.getByRole("status").filter({ hasText: "curable" })).toBeVisible();

  // The trained model's files go too: its scores stay, and the page says what is left.
  await clearFiles(page);
  await page.reload();
  await page.getByRole("navigation", { name: "Steps of the run" }).getByRole("link", { name: "Train" }).click();
  await expect(page.getByText("The trained model is not in this browser any more.")).toBeVisible();
  await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
});
