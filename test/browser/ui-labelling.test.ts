// Labelling on the page: marks by selection and number keys, their undoing, labels by keys, pairs side by side; and what is kept.

import { beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import type { OwnTasks } from "../../src/store/own-tasks.ts";
import type { Example } from "../../src/tasks/example.ts";
import type { OwnTask } from "../../src/tasks/own-store.ts";
import type { Label, LearnableTask } from "../../src/tasks/task.ts";
import { readTaskJson } from "../../src/tasks/task-file.ts";
import App from "../../src/ui/App.svelte";
import PairLabelling from "../../src/ui/tasks/PairLabelling.svelte";
import RelationLabelling from "../../src/ui/tasks/RelationLabelling.svelte";
import RowsImport from "../../src/ui/tasks/RowsImport.svelte";
import SentenceLabelling from "../../src/ui/tasks/SentenceLabelling.svelte";
import TokenLabelling from "../../src/ui/tasks/TokenLabelling.svelte";
import { fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

const described = [
  { name: "causes", description: "the drug causes the symptom" },
  { name: "none", description: "it does not" },
];
const taskOf = (json: object) => readTaskJson({ name: "Own", ...json }, "t").task as LearnableTask<never>;
const ner = taskOf({ family: "ner", labels: [{ name: "drug" }, { name: "symptom" }] });

function labelling(task: LearnableTask<never>, texts: readonly string[]) {
  const told: { example: Example | undefined; kept: number } = { example: undefined, kept: 0 };
  const props = {
    task,
    texts,
    example: undefined,
    change: (example: Example | undefined) => {
      told.example = example;
    },
    keep: () => {
      told.kept++;
    },
  };
  return { told, props };
}

function select(text: string) {
  const area = page.getByLabelText("Text to mark").element() as HTMLTextAreaElement;
  const start = area.value.indexOf(text);
  area.focus();
  area.setSelectionRange(start, start + text.length);
}

it("marks what is selected by the number of a label, takes marks away, undoes and does again", async () => {
  const text = "Aspirin eased the fever.";
  const { told, props } = labelling(ner, [text]);
  await render(TokenLabelling, props as never);
  const marks = () =>
    told.example?.kind === "token" ? told.example.spans.map((s) => [text.slice(s.start, s.end), s.label]) : [];
  select("fever");
  await userEvent.keyboard("2");
  select("Aspirin ");
  await userEvent.keyboard("1");
  expect(marks()).toEqual([
    ["Aspirin", "drug"],
    ["fever", "symptom"],
  ]);
  await expect.element(page.getByText("“Aspirin” is marked as drug.")).toBeInTheDocument();
  await userEvent.keyboard("{Control>}z{/Control}");
  expect(marks()).toEqual([["fever", "symptom"]]);
  await userEvent.keyboard("{Control>}y{/Control}");
  expect(marks()).toEqual([
    ["Aspirin", "drug"],
    ["fever", "symptom"],
  ]);
  select("fever");
  await userEvent.keyboard("{Delete}");
  expect(marks()).toEqual([["Aspirin", "drug"]]);
  await page.getByRole("button", { name: "Take the mark from “Aspirin”" }).click();
  expect(marks()).toEqual([]);
  await userEvent.keyboard("x"); // the text is not typed over
  expect((page.getByLabelText("Text to mark").element() as HTMLTextAreaElement).value).toBe(text);
  select("Aspirin");
  await userEvent.keyboard("{Enter}");
  expect(told.kept).toBe(1);
});

it("marks by button what is selected by mouse, in any script", async () => {
  const text = "患者に発疹が出た。";
  const { told, props } = labelling(ner, [text]);
  await render(TokenLabelling, props as never);
  await expect.element(page.getByRole("button", { name: "2 symptom" })).toBeDisabled();
  select("発疹");
  document.activeElement?.dispatchEvent(new Event("select", { bubbles: true }));
  await page.getByRole("button", { name: "2 symptom" }).click();
  expect(told.example).toMatchObject({ spans: [{ start: 3, end: 5, label: "symptom" }] });
});

it("marks what is selected in a text whose lines end by CR LF, and takes the mark away", async () => {
  const text = "Seen today.\r\nShe had fever.\r\nNo cough.\r\n";
  const { told, props } = labelling(ner, [text]);
  await render(TokenLabelling, props as never);
  select("cough");
  await userEvent.keyboard("2");
  expect(told.example).toMatchObject({
    text,
    spans: [{ start: text.indexOf("cough"), end: text.indexOf(".\r\n", 30), label: "symptom" }],
  });
  select("cough");
  await userEvent.keyboard("{Delete}");
  expect(told.example).toMatchObject({ spans: [] });
});

it("labels a text by number keys: one label, or several", async () => {
  const one = labelling(taskOf({ family: "classification", labels: [{ name: "urgent" }, { name: "routine" }] }), ["Chest pain"]);
  const { unmount } = await render(SentenceLabelling, one.props as never);
  page
    .getByRole("radio", { name: /urgent/ })
    .element()
    .dispatchEvent(new Event("focus"));
  (page.getByRole("radio", { name: /urgent/ }).element() as HTMLElement).focus();
  await userEvent.keyboard("2");
  expect(one.told.example).toEqual({ kind: "sentence", text: "Chest pain", labels: ["routine"] });
  await userEvent.keyboard("{Enter}");
  expect(one.told.kept).toBe(1);
  await unmount();

  const any = labelling(taskOf({ family: "classification", carries: "any", labels: [{ name: "heart" }, { name: "lung" }] }), [
    "Both",
  ]);
  await render(SentenceLabelling, any.props as never);
  (page.getByRole("checkbox", { name: /heart/ }).element() as HTMLElement).focus();
  await userEvent.keyboard("21");
  expect(any.told.example).toMatchObject({ labels: ["heart", "lung"] });
  await userEvent.keyboard("2");
  expect(any.told.example).toMatchObject({ labels: ["heart"] });
});

it("wants both entities and a relation, and keeps one mark of each kind", async () => {
  const task = taskOf({ family: "relation", head: { word: "drug" }, tail: { word: "symptom" }, labels: described });
  const text = "Lithium caused tremor and thirst.";
  const { told, props } = labelling(task, [text]);
  await render(RelationLabelling, props as never);
  select("Lithium");
  await userEvent.keyboard("1");
  select("tremor");
  await userEvent.keyboard("2");
  expect(told.example).toBeUndefined();
  await userEvent.keyboard("3");
  expect(told.example).toMatchObject({ head: { start: 0, end: 7 }, tail: { start: 15, end: 21 }, label: "causes" });
  select("thirst");
  await userEvent.keyboard("2");
  expect(told.example).toMatchObject({ tail: { start: 26, end: 32, label: "symptom" } });
});

it("shows both texts of a pair and takes how they relate", async () => {
  const { told, props } = labelling(taskOf({ family: "pair", labels: described }), ["Why?", "How come?"]);
  await render(PairLabelling, props as never);
  await expect.element(page.getByText("Why?")).toBeVisible();
  await page.getByRole("radio", { name: /none/ }).click();
  expect(told.example).toEqual({ kind: "pair", first: "Why?", second: "How come?", label: "none" });
});

it("keeps a new task as it grows, undoes a change, and follows a renamed label into its examples", async () => {
  const { services } = fakeServices();
  location.hash = "#/task/new";
  await render(App, { services });
  await page.getByLabelText("Name of the task").fill("Findings");
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("finding");
  await expect.element(page.getByText(/create a dataset for finding recognition/)).toBeVisible();
  await page.getByLabelText("Type or paste texts").fill("She had a rash.\nNo fever.");
  await page.getByRole("button", { name: "Label these 2 examples" }).click();
  select("rash");
  await userEvent.keyboard("1{Enter}");
  await expect.element(page.getByText("Still missing: 4 of “finding” to train; 5 of “finding” to validate.")).toBeVisible();
  await expect.element(page.getByLabelText("Text to mark")).toHaveFocus();
  await page.getByRole("button", { name: "Leave it out" }).click();
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("sign");
  await expect.poll(async () => (await services.tasks.list())[0]?.examples.train).toMatchObject([{ spans: [{ label: "sign" }] }]);
  await page.getByRole("button", { name: "Remove “She had a rash.”" }).click();
  await expect.poll(async () => (await services.tasks.list())[0]?.examples.train).toEqual([]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await services.tasks.list())[0]?.examples.train).toHaveLength(1);
});

it("says what a task still lacks, and offers no run until then", async () => {
  const { services } = fakeServices();
  location.hash = "#/task/new";
  await render(App, { services });
  await expect.element(page.getByText("To go on: give the task a name.")).toBeVisible();
  await page.getByLabelText("Name of the task").fill("Same complaint");
  await page.getByRole("radio", { name: /^Two texts side by side/ }).click();
  await page.getByRole("textbox", { name: "Label 1" }).fill("same");
  await expect.element(page.getByText("To go on: say what label 1 means.")).toBeVisible();
  expect(page.getByRole("button", { name: "Start a run" }).query()).toBeNull();
});

async function openedTask() {
  const { services } = fakeServices();
  const task: OwnTask = {
    id: "own-1",
    updatedAt: 1,
    half: { name: "Findings", family: "ner", labels: [{ id: "finding", name: "finding", description: "" }] },
    examples: { train: [], validation: [], test: [] },
    waiting: [["She had a rash."], ["No fever."]],
  };
  await services.tasks.put(task);
  location.hash = "#/task/own-1";
  await render(App, { services });
  await expect.element(page.getByLabelText("Text to mark")).toBeVisible();
  const train: readonly Example[] = [{ kind: "token", text: "A cough.", spans: [{ start: 2, end: 7, label: "finding" }] }];
  const there = { ...task, updatedAt: 2, examples: { train, validation: [], test: [] } };
  return { services, task, there };
}

/** As another tab keeps the task, after whatever this one has kept of it. */
async function keepElsewhere({ tasks }: { readonly tasks: OwnTasks }, task: OwnTask): Promise<void> {
  const { updatedAt = 0 } = (await tasks.get(task.id)) ?? {};
  const { kind } = await tasks.put({ ...task, updatedAt: updatedAt + 1 }, updatedAt);
  if (kind === "outdated") await keepElsewhere({ tasks }, task);
}

it("follows a renamed label into marks that are not kept yet, and lets go of one that is gone", async () => {
  const { services } = await openedTask();
  select("rash");
  await userEvent.keyboard("1");
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("sign");
  await expect.element(page.getByRole("button", { name: "1 sign" })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Take the mark from “rash”" })).toBeVisible();
  await page.getByRole("button", { name: "Add entity type" }).click();
  await page.getByRole("textbox", { name: "Entity type 2" }).fill("site");
  select("She");
  await userEvent.keyboard("2");
  await page.getByRole("button", { name: "Remove site" }).click();
  await page.getByRole("button", { name: "Keep the example" }).click();
  await expect
    .poll(async () => (await services.tasks.list())[0]?.examples.train)
    .toEqual([{ kind: "token", text: "She had a rash.", spans: [{ start: 10, end: 14, label: "sign" }] }]);
  await page.getByRole("link", { name: "All tasks" }).click();
  await expect.element(page.getByRole("link", { name: "Findings" })).toBeVisible();
  expect(page.getByText("not finished").query()).toBeNull();
});

it("keeps marks of a text that is not an example yet, where one leaves the page and comes back", async () => {
  const { services } = await openedTask();
  select("rash");
  await userEvent.keyboard("1");
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("sign");
  await page.getByRole("link", { name: "All tasks" }).click();
  await page.getByRole("link", { name: "Findings" }).click();
  await expect.element(page.getByRole("button", { name: "Take the mark from “rash”" })).toBeVisible();
  await page.getByRole("button", { name: "Keep the example" }).click();
  await expect
    .poll(async () => (await services.tasks.list())[0])
    .toMatchObject({ examples: { train: [{ spans: [{ label: "sign" }] }] }, waiting: [["No fever."]] });
  expect((await services.tasks.list())[0]).not.toHaveProperty("underWay");
});

it("takes rows of a file by labels that were renamed while it was open", async () => {
  const { services } = await openedTask();
  await page.getByText("Read them from a file").click();
  const row = JSON.stringify({ text: "A cough.", spans: [[2, 7, "finding"]] });
  await userEvent.upload(page.getByLabelText("File of examples"), new File([row], "rows.jsonl"));
  await expect.element(page.getByRole("button", { name: "Take 1 example" })).toBeVisible();
  await page.getByRole("textbox", { name: "Entity type 1" }).fill("sign");
  await expect.element(page.getByLabelText(/^finding/)).toHaveDisplayValue("sign");
  await page.getByRole("button", { name: "Take 1 example" }).click();
  await expect.poll(async () => (await services.tasks.list())[0]?.examples.train).toMatchObject([{ spans: [{ label: "sign" }] }]);
});

it("asks anew for a text that was labelled in another form of task", async () => {
  const { services } = await openedTask();
  await page.getByRole("button", { name: "Add entity type" }).click();
  await page.getByRole("textbox", { name: "Entity type 2" }).fill("site");
  await page.getByRole("radio", { name: /^Topics of a text/ }).click();
  await page
    .getByRole("group", { name: "Its label" })
    .getByRole("radio", { name: /finding/ })
    .click();
  await page.getByRole("radio", { name: /^Entities in a text/ }).click();
  await page.getByRole("button", { name: "Keep the example" }).click();
  await expect
    .poll(async () => (await services.tasks.list())[0]?.examples.test)
    .toEqual([{ kind: "token", text: "She had a rash.", spans: [] }]);
});

it("asks again for texts with several labels, or none, where a text is to carry one", async () => {
  const { services } = fakeServices();
  const [a, b] = ["heart", "lung"].map((id) => ({ id, name: id, description: "" })) as [Label, Label];
  const sentence = (text: string, labels: readonly string[]): Example => ({ kind: "sentence", text, labels });
  const train = [sentence("Angina.", ["heart"]), sentence("Angina and cough.", ["heart", "lung"])];
  const examples = { train, validation: [sentence("A fracture.", [])], test: [] };
  const half = { name: "Organs", family: "classification", carries: "any", labels: [a, b] } as const;
  await services.tasks.put({ id: "own-1", updatedAt: 1, half, examples });
  location.hash = "#/task/own-1";
  await render(App, { services });
  const several = page.getByRole("checkbox", { name: /^A text may carry several/ });
  await expect.element(page.getByText(/^Without it, 2 examples/)).toBeVisible();
  await several.click();
  await expect.element(page.getByText("Label this one; 1 text after it")).toBeVisible();
  await expect
    .poll(async () => (await services.tasks.get("own-1"))?.examples)
    .toEqual({ train: train.slice(0, 1), validation: [], test: [] });
  expect((await services.tasks.get("own-1"))?.waiting).toEqual([["Angina and cough."], ["A fracture."]]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await services.tasks.get("own-1"))?.examples).toEqual(examples);
});

it("shows what another tab keeps of the task, under marks that are not kept yet, and undoes it", async () => {
  const { services, there } = await openedTask();
  select("rash");
  await userEvent.keyboard("1");
  await keepElsewhere(services, there);
  await expect.element(page.getByText("Train: 1")).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByText("Train: 2")).toBeVisible();
  await expect
    .poll(async () => (await services.tasks.get("own-1"))?.examples.train)
    .toMatchObject([{ text: "A cough." }, { text: "She had a rash.", spans: [{ start: 10, end: 14, label: "finding" }] }]);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await services.tasks.get("own-1"))?.examples.train).toEqual([]);
});

it("does not lose what another tab has marked of the text that waits, when it keeps a change of its own", async () => {
  const { services, there } = await openedTask();
  const underWay: Example = { kind: "token", text: "She had a rash.", spans: [{ start: 10, end: 14, label: "finding" }] };
  await keepElsewhere(services, { ...there, underWay });
  await expect.element(page.getByText("Train: 1")).toBeVisible();
  await page.getByLabelText("Name of the task").fill("Findings here");
  await expect.poll(async () => await services.tasks.get("own-1")).toMatchObject({ half: { name: "Findings here" }, underWay });
  await page.getByRole("button", { name: "Leave it out" }).click();
  await expect.poll(async () => (await services.tasks.get("own-1"))?.waiting).toEqual([["No fever."]]);
  expect(await services.tasks.get("own-1")).not.toHaveProperty("underWay");
});

it("keeps no change over another tab's: its state is shown, and undo leads back", async () => {
  const { services, there } = await openedTask();
  const name = page.getByLabelText("Name of the task");
  await name.fill("Findings here"); // kept after a rest
  await services.tasks.put(there, 1);
  await expect.element(page.getByText(/^This task was changed in another tab meanwhile/)).toBeVisible();
  await expect.element(name).toHaveValue("Findings");
  await expect.element(page.getByText("Train: 1")).toBeVisible();
  expect((await services.tasks.get("own-1"))?.examples.train).toHaveLength(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.element(name).toHaveValue("Findings here");
  await expect.poll(async () => (await services.tasks.get("own-1"))?.half.name).toBe("Findings here");
});

it("does not bring back by itself a task that another tab deleted", async () => {
  const { services } = await openedTask();
  await page.getByLabelText("Name of the task").fill("Findings here");
  await services.tasks.delete("own-1");
  await expect.element(page.getByText(/^This task was deleted in another tab/)).toBeVisible();
  await page.getByLabelText("Name of the task").fill("Findings still here");
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(await services.tasks.list()).toEqual([]);
  await page.getByRole("button", { name: "Keep it again" }).click();
  await expect.poll(async () => (await services.tasks.list()).map(({ half }) => half.name)).toEqual(["Findings still here"]);
});

it("shows a task again that a third tab keeps after it was deleted, and keeps no change over it", async () => {
  const { services, there } = await openedTask();
  await services.tasks.delete("own-1");
  await expect.element(page.getByText(/^This task was deleted in another tab/)).toBeVisible();
  const name = page.getByLabelText("Name of the task");
  await name.fill("Findings here");
  await services.tasks.put(there);
  await expect.element(page.getByText(/^This task was changed in another tab meanwhile/)).toBeVisible();
  await expect.element(name).toHaveValue("Findings");
  expect(page.getByText(/^This task was deleted in another tab/).elements()).toEqual([]);
  expect((await services.tasks.get("own-1"))?.examples.train).toHaveLength(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.element(name).toHaveValue("Findings here");
});

const utf16 = (text: string) =>
  Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8])]);
const windows1252 = (text: string) => Uint8Array.from(text, (c) => (c === "\u2019" ? 0x92 : c.charCodeAt(0)));
const csv = "text,label\nSj\u00f6gren\u2019s flare,now\nMild cough,later\n";

it.each([
  ["Windows-1252", windows1252(csv), "1 line of calls.csv is no UTF-8 and was read as Windows-1252 (line 2)."],
  ["UTF-16", utf16(csv), "calls.csv is UTF-16 and was read so."],
])("reads a table in %s, and says so", async (_, bytes, remark) => {
  const task = taskOf({ family: "classification", labels: [{ name: "now" }, { name: "later" }] });
  const taken: Example[] = [];
  const editor = {
    add: (examples: readonly Example[]) => taken.push(...examples),
    idNow: (id: string) => id,
    asNow: (example: Example) => example,
  };
  await render(RowsImport, { task, editor } as never);
  await userEvent.upload(page.getByLabelText("File of examples"), new File([bytes], "calls.csv"));
  await expect.element(page.getByText(remark)).toBeInTheDocument();
  await page.getByRole("button", { name: "Take 2 examples" }).click();
  expect(new Set(taken.map((e) => e.kind === "sentence" && e.text))).toEqual(
    new Set(["Sj\u00f6gren\u2019s flare", "Mild cough"]),
  );
});
