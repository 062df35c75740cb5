// Labelled examples on the page: their way from set to set by keys and by mouse, and the first rows of a file with more.

import { beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import type { Example } from "../../src/tasks/example.ts";
import type { LearnableTask } from "../../src/tasks/task.ts";
import { readTaskJson } from "../../src/tasks/task-file.ts";
import App from "../../src/ui/App.svelte";
import RowsImport from "../../src/ui/tasks/RowsImport.svelte";
import { fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

async function opened(train: readonly string[]) {
  const { services } = fakeServices();
  const examples = {
    train: train.map((text): Example => ({ kind: "token", text, spans: [] })),
    validation: [],
    test: [],
  };
  const labels = [{ id: "finding", name: "finding", description: "" }];
  await services.tasks.put({ id: "own-1", updatedAt: 1, half: { name: "Findings", family: "ner", labels }, examples });
  location.hash = "#/task/own-1";
  await render(App, { services });
  const setsOf = async () => {
    const kept = (await services.tasks.get("own-1"))?.examples;
    return [kept?.train.length, kept?.validation.length, kept?.test.length];
  };
  return { setOf: (text: string) => page.getByLabelText(`Set of “${text}”`), setsOf };
}

it("takes an example past one set to another by the keys, and the focus with it", async () => {
  const { setOf, setsOf } = await opened(["No fever.", "No rash."]);
  await expect.element(setOf("No fever.")).toBeVisible();
  (setOf("No fever.").element() as HTMLElement).focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  await expect.element(setOf("No fever.")).toHaveFocus();
  await expect.element(page.getByRole("button", { name: "Move to Test: “No fever.”" })).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await expect.poll(setsOf).toEqual([1, 0, 1]);
  await expect.element(setOf("No fever.")).toHaveFocus();
  await expect.element(setOf("No fever.")).toHaveDisplayValue("Test");
});

it("moves an example at once where its set is picked from the list", async () => {
  const { setOf, setsOf } = await opened(["No fever.", "No rash."]);
  await setOf("No rash.").selectOptions("Validate");
  await expect.poll(setsOf).toEqual([1, 1, 0]);
});

it("shows the rows of a JSON array that stands on one line", async () => {
  const task = readTaskJson({ name: "Own", family: "classification", labels: [{ name: "Urgent" }, { name: "Later" }] }, "t").task;
  const editor = { add: () => undefined, idNow: (id: string) => id, asNow: (example: Example) => example };
  await render(RowsImport, { task: task as LearnableTask, editor } as never);
  const rows = ["Angina.", "A stroke."].map((text) => ({ text, label: "Urgent" }));
  await userEvent.upload(page.getByLabelText("File of examples"), new File([JSON.stringify(rows)], "rows.json"));
  await expect.element(page.getByRole("cell", { name: "A stroke." })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Take 2 examples" })).toBeVisible();
});
