// Topics of one's own task: by types of a graph, where a label without any is named; by names to ask for; by lists, which may be half done.

import { expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { noExamples } from "../../src/tasks/example-rows.ts";
import type { OwnTask } from "../../src/tasks/own-store.ts";
import App from "../../src/ui/App.svelte";
import { fakeServices } from "./fake-services.ts";

it("names the labels that the graph has no topic for, until types are chosen for them", async () => {
  location.hash = "#/task/new";
  const fake = fakeServices();
  const { generate } = fake.services;
  const isHeld = /"(Drug|Disease)"/;
  const countTopics: typeof generate.countTopics = async ({ topics }) => (isHeld.test(JSON.stringify(topics)) ? 551 : 0);
  await render(App, { services: { ...fake.services, generate: { ...generate, countTopics } } });
  await page.getByLabelText("Name of the task").fill("Side effects");
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("drug");
  await page.getByRole("button", { name: "Add entity type" }).click();
  await page.getByRole("textbox", { name: "Entity type 2" }).fill("side effect");
  await page.getByRole("radio", { name: /^A knowledge graph/ }).click();
  const told = page.getByText(/topics in the starter graph/);
  await expect.element(told).toHaveTextContent("551 topics in the starter graph.");
  await expect.element(told).toHaveTextContent("It holds none for “side effect”: choose types for it as well.");

  await page.getByLabelText("Topics for", { exact: true }).selectOptions("side effect");
  await expect.element(page.getByText("The starter graph holds no such topic.")).toBeVisible();
  await page.getByRole("checkbox", { name: /^Disease/ }).click();
  await expect.element(told).toHaveTextContent("551 topics in the starter graph.");
  await expect.element(told).not.toHaveTextContent("It holds none");
});

/** A task of two entity types in the editor. */
async function twoTypes() {
  const task: OwnTask = {
    id: "own-1",
    updatedAt: 1,
    half: { name: "Events", family: "ner", labels: ["rash", "pump"].map((name) => ({ id: name, name, description: "" })) },
    examples: noExamples,
  };
  const { services } = fakeServices();
  await services.tasks.put(task);
  location.hash = "#/task/own-1";
  await render(App, { services });
  const kept = async () => (await services.tasks.get("own-1"))?.half;
  return { kept };
}

it("keeps the lines of a list that are left out where the label is renamed, and where that is undone", async () => {
  await twoTypes();
  await page.getByRole("radio", { name: /^A list of yours/ }).click();
  const lines = `wheal\n${"too long ".repeat(20)}`;
  await page.getByLabelText("For rash").fill(lines);
  const name = page.getByRole("textbox", { name: "Entity type 1" });
  await name.fill("eruption");
  await expect.element(page.getByLabelText("For eruption")).toHaveValue(lines);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.element(page.getByLabelText("For rash")).toHaveValue(lines);
  await expect.element(page.getByLabelText("For pump")).toHaveValue("");
});

it("keeps lists as far as they go, says which label lacks one, and shows them as Undo leaves them", async () => {
  const { kept } = await twoTypes();
  await page.getByRole("radio", { name: /^A list of yours/ }).click();
  const [rash, pump] = [page.getByLabelText("For rash"), page.getByLabelText("For pump")];
  await rash.fill("wheal\nhives");
  await expect.element(page.getByText("To go on: paste topics for pump too.")).toBeVisible();
  await expect.poll(kept).toMatchObject({ topicsFrom: "list", topicList: { each: { rash: [["wheal"], ["hives"]] } } });
  await pump.fill("syringe driver");
  await expect.element(page.getByText(/^To go on/)).not.toBeInTheDocument();
  await page.getByRole("button", { name: "Undo" }).click(); // what was typed at once is one change
  for (const box of [rash, pump]) await expect.element(box).toHaveValue("");
  await page.getByRole("button", { name: "Redo" }).click();
  await expect.element(rash).toHaveValue("wheal\nhives");
  await page.getByLabelText("Another list for each label").click();
  const all = "wheal\nhives\nsyringe driver";
  await expect.element(page.getByRole("textbox", { name: "Topics", exact: true })).toHaveValue(all);
  await expect.poll(kept).toMatchObject({ topicList: { every: [["wheal"], ["hives"], ["syringe driver"]] } });
});

it("takes choices along where a label has another name", async () => {
  const { kept } = await twoTypes();
  await page.getByRole("radio", { name: /^The language model/ }).click();
  const types = page.getByLabelText(/^Names to ask for/);
  await types.fill("rashes, hives");
  await userEvent.tab();
  await expect.element(types).toHaveValue("rashes, hives\npumps"); // a line for each label
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("wheal");
  await expect.poll(kept).toMatchObject({ entityTypes: { each: { wheal: ["rashes", "hives"], pump: ["pumps"] } } });
  await expect.element(page.getByText(/^To go on/)).not.toBeInTheDocument();
  await page.getByRole("button", { name: "Add entity type" }).click();
  await page.getByRole("textbox", { name: "Entity type 3" }).fill("drug");
  await expect.element(types).toHaveValue("rashes, hives\npumps\ndrugs");
});

it("gives the keyboard to the text that is to be labelled, not to what keeps it", async () => {
  await twoTypes();
  await page.getByLabelText("Type or paste texts").fill("A rash.\nA pump.");
  await page.getByRole("button", { name: "Label these 2 examples" }).click();
  await expect.element(page.getByLabelText("Text to mark")).toHaveFocus();
});
