// Looking up in the graph, as a reader does it: typing a name, opening a node, going on to a neighbour, by keyboard.

import { beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { token } from "./fake-examples.ts";
import { starter } from "./fake-graphs.ts";
import { type Fake, fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

async function lookup(own = false): Promise<Fake> {
  const data = { source: "sample", remarks: [], train: [token("He had asthma .", "asthma")], validation: [], test: [] };
  const fake = fakeServices({ ...newNotebook("r1", 1), data });
  if (!own) Object.assign(fake.services.generate, { graphs: async () => [starter] });
  location.hash = "#/knowledge";
  await render(App, { services: fake.services });
  if (own) await page.getByRole("button", { name: "Import the starter graph" }).click();
  await expect.element(page.getByRole("heading", { name: "Look up" })).toBeVisible();
  return fake;
}

const input = () => page.getByLabelText("Name or synonym");

it("finds nodes as a name is typed, misspelled too, and says when there is none", async () => {
  await lookup();
  await input().fill("asth");
  await expect.element(page.getByText("2 nodes found")).toBeVisible();
  await expect.element(page.getByRole("button", { name: "asthma", exact: true })).toBeVisible();
  await input().fill("astmha");
  await expect.element(page.getByText("2 nodes found")).toBeVisible();
  await input().fill("qqqq");
  await expect.element(page.getByText("No name or synonym is like this.")).toBeVisible();
});

it("opens a node with its neighbours, and goes on to one of them", async () => {
  await lookup();
  await input().fill("asthma");
  await page.getByRole("button", { name: "asthma", exact: true }).click();
  await expect.element(page.getByRole("heading", { name: "asthma", exact: true })).toBeVisible();
  await expect.element(page.getByRole("heading", { name: "treats ← Drug (1)" })).toBeVisible();
  const drug = page.getByRole("button", { name: "salbutamol" });
  (drug.element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("heading", { name: "salbutamol" })).toBeVisible();
  await expect.element(page.getByRole("heading", { name: "treats → Disease (1)" })).toBeVisible();
});

it("says how two nodes are linked", async () => {
  await lookup();
  await input().fill("asthma");
  await page.getByRole("button", { name: "asthma", exact: true }).click();
  await page.getByRole("button", { name: "Look for links from asthma" }).click();
  await input().fill("salbu");
  await page.getByRole("button", { name: "salbutamol" }).click();
  await page.getByRole("button", { name: "How is it linked to asthma?" }).click();
  await expect.element(page.getByText("asthma is linked to salbutamol by 1 link")).toBeVisible();
  await expect.element(page.getByText("← treats ←")).toBeVisible();
  await input().fill("gout");
  await page.getByRole("button", { name: "gout" }).click();
  await page.getByRole("button", { name: "How is it linked to asthma?" }).click();
  await expect.element(page.getByText("No way of three links or fewer leads from asthma to gout.")).toBeVisible();
});

it("shows what went wrong, and goes on at the next letter", async () => {
  const fake = await lookup();
  const { findNodes } = fake.services.generate;
  const broken = async () => {
    throw new ClinfuseError("storage-unavailable", "the database is closed");
  };
  Object.assign(fake.services.generate, { findNodes: broken });
  await input().fill("a");
  await expect.element(page.getByRole("alert")).toBeVisible();
  Object.assign(fake.services.generate, { findNodes });
  await input().fill("as");
  await expect.element(page.getByText("2 nodes found")).toBeVisible();
});

it("brings a graph in, then it is looked at, checked, renamed, put together with another and removed", async () => {
  const fake = await lookup(true);
  await userEvent.upload(page.getByLabelText("Files of a graph"), new File(["id"], "mine.tsv"));
  await page.getByLabelText("Name", { exact: true }).fill("Mine");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect.element(page.getByRole("heading", { level: 2, name: "Mine" })).toBeVisible();
  await expect.element(page.getByRole("radio", { name: /^Mine/ })).toBeChecked();
  await page.getByRole("button", { name: "Check the graph" }).click();
  await expect.element(page.getByText("The graph is sound", { exact: false })).toBeVisible();
  await page.getByLabelText("New name of the graph").fill("Renamed");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect.element(page.getByRole("heading", { level: 2, name: "Renamed" })).toBeVisible();
  await page.getByRole("button", { name: "Put together" }).click();
  await expect.element(page.getByText("2 nodes of the second graph are one", { exact: false })).toBeVisible();
  await page.getByRole("radio", { name: /^Renamed/ }).click();
  await page.getByRole("button", { name: "Remove this graph" }).click();
  await page.getByRole("button", { name: "Remove the graph" }).click();
  await expect.element(page.getByRole("heading", { level: 2, name: "Starter graph" })).toBeVisible();
  expect((await fake.services.generate.graphs(null)).map(({ name }) => name)).not.toContain("Renamed");
});
