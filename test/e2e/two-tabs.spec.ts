// Two tabs of the built app on one run: a training done in one outlives every change in another, heard of or not.

import { expect, type Page, test } from "@playwright/test";
import { type OwnServer, serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

let server: OwnServer;
test.beforeAll(async () => {
  server = await serveBuilt();
});
test.afterAll(() => server.cut());

const curve = (page: Page) => page.getByRole("img", { name: "Training loss by step" });
const scored = (page: Page) => page.getByRole("row", { name: /^F1/ }).first().getByRole("cell").nth(1);
const named = (page: Page) => page.getByLabel("Name of this run", { exact: true });

async function shows(page: Page, name: string): Promise<void> {
  await expect(named(page)).toHaveValue(name);
  await expect(scored(page)).toHaveText(/^[01]\.\d{3}$/);
  await expect(curve(page)).toBeVisible();
}

async function rename(page: Page, name: string): Promise<void> {
  await named(page).fill(name);
  await named(page).press("Tab");
}

test("a training in one tab is shown in the other, and survives what the other changes", async ({ page, context }) => {
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 3, tinyEncoder);
  const other = await context.newPage();
  // A tab that hears nothing, as one that was frozen: it has the run as it was before the training.
  const deaf = await context.newPage();
  await deaf.addInitScript(() => {
    globalThis.BroadcastChannel = class extends EventTarget {
      postMessage() {}
      close() {}
    } as unknown as typeof BroadcastChannel;
  });
  for (const tab of [other, deaf]) {
    await tab.goto(page.url());
    await expect(tab.getByRole("button", { name: /^Train on/ })).toBeVisible();
  }

  await page.getByRole("button", { name: /^Train on/ }).click();
  await rename(other, "named while it trains");
  await expect(page.getByRole("link", { name: "Go on to Evaluate" })).toBeVisible();
  for (const tab of [page, other]) await shows(tab, "named while it trains");

  await expect(curve(deaf)).not.toBeVisible();
  await rename(deaf, "named by one that heard nothing");
  await expect(curve(deaf)).toBeVisible(); // it learns of the training when it writes
  await rename(other, "named after it");
  for (const tab of [page, other]) await shows(tab, "named after it");
  for (const tab of [page, other, deaf]) {
    await tab.reload();
    await shows(tab, "named after it");
  }
});
