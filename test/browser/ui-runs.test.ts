// The list of runs in each state, as a reader sees it: empty, loading, error, done. Found by role and label; services are a test's own.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { type Fake, fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const link = (name: string | RegExp) => page.getByRole("link", { name });
const open = (fake: Fake) => render(App, { services: fake.services });
const saved = (fake: Fake) => [...fake.saved.values()][0];

it("empty: welcomes, and begins a run that is there after a reload", async () => {
  const fake = fakeServices();
  await open(fake);
  await button("Start a run").click();
  await expect.element(page.getByRole("heading", { level: 1, name: "Task" })).toBeVisible();
  await expect.poll(() => fake.saved.size).toBe(1);
  expect(location.hash).toBe(`#/run/${saved(fake)?.id}/task`);
});

it("loading: says what it reads", async () => {
  const fake = fakeServices();
  fake.services.notebooks.list = () => new Promise(() => undefined);
  await open(fake);
  await expect.element(page.getByText("Reading your runs …")).toBeVisible();
});

it("error: says what the browser refuses and what helps, and tries again", async () => {
  const fake = fakeServices(newNotebook("r1", 1));
  fake.failures.set("list", new ClinfuseError("storage-unavailable", "the browser gives this page no storage"));
  await open(fake);
  await expect.element(page.getByRole("alert")).toHaveTextContent("Leave the private window");
  await button("Try again").click();
  await expect.element(link("BC5CDR-Disease, ClinGen with KG")).toBeVisible();
  await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
});

it("done: deletes when its name is confirmed, and not before", async () => {
  const fake = fakeServices({ ...newNotebook("r1", 1), run: "log" });
  await open(fake);
  await button(/^Delete/).click();
  const asked = page.getByRole("group", { name: "Delete “BC5CDR-Disease, ClinGen with KG” with its examples for good?" });
  await expect.element(asked).toBeVisible();
  await expect.element(button("Keep it")).toHaveFocus();
  await button("Keep it").click();
  await expect.element(button(/^Delete/)).toHaveFocus();
  expect(fake.saved.size).toBe(1);
  await button(/^Delete/).click();
  await button("Delete the run").click();
  await expect.element(page.getByText("“BC5CDR-Disease, ClinGen with KG” was deleted")).toBeVisible();
  await expect.element(button("Start a run")).toBeVisible();
  expect(fake.saved.size).toBe(0);
});

it("error: a run at which another tab works is not deleted", async () => {
  const fake = fakeServices(newNotebook("r1", 1));
  fake.failures.set("deleteRun", new ClinfuseError("run-busy", "another tab is at work on this run"));
  await open(fake);
  await button(/^Delete/).click();
  await button("Delete the run").click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("Another tab is working on this run");
  await expect.element(link("BC5CDR-Disease, ClinGen with KG")).toBeVisible();
});

it("an address of no run says so", async () => {
  location.hash = "#/run/gone/train";
  await open(fakeServices());
  await expect.element(page.getByRole("heading", { name: "There is no such run here" })).toBeVisible();
});
