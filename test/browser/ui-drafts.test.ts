// Texts that are typed and not submitted: there when the reader comes back to the page, asked about before the tab is closed.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { cleanup, render } from "vitest-browser-svelte";
import type { Notebook } from "../../src/experiment/notebook.ts";
import { basisOf } from "../../src/experiment/training-basis.ts";
import { noExamples } from "../../src/tasks/example-rows.ts";
import type { OwnTask } from "../../src/tasks/own-store.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import type { Services } from "../../src/ui/services.ts";
import { type Fake, fakeServices } from "./fake-services.ts";
import { knowledgeOfRun, rowsOfRun } from "./run-page.ts";

beforeEach(() => {
  location.hash = "";
});

const gathered: Notebook = { ...newNotebook("r1", 1), data: rowsOfRun(), knowledge: knowledgeOfRun };
const scores = { values: { f1: 0.5 }, perLabel: { Disease: { precision: 1, recall: 1, f1: 1, support: 1 } }, examples: 2 };
const trained: Notebook = {
  ...gathered,
  training: {
    device: "wasm",
    model: "r1",
    basis: basisOf(gathered.config, undefined, 0),
    history: [],
    results: { few: { scores, predicted: rowsOfRun().test } },
  },
};
const half = {
  name: "Findings",
  family: "relation",
  labels: ["causes", "none"].map((name) => ({ id: name, name, description: name })),
};
const own = {
  id: "own-1",
  updatedAt: 1,
  half: { ...half, head: { word: "drug", type: "drug" }, tail: { word: "symptom", type: "symptom" } },
  examples: noExamples,
} as OwnTask;

/** The page at an address, in a browser with a run and a task of the user's own. */
async function at(address: string, { services }: Pick<Fake, "services"> = fakeServices(gathered)): Promise<Services> {
  if (!(await services.tasks.get(own.id))) await services.tasks.put(own);
  location.hash = address;
  await render(App, { services });
  return services;
}

/** Leaves the page, and comes back to it. */
async function away(address: string): Promise<void> {
  location.hash = "#/learn";
  await expect.element(page.getByRole("heading", { level: 1 })).toHaveTextContent("Learn");
  location.hash = address;
}

/** Tells whether the browser would ask before the tab is closed. */
const asks = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));

it.each([
  ["a sentence to try", trained, "#/run/r1/evaluate", "", "Sentence"],
  ["a style", gathered, "#/run/r1/knowledge", "", "Another style"],
  ["names of a graph", gathered, "#/knowledge", "Paste a list of names", "Names"],
  ["a note", trained, "#/apply", "", "Text or note"],
])("keeps %s that is not submitted", async (_, notebook, address, fold, label) => {
  await at(address, fakeServices(notebook));
  if (fold) await page.getByText(fold, { exact: true }).click();
  const box = page.getByLabelText(label, { exact: true });
  expect(asks()).toBe(false);
  await box.fill("a fever");
  await away(address);
  await expect.element(box).toHaveValue("a fever");
  expect(asks()).toBe(true);
});

it("asks no more once the text is submitted, though it stays in its box", async () => {
  await at("#/run/r1/evaluate", fakeServices(trained));
  const box = page.getByLabelText("Sentence", { exact: true });
  await box.fill("a fever");
  expect(asks()).toBe(true);
  await page.getByRole("button", { name: "Read it" }).click();
  await expect.element(box).toHaveValue("a fever");
  expect(asks()).toBe(false);
});

it("asks no more once the text's run is deleted", async () => {
  await at("#/run/r1/evaluate", fakeServices(trained));
  await page.getByLabelText("Sentence", { exact: true }).fill("a fever");
  expect(asks()).toBe(true);
  location.hash = "#/";
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("button", { name: "Delete the run" }).click();
  await expect.poll(asks).toBe(false);
});

it("keeps texts for a task of one's own beside it, through a closed tab, until they are taken", async () => {
  const services = await at("#/task/own-1");
  const box = page.getByLabelText("Type or paste texts");
  await box.fill("Lithium and tremor.");
  expect(asks()).toBe(false);
  await expect.poll(async () => (await services.tasks.get("own-1"))?.drafts).toEqual({ texts: "Lithium and tremor." });
  await cleanup();
  await at("#/task/own-1", { services });
  await expect.element(box).toHaveValue("Lithium and tremor.");
  await page.getByRole("button", { name: "Label it" }).click();
  await expect.element(box).toHaveValue("");
  await expect.poll(async () => (await services.tasks.get("own-1"))?.drafts).toEqual({});
});

it("keeps lines of a list of topics that name no pair yet", async () => {
  const services = await at("#/task/own-1");
  await page.getByRole("radio", { name: /^A list of yours/ }).click();
  const box = page.getByRole("textbox", { name: "Topics", exact: true });
  await box.fill("lithium");
  await expect.element(page.getByText("1 line was left out, for instance “lithium”.")).toBeVisible();
  await expect.poll(async () => (await services.tasks.get("own-1"))?.drafts).toBeDefined();
  await cleanup();
  await at("#/task/own-1", { services });
  await expect.element(page.getByRole("radio", { name: /^A list of yours/ })).toBeChecked();
  await expect.element(box).toHaveValue("lithium");
  await box.fill("lithium; tremor\nvalproate");
  await away("#/task/own-1");
  await expect.element(box).toHaveValue("lithium; tremor\nvalproate");
});

it("keeps of another tab's texts those of boxes in which nothing was typed here", async () => {
  const services = await at("#/task/own-1");
  const box = page.getByLabelText("Type or paste texts");
  const elsewhere = async (drafts: OwnTask["drafts"]) => {
    const now = (await services.tasks.get("own-1")) as OwnTask;
    await services.tasks.put({ ...now, updatedAt: now.updatedAt + 1, ...(drafts ? { drafts } : {}) }, now.updatedAt);
  };
  await elsewhere({ texts: "theirs" });
  await expect.element(box).toHaveValue("theirs");
  await elsewhere({});
  await expect.element(box).toHaveValue("");
  await box.fill("mine");
  await expect.poll(async () => (await services.tasks.get("own-1"))?.drafts).toEqual({ texts: "mine" });
  await elsewhere({ texts: "theirs" });
  await expect.element(box).toHaveValue("mine");
});

it("shows no text any more that another tab took", async () => {
  const services = await at("#/task/own-1");
  const box = page.getByLabelText("Type or paste texts");
  await box.fill("mine");
  await expect.poll(async () => (await services.tasks.get("own-1"))?.drafts).toEqual({ texts: "mine" });
  const now = (await services.tasks.get("own-1")) as OwnTask;
  const taken = { ...now, updatedAt: now.updatedAt + 1, drafts: {}, waiting: [["mine"]] };
  await services.tasks.put(taken, now.updatedAt);
  await expect.element(box).toHaveValue("");
});

it("keeps an example that is being labelled again where the reader leaves the page", async () => {
  const [text, causes] = ["Lithium and tremor.", "causes"];
  const head = { start: 0, end: 7, label: "drug" };
  const tail = { start: 12, end: 18, label: "symptom" };
  const examples = { train: [{ kind: "relation", text, head, tail, label: "none" } as const], validation: [], test: [] };
  const fake = fakeServices(gathered);
  await fake.services.tasks.put({ ...own, examples });
  const services = await at("#/task/own-1", fake);
  await page.getByRole("button", { name: /^Label .* again$/ }).click();
  await page.getByRole("group", { name: "Their relation" }).getByRole("radio", { name: causes }).click();
  location.hash = "#/tasks";
  await expect.poll(async () => (await services.tasks.get("own-1"))?.examples.train[0]).toMatchObject({ label: causes });
});

it("asks nothing where everything is deleted", async () => {
  await at("#/knowledge");
  await page.getByText("Paste a list of names", { exact: true }).click();
  await page.getByLabelText("Names", { exact: true }).fill("gout");
  location.hash = "#/privacy";
  await page.getByRole("button", { name: "Delete everything that Clinfuse keeps in this browser" }).click();
  expect(asks()).toBe(true);
  await page.getByRole("button", { name: "Delete everything", exact: true }).click();
  await expect.poll(asks).toBe(false);
});

it("keeps the word of a prompt that is being written when the tab is closed", async () => {
  const services = await at("#/task/own-1");
  await page.getByText("Change the words", { exact: true }).click();
  await page.getByLabelText("Subject of the texts").fill("toxicology");
  asks();
  await expect.poll(async () => (await services.tasks.get("own-1"))?.half.domain).toBe("toxicology");
});
