// Topics of one's own task by the types of a graph: a label for which the graph holds none is named, also while another is looked at.

import { expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
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
