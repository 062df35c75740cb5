// A tab that is put aside while it works, as a browser does in the background and a laptop in its sleep; then a browser that cleared all between two visits.

import { expect, type Page, test } from "@playwright/test";
import { serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

const f1 = (page: Page) => page.getByRole("row", { name: /^F1/ }).first();

test("a frozen tab goes on where it was, to the same scores; storage cleared between visits is said", async ({
  page,
  context,
}) => {
  const server = await serveBuilt();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  const tools = await context.newCDPSession(page);
  /** No task of the page or of its workers runs meanwhile. */
  const asleep = async () => {
    await tools.send("Page.setWebLifecycleState", { state: "frozen" });
    await new Promise((done) => setTimeout(done, 1500));
    await tools.send("Page.setWebLifecycleState", { state: "active" });
  };
  await toGenerate(page, { origin: server.url });
  await page.getByLabel("Examples to make", { exact: true }).fill("8");
  await page.getByRole("button", { name: "Generate 8 examples" }).click();
  await asleep();
  await expect(page.getByRole("link", { name: "Go on to Train" })).toBeVisible();
  await page.getByRole("link", { name: "Go on to Train" }).click();
  await page.getByLabel("Encoder", { exact: true }).selectOption(tinyEncoder);
  await page.getByRole("radio", { name: /Processor/ }).check();
  const train = async (name: RegExp, meanwhile: () => Promise<void>) => {
    await page.getByRole("button", { name }).click();
    await meanwhile();
    await page.getByRole("link", { name: "Go on to Evaluate" }).click();
    await expect(f1(page)).toBeVisible();
    const cells = await f1(page).getByRole("cell").allTextContents();
    return cells.map((cell) => cell.slice(0, 5)); // the interval behind a score comes later
  };
  const put = await train(/^Train on/, asleep);
  await page.getByRole("link", { name: /^Train/ }).click();
  expect(await train(/^Train again on/, async () => undefined)).toEqual(put);

  // Everything of this address goes, as a browser does for want of space; the address of the run is still open.
  const address = page.url();
  await page.goto("about:blank");
  await tools.send("Storage.clearDataForOrigin", { origin: server.url, storageTypes: "all" });
  await page.goto(address);
  await expect(page.getByRole("heading", { name: "There is no such run here" })).toBeVisible();
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 2, tinyEncoder);
  await expect(page.getByRole("button", { name: /^Train on/ })).toBeEnabled();
  expect(complaints).toEqual([]);
  await server.cut();
});
