// The Apply page: a trained model on pasted notes and files, corrected and taken away. Services are a test's own.

import { beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import type { Services } from "../../src/ui/services.ts";
import { token } from "./fake-examples.ts";
import { fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });

const data = {
  source: "sample",
  remarks: [],
  train: [token("Patient 1 had asthma .", "asthma")],
  validation: [],
  test: [token("She had fever .", "fever")],
};
const knowledge = { topics: { Disease: [] }, styles: [{ name: "letter", source: "paper" as const }], lexicon: [] };
const training = { model: "r1-model", results: {}, basis: {} } as never;

/** A model that finds asthma, wherever it stands. */
async function opened() {
  const fake = fakeServices({ ...newNotebook("r1", 1), title: "My model", data, knowledge, training });
  const predict: Services["train"]["predict"] = async function* ({ examples }) {
    const failure = fake.failures.get("predict");
    if (failure) throw failure;
    const found = examples.map((example) => {
      if (example.kind !== "token") throw new Error("a token task asks token examples");
      const spans = [...example.text.matchAll(/asthma/gi)].map(({ index }) => ({
        start: index,
        end: index + 6,
        label: "Disease",
      }));
      return { ...example, spans };
    });
    yield { type: "predicted", done: found.length, examples: found };
  };
  location.hash = "#/apply";
  await render(App, { services: { ...fake.services, train: { ...fake.services.train, predict } } });
  await expect.element(page.getByRole("heading", { level: 1, name: "Apply" })).toBeVisible();
  return fake;
}

it("empty: says that nothing is trained yet", async () => {
  location.hash = "#/apply";
  await render(App, { services: fakeServices(newNotebook("r1", 1)).services });
  await expect.element(page.getByText("No run of this browser has a trained model yet")).toBeVisible();
});

it("done: marks in the whole note, a correction by keys, and a new run with it among the examples", async () => {
  const fake = await opened();
  await expect.element(button("Read the note")).toBeDisabled();
  await page.getByRole("textbox", { name: "Note" }).fill("History\nShe had asthma and gout.\n\nNo asthma now.");
  await button("Read the note").click();
  const found = page.getByRole("region", { name: "What it found" });
  await expect.element(found.getByText("1 note by “My model”: 2 Disease.")).toBeVisible();
  expect([...document.querySelectorAll("main mark")].map((mark) => mark.textContent)).toEqual(["asthma", "asthma"]);

  await button("Correct").click();
  await button("Correct sentence 2").click();
  const area = page.getByLabelText("Text to mark").element() as HTMLTextAreaElement;
  area.focus();
  area.setSelectionRange("She had asthma and ".length, "She had asthma and gout".length);
  await userEvent.keyboard("1");
  await button("Keep it so").click();
  await expect.element(page.getByText("corrected by you")).toBeVisible();
  await expect.element(found.getByText("3 Disease.")).toBeVisible();

  // The notes and the correction outlive a look at another page, and closing the tab is asked about.
  const asksBeforeLeaving = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
  location.hash = "#/device";
  await expect.element(page.getByRole("heading", { level: 1, name: "Device" })).toBeVisible();
  expect(asksBeforeLeaving()).toBe(true);
  location.hash = "#/apply";
  await expect.element(found.getByText("3 Disease.")).toBeVisible();

  await button("Begin a run with them").click();
  await expect.element(page.getByRole("heading", { level: 1, name: "Generate" })).toBeVisible();
  await expect.poll(asksBeforeLeaving).toBe(false);
  const copy = [...fake.saved.values()].find(({ id }) => id !== "r1");
  expect(copy?.data?.train.map((example) => (example.kind === "token" ? example.text : ""))).toEqual([
    "Patient 1 had asthma .",
    "She had asthma and gout.",
  ]);
  expect(copy?.data?.train[1]).toMatchObject({
    spans: [
      { start: 8, end: 14 },
      { start: 19, end: 23 },
    ],
  });
  expect(copy?.training).toBeUndefined();
});

it("reads a table by its column, filters, and says what a format cannot carry", async () => {
  await opened();
  const table = new File(['id,note\n1,"Asthma and asthma."\n2,=gout\n'], "notes.csv", { type: "text/csv" });
  await userEvent.upload(page.getByLabelText("Files to read"), table);
  await expect.element(page.getByText('notes.csv: 2 rows, the column "note".')).toBeVisible();
  const list = page.getByRole("region", { name: "What it found" }).getByRole("listitem");
  await expect.element(list.nth(1)).toBeVisible();
  await page.getByRole("combobox", { name: "With" }).selectOptions("Disease");
  await expect.element(page.getByText("=gout")).not.toBeInTheDocument();
  await page.getByRole("combobox", { name: "With" }).selectOptions("any label or none");
  await page.getByRole("searchbox").fill("gout");
  await expect.element(page.getByText("=gout")).toBeVisible();
  await page.getByRole("combobox", { name: "Format" }).selectOptions("CoNLL");
  await expect.element(page.getByText(/CoNLL holds words, not the text between them/)).toBeVisible();
});

it("error: a table without a column of notes, and a model that cannot be loaded, with the way out", async () => {
  const fake = await opened();
  const table = new File(["a,b\n1,2\n"], "t.csv", { type: "text/csv" });
  await userEvent.upload(page.getByLabelText("Files to read"), table);
  await expect.element(page.getByRole("alert")).toBeVisible();
  await expect.element(page.getByRole("alert")).toHaveTextContent("t.csv has no column that is called text or note");
  await button("Dismiss").click();
  fake.failures.set("predict", new ClinfuseError("trained-missing", "the files are gone", { what: "r1-model" }));
  await page.getByRole("textbox", { name: "Note" }).fill("Asthma.");
  await button("Read the note").click();
  await expect.element(page.getByRole("alert")).toBeVisible();
  await expect.element(page.getByRole("region", { name: "What it found" })).not.toBeInTheDocument();
});

/** A trained model of another task, which gives every example this label. */
async function openedFor(task: "mqp" | "cdr", label: string, cut: readonly boolean[] = []) {
  const notebook = { ...newNotebook("r1", 1), title: "My model", data: { ...data, train: [], test: [] }, knowledge, training };
  const fake = fakeServices({ ...notebook, config: { ...notebook.config, task } });
  const predict: Services["train"]["predict"] = async function* ({ examples }) {
    const labelled = examples.map((example) => ({ ...example, label })) as never;
    yield { type: "predicted", done: examples.length, examples: labelled, cut };
  };
  location.hash = "#/apply";
  await render(App, { services: { ...fake.services, train: { ...fake.services.train, predict } } });
  await expect.element(page.getByRole("heading", { level: 1, name: "Apply" })).toBeVisible();
  return fake;
}

it("says of how many texts a part was not read", async () => {
  await openedFor("mqp", "equivalent", [true, false]);
  const rows = new File(["text_1,text_2\nIs it gout?,Have I gout?\nIs it flu?,Have I flu?\n"], "r.csv");
  await userEvent.upload(page.getByLabelText("Files to read"), rows);
  await expect.element(page.getByText("1 of 2 texts is longer than the model reads: a part of it was not read.")).toBeVisible();
});

it("compares two texts that are typed, and says which one lacks", async () => {
  await openedFor("mqp", "equivalent");
  await page.getByLabelText("First text").fill("Is it gout?");
  await button("Read the note").click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("It was not read: the second text is empty.");
  await page.getByLabelText("Second text").fill("Have I gout?");
  await button("Read the note").click();
  await expect.element(page.getByText("1 note by “My model”: 1 equivalent.")).toBeVisible();
  await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
});

it("relates two names in a typed sentence and in a table's rows, and a corrected one begins a run", async () => {
  const fake = await openedFor("cdr", "induce");
  await page.getByLabelText("Sentence that names both").fill("Zolmine gave him gout.");
  await page.getByLabelText("Chemical in it").fill("Zolmine");
  await page.getByLabelText("Disease in it").fill("gout");
  await button("Read the note").click();
  await expect.element(page.getByText("1 note by “My model”: 1 induce.")).toBeVisible();
  await page.getByLabelText("Disease in it").fill("cough");
  await button("Read the note").click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("the text does not hold the Disease");
  const rows = new File(["text,head,tail\nZolmine and gout.,Zolmine,gout\nNothing.,Zolmine,gout\n"], "r.csv");
  await userEvent.upload(page.getByLabelText("Files to read"), rows);
  await expect.element(page.getByText(/r\.csv: 2 rows.*1 of them asks nothing, the first in line 3/)).toBeVisible();
  await expect.element(page.getByText("2 notes by “My model”: 1 induce.")).toBeVisible();
  await expect.element(page.getByRole("alert")).not.toBeInTheDocument(); // it was said of another reading
  await button("Correct").first().click();
  await button("Correct sentence 1").click();
  await page.getByRole("radio", { name: /not induce/ }).click();
  await button("Keep it so").click();
  await expect.element(page.getByText("2 notes by “My model”: 1 not induce.")).toBeVisible();
  await button("Begin a run with them").click();
  await expect.element(page.getByRole("heading", { level: 1, name: "Generate" })).toBeVisible();
  const copy = [...fake.saved.values()].find(({ id }) => id !== "r1");
  expect(copy?.data?.train).toEqual([
    {
      kind: "relation",
      text: "Zolmine and gout.",
      head: { start: 0, end: 7, label: "Chemical" },
      tail: { start: 12, end: 16, label: "Disease" },
      label: "not_induce",
    },
  ]);
});

it("stopped in a folder of notes: keeps what was read, and goes on from there", async () => {
  const fake = fakeServices({ ...newNotebook("r1", 1), title: "My model", data, knowledge, training });
  const asked: string[][] = [];
  const predict: Services["train"]["predict"] = async function* ({ examples }, signal = new AbortController().signal) {
    asked.push(examples.map((example) => (example.kind === "token" ? example.text : "")));
    for (const [i, example] of examples.entries()) {
      yield { type: "predicted", done: i + 1, examples: [example] };
      const first = asked.length === 1 && i === 1;
      if (first) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    }
  };
  location.hash = "#/apply";
  await render(App, { services: { ...fake.services, train: { ...fake.services.train, predict } } });
  const notes = ["One.", "Two.", "Three.", "One."].map((text, i) => new File([text], `${i}.txt`));
  await userEvent.upload(page.getByLabelText("Files to read"), notes);
  await expect.element(page.getByText("Reading sentence 2 of 3", { exact: true })).toBeVisible();
  await button("Stop").click();
  await expect.element(page.getByText(/2 answers stayed when it ended/)).toBeVisible();
  await userEvent.upload(page.getByLabelText("Files to read"), notes);
  await expect.element(page.getByText("4 notes by “My model”: nothing was found.")).toBeVisible();
  await expect.element(page.getByText(/answers stayed/)).not.toBeInTheDocument();
  expect(asked).toEqual([["One.", "Two.", "Three."], ["Three."]]);
});
