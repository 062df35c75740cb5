// A model of the hub in the built app, with a hub of the test's own behind the browser's requests: looked up, fetched over several sittings, trained on.

import { expect, type Page, type Route, test } from "@playwright/test";
import { randomEncoder } from "../browser/random-encoder.ts";
import { type FakeHub, fakeHub } from "../unit/models/fake-hub.ts";
import { throughKnowledge, toTrain } from "./way.ts";

const repository = "someone/tiny-bert";
const weights = "model.safetensors";

interface Hub extends FakeHub {
  readonly weights: Buffer;
  /** Faults of the next requests for the weights, one each; then they are answered as they should be. */
  readonly manners: ("held" | "half")[];
  readonly ranges: (string | undefined)[];
}

async function hubBehind(page: Page): Promise<Hub> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, blob] of randomEncoder(1)) files[name] = new Uint8Array(await blob.arrayBuffer());
  const fake = fakeHub({ [repository]: { files: { ...files, "flax_model.msgpack": "flax" }, large: [weights] } });
  const hub: Hub = { ...fake, weights: Buffer.from(files[weights] as Uint8Array), manners: [], ranges: [] };
  await page.context().route("https://huggingface.co/**", (route) => answer(route, hub));
  return hub;
}

async function answer(route: Route, hub: Hub): Promise<void> {
  const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "x-error-code" };
  if (!route.request().url().endsWith(weights)) {
    const response = await hub.ask(route.request().url());
    const body = Buffer.from(await response.arrayBuffer());
    return route.fulfill({ status: response.status, headers: { ...Object.fromEntries(response.headers), ...headers }, body });
  }
  const range = await route.request().headerValue("range");
  hub.ranges.push(range ?? undefined);
  const manner = hub.manners.shift();
  if (manner === "held") return; // never answered
  const from = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
  const end = manner === "half" ? hub.weights.length / 2 : undefined;
  await route.fulfill({ status: from > 0 ? 206 : 200, headers, body: hub.weights.subarray(from, end) });
}

const hubPart = (page: Page) => page.getByRole("region", { name: "From the hub" });

async function look(page: Page, name: string): Promise<void> {
  await page.getByLabel("Repository on the hub", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Look it up on huggingface.co" }).click();
}

test("an encoder is looked up by its repository's name, comes over three sittings, and can be trained", async ({ page }) => {
  const hub = await hubBehind(page);
  hub.manners.push("held", "half");
  await page.goto("/#/models");
  await look(page, repository);
  await expect(hubPart(page)).toContainText(/is in the list above now:\s+an encoder, \d+ kB in 3 files, licence mit/);
  expect(hub.asked.map((path) => path.split("/").at(-1))).toEqual(["main?blobs=true", "config.json", "vocab.txt"]);
  expect(hub.ranges).toEqual([]); // none of the weights

  // The requests are in the record.
  await page.getByRole("link", { name: "Privacy" }).click();
  await expect(page.getByText(`https://huggingface.co/api/models/${repository}/revision/main?blobs=true`)).toBeVisible();
  await expect(page.getByText("models worker, sent as fetch").first()).toBeVisible();
  await page.getByRole("link", { name: "Models", exact: true }).click();

  const item = page.getByRole("article", { name: repository });
  await hubPart(page)
    .getByRole("button", { name: /from huggingface\.co$/ })
    .click();
  await expect.poll(() => hub.ranges.length).toBe(1); // the weights are under way
  await item.getByRole("button", { name: "Pause" }).click();
  await item.getByRole("button", { name: /from huggingface\.co$/ }).click();
  await expect(item.getByRole("alert")).toContainText("what came so far is kept");
  await page.reload();
  await item.getByRole("button", { name: /^Resume, \d+ kB left, from huggingface\.co$/ }).click();
  await expect(item.getByText("in this browser", { exact: true })).toBeVisible();
  expect(hub.ranges).toEqual([undefined, undefined, `bytes=${hub.weights.length / 2}-`]);

  await item.getByRole("button", { name: "Check again" }).click();
  await expect(item.getByText("Checked just now: every file is what the hub stated.")).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), item.getByRole("button", { name: "Export" }).click()]);
  expect(file.suggestedFilename()).toBe("tiny-bert.zip");

  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await page.getByRole("button", { name: "Start a run" }).click();
  await throughKnowledge(page);
  await toTrain(page, 5, "tiny-bert");
  await page.getByRole("button", { name: /^Train on/ }).click();
  await expect(page.getByRole("link", { name: "Go on to Evaluate" })).toBeVisible({ timeout: 120_000 });

  await page.goto("/#/models");
  await item.getByRole("button", { name: "Delete" }).click();
  await item.getByRole("button", { name: "Delete the files" }).click();
  await expect(item).toHaveCount(0);
});

test("what the hub does not have, or nothing reads, leaves no trace and says what to do", async ({ page }) => {
  const hub = await hubBehind(page);
  await page.goto("/#/models");
  await look(page, "someone/nothing");
  await expect(hubPart(page).getByRole("alert")).toContainText("has no someone/nothing at main");
  hub.instead.set(`/api/models/${repository}/revision/main`, () => Response.json({ gated: "manual", siblings: [] }));
  await look(page, repository);
  await expect(hubPart(page).getByRole("alert")).toContainText("The hub wants an account for this model");
  await page.context().unroute("https://huggingface.co/**");
  await page.context().route("https://huggingface.co/**", (route) => route.abort());
  await look(page, repository);
  await expect(hubPart(page).getByRole("alert")).toContainText("The hub does not answer");
  await page.reload();
  await expect(page.getByRole("article", { name: "all-MiniLM-L6-v2" })).toBeVisible();
  await expect(page.getByRole("article", { name: repository })).toHaveCount(0);
});
