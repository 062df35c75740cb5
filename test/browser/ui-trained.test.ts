// The Train page where the trained model is not what it seems: its words and remedies. Services are a test's own.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { cleanup, render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import type { Notebook } from "../../src/experiment/notebook.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { type Fake, fakeServices } from "./fake-services.ts";
import { knowledgeOfRun, rowsOfRun } from "./run-page.ts";

beforeEach(() => {
  location.hash = "";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const link = (name: string | RegExp) => page.getByRole("link", { name });
const saved = (fake: Fake) => [...fake.saved.values()][0] as Notebook;

async function open(fake: Fake, step: string): Promise<Fake> {
  location.hash = `#/run/r1/${step}`;
  await render(App, { services: fake.services });
  return fake;
}

/** A run whose examples are written, at Train. */
async function written(): Promise<Fake> {
  const fake = await open(fakeServices({ ...newNotebook("r1", 1), data: rowsOfRun(), knowledge: knowledgeOfRun }), "generate");
  await page.getByLabelText("Examples to make").fill("10");
  await button("Generate 10 examples").click();
  await link("Go on to Train").click();
  return fake;
}

/** The same browser after a reload, at a step. */
async function reloaded(before: Fake, step: string, change: (fake: Fake) => void = () => undefined): Promise<Fake> {
  const notebook = structuredClone(saved(before));
  await cleanup();
  const fake = fakeServices(notebook);
  for (const [run, log] of before.log) fake.log.set(run, log);
  change(fake);
  return open(fake, step);
}

async function trained(): Promise<Fake> {
  const fake = await written();
  await button(/^Train on/).click();
  await expect.element(link("Go on to Evaluate")).toBeVisible();
  return fake;
}

/** Tells whether the browser would ask before the tab is closed. */
const asksBeforeLeaving = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));

it("a model that cannot be stored is said to be in memory alone, and is stored once there is room", async () => {
  const fake = await written();
  fake.isFull = true;
  await button(/^Train on/).click();
  await expect.element(page.getByText("The model is trained, and could not be stored.")).toBeVisible();
  await expect.element(page.getByText("Its scores are kept.", { exact: false })).toBeVisible();
  await expect.element(link(/^Train .*done/)).not.toBeInTheDocument();
  expect(saved(fake).training?.model).toBeUndefined();
  expect(asksBeforeLeaving()).toBe(true);

  fake.failures.set("saveTrained", new ClinfuseError("quota-exceeded", "full", { what: "store it" }));
  await button("Try to save it again").click();
  await expect.element(page.getByText("The browser's storage is full")).toBeVisible();
  await button("Try to save it again").click();
  await expect.element(link(/^Train .*done/)).toBeVisible();
  expect(saved(fake).training).toMatchObject({ model: "r1", results: { synthetic: { scores: { values: { f1: 0.412 } } } } });
  expect(asksBeforeLeaving()).toBe(false);
});

it("training again on a full disk keeps the model and the scores before", async () => {
  const fake = await trained();
  const before = structuredClone(saved(fake).training);
  fake.isFull = true;
  await button(/^Train again/).click();
  await expect
    .element(page.getByText("The model and the scores of the training before are still stored.", { exact: false }))
    .toBeVisible();
  expect(saved(fake).training).toEqual(before);
  expect(fake.deleted).toEqual([]);
});

it("the time of a step is there after a reload", async () => {
  const fake = await trained();
  await expect.poll(() => Object.keys(saved(fake).spent).sort()).toEqual(["generate", "train"]);
  await reloaded(fake, "evaluate");
  await page.getByText("Where the time went").click();
  await expect.element(page.getByRole("listitem").filter({ hasText: /^Train: / })).toBeVisible();
});

it("scores without their model are no green tick: the files were deleted, or a kill came before they were stored", async () => {
  const fake = await reloaded(await trained(), "train", (f) => f.lost.set("r1", { kind: "missing" }));
  await expect.element(page.getByText("The trained model is not in this browser any more.")).toBeVisible();
  await expect.element(link(/^Train .*done/)).not.toBeInTheDocument();
  await button(/^Train again/).click();
  await expect.element(link(/^Train .*done/)).toBeVisible();
  expect(saved(fake).training?.model).toBe("r1");
});

it("damaged files are named", async () => {
  await reloaded(await trained(), "train", (f) => f.lost.set("r1", { kind: "damaged", files: ["config.json"] }));
  await expect.element(page.getByText("config.json is missing.", { exact: false })).toBeVisible();
});

it("a training that another tab is at is not said to be left, and its result is shown when that tab tells", async () => {
  const before = await written();
  const fake = await reloaded(before, "train", (f) => {
    const leftOff = () => Promise.reject(new ClinfuseError("training-busy", "busy", { what: "trained:r1" }));
    Object.assign(f.services.train, { leftOff });
  });
  await expect.element(page.getByText("Another tab is training this run.", { exact: false })).toBeVisible();
  await expect.element(button(/^Train on/)).toBeDisabled();
  Object.assign(fake.services.train, { leftOff: async () => undefined });
  const other = structuredClone(saved(fake));
  const training = { device: "wasm", model: "r1", basis: { run: "run-1", examples: 10, settings: {} }, history: [], results: {} };
  fake.saved.set("r1", { ...other, training, title: "trained there", version: (other.version ?? 0) + 1 } as unknown as Notebook);
  fake.tell({ type: "changed", id: "r1", version: (other.version ?? 0) + 1 });
  await expect.element(page.getByLabelText("Name of this run")).toHaveValue("trained there");
  await expect.element(page.getByText("Another tab is training this run.", { exact: false })).not.toBeInTheDocument();
});

it("an epoch validates best so far while the stage goes on, and validated best once it is over", async () => {
  const fake = await written();
  fake.pace = 40;
  await button(/^Train on/).click();
  await expect.element(page.getByText(/Stage I, few-shot: epoch \d+ validates best so far/)).toBeVisible();
  fake.pace = 1;
  await expect.element(link("Go on to Evaluate")).toBeVisible();
  await expect.element(page.getByText(/Stage II, synthetic: epoch \d+ validated best/)).toBeVisible();
  await expect.element(page.getByText(/best so far/)).not.toBeInTheDocument();
});

it("leaving is asked about only where something would be lost: not while a training is kept on its way", async () => {
  const fake = await written();
  fake.pace = 40;
  expect(asksBeforeLeaving()).toBe(false);
  await button(/^Train on/).click();
  await expect.element(page.getByRole("region", { name: "Training, running" })).toBeVisible();
  expect(asksBeforeLeaving()).toBe(false);
  fake.pace = 1;
  await expect.element(link("Go on to Evaluate")).toBeVisible();
  await expect.poll(() => saved(fake).spent?.train).toBeDefined(); // else the last save of the training takes the failure
  fake.failures.set("put", new ClinfuseError("quota-exceeded", "full", { what: "save the run" }));
  await page.getByLabelText("Name of this run").fill("other");
  await page.getByRole("heading", { level: 1 }).click();
  await expect.poll(asksBeforeLeaving).toBe(true);
});
