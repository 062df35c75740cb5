// The step Analyse as a reader sees it: the real measures and maps, over embeddings by words. Services are a test's own.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { cleanup, render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { token } from "./fake-examples.ts";
import { type Fake, fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const diseases = ["asthma", "migraine", "vertigo", "gout", "psoriasis", "anaemia"];
const real = Array.from({ length: 40 }, (_, i) => {
  const name = diseases[i % diseases.length] as string;
  return token(`On day ${i} the patient of ward ${i % 7} was treated for ${name} with drug ${i % 11} .`, name);
});

/** A run with so many accepted texts, the first of them a copy of what was shown. */
async function analysed(texts: number, change: (fake: Fake) => void = () => undefined): Promise<Fake> {
  const shown = token("Three weeks later she came back because of severe gout of the left foot .", "gout");
  const data = { source: "sample", remarks: [], train: [shown], validation: real.slice(0, 10), test: real.slice(10) };
  const fake = fakeServices({
    ...newNotebook("r1", 1),
    data,
    knowledge: { topics: { Disease: [] }, styles: [], lexicon: [] },
    run: "run-1",
  });
  const origin = { kind: "prompted" as const, turns: [] };
  fake.log.set(
    "run-1",
    Array.from({ length: texts }, (_, index) => {
      const name = diseases[index % diseases.length] as string;
      const example = index === 0 ? shown : token(`Patient ${index} of ward ${index % 5} was seen for ${name} .`, name);
      return { type: "accepted" as const, index, label: "Disease", origin, example, milliseconds: 1 };
    }) as never,
  );
  change(fake);
  location.hash = "#/run/r1/analyse";
  await render(App, { services: fake.services });
  return fake;
}

it("without texts: leads to the step that makes them", async () => {
  await analysed(0);
  await expect.element(page.getByRole("link", { name: "Go to Generate" })).toBeVisible();
  await expect.element(button("Measure")).not.toBeInTheDocument();
});

it("measures, shows what was copied, and finds it again after a reload", async () => {
  const fake = await analysed(30);
  await button("Measure").click();
  await expect.element(page.getByRole("heading", { name: /synthetic text is/ })).toBeVisible();
  // Entities are counted by the names of a graph that the run's source has not asked for.
  expect((await fake.services.generate.graphs(null)).map(({ id }) => id)).toEqual(["starter"]);
  const table = page.getByRole("table").first();
  await expect.element(table).toHaveTextContent("Distance from real text, 20 of each (CMD)");
  await expect.element(page.getByRole("heading", { name: "1 text may be copied from the 1 example shown" })).toBeVisible();
  await expect.element(page.getByText(/14 words running in common/)).toBeVisible();
  for (const title of ["How often each entity is named", "Lengths of the texts", "Growth of the vocabulary"]) {
    await expect.element(page.getByText(title, { exact: true })).toBeVisible();
  }
  expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
  // The measures, and the embeddings of the real, the synthetic and the shown texts.
  await expect.poll(() => [...fake.saved.values()][0]?.products?.length).toBe(4);
  fake.failures.set("openEmbedder", new ClinfuseError("engine-failed", "asked again"));
  location.hash = "#/run/r1/task";
  await expect.element(page.getByRole("heading", { level: 1, name: "Task" })).toBeVisible();
  location.hash = "#/run/r1/analyse";
  await expect.element(page.getByRole("heading", { name: /synthetic text is/ })).toBeVisible();
});

it("draws a map to its end, by the source and by the label, and reads the texts in the lasso", async () => {
  await analysed(30);
  await button("Draw the map").click();
  const map = page.getByRole("img", { name: /Map of 70 texts by t-SNE: 40 real, 30 synthetic/ });
  await expect.element(map).toBeVisible();
  await expect.element(button("Save as SVG")).toBeVisible();
  await page.getByLabelText("Coloured by").selectOptions("Label");
  await expect.element(page.getByText("Disease, 70")).toBeVisible();
  await page.getByLabelText(/Lasso/).click();
  const canvas = document.querySelector("canvas") as HTMLCanvasElement;
  const box = canvas.getBoundingClientRect();
  const at = (type: string, x: number, y: number) =>
    canvas.dispatchEvent(new PointerEvent(type, { clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true }));
  canvas.setPointerCapture = () => undefined;
  at("pointerdown", 1, 1);
  for (const [x, y] of [
    [box.width - 1, 1],
    [box.width - 1, box.height - 1],
    [1, box.height - 1],
    [1, 2],
  ] as const)
    at("pointermove", x, y);
  at("pointerup", 1, 2);
  await expect.element(page.getByRole("heading", { name: "70 texts in the lasso" })).toBeVisible();
});

it("one text and an encoder that fails: sentences, and nothing that is no number", async () => {
  const fake = await analysed(1);
  fake.failures.set("openEmbedder", new ClinfuseError("engine-failed", "onnxruntime failed"));
  await button("Measure").click();
  await expect.element(page.getByRole("alert")).toBeVisible();
  fake.failures.clear();
  await button("Measure").click();
  await expect.element(page.getByRole("heading", { name: "The synthetic text beside the real" })).toBeVisible();
  expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
});

it("shows the doubtful examples first, drops and keeps by one key, and trains without the dropped", async () => {
  const fake = await analysed(30);
  await button("Look for doubtful examples").click();
  const items = () => [...document.querySelectorAll<HTMLElement>("ol.rows > li")];
  const first = () => items()[0] as HTMLElement;
  await expect.element(page.getByText(/On one of them, D drops it/)).toBeVisible();
  expect(first().textContent).toMatch(/Confidence 0\.10, variability 0\.00, right in 0 % of the epochs/);
  expect(items()[1]?.textContent).toContain("Patient 5 of ward 0");
  await expect.element(page.getByRole("img", { name: /Confidence in each synthetic example/ })).toBeVisible();
  await expect.element(button("Train without 0 examples")).toBeDisabled();
  await expect.element(page.getByRole("row", { name: /^Leakage 3 % .* 30 it copies an example/ })).toBeVisible();
  expect(first().textContent).toContain("it copies an example that the writer was shown");
  const copies = page.getByLabelText("those that copy an example that the writer was shown");
  await copies.click();
  await expect.element(button("Train without 1 example")).toBeEnabled();
  await copies.click();

  (first().querySelector("button") as HTMLElement).focus();
  const press = (key: string) =>
    (document.activeElement as HTMLElement).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("d");
  await expect.element(button("Train without 1 example")).toBeEnabled();
  expect(items()[1]?.contains(document.activeElement)).toBe(true); // it went on to the next
  press("k");
  await page.getByLabelText("those that training mostly gets wrong").click();
  await expect.element(button("Train without 5 examples")).toBeEnabled(); // six are never learnt, one of them is kept

  await button("Train without 5 examples").click();
  await expect.element(page.getByText(/Without 5 examples, 1 of them dropped by hand, .* one seed, paired/)).toBeVisible();
  expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);

  await expect.poll(() => [...fake.saved.values()][0]?.products?.length).toBe(4); // the judges' word, and embeddings of three sets
  location.hash = "#/run/r1/task";
  await expect.element(page.getByRole("heading", { level: 1, name: "Task" })).toBeVisible();
  location.hash = "#/run/r1/analyse";
  await expect.element(button("Look again")).toBeVisible();
  expect(first().textContent).toContain("Dropped.");
});

it("has the other judges' word where the encoder of the measures fails, and says what is missing", async () => {
  await analysed(30, (fake) => fake.failures.set("openEmbedder", new ClinfuseError("engine-failed", "onnxruntime failed")));
  await button("Look for doubtful examples").click();
  await expect.element(page.getByText("Leakage was not judged: onnxruntime failed")).toBeVisible();
  await expect.element(page.getByRole("row", { name: /^Learnt by the training/ })).toBeVisible();
  expect(page.getByRole("row", { name: /^Leakage/ }).query()).toBeNull();
  expect(page.getByLabelText("those that copy an example that the writer was shown").query()).toBeNull();
});

it("does the same to all like the one decided last, though the focus went on", async () => {
  await analysed(30);
  await button("Look for doubtful examples").click();
  await expect.element(page.getByText(/A does the same to all like it/)).toBeVisible();
  const items = () => [...document.querySelectorAll<HTMLElement>("ol.rows > li")];
  ((items()[1] as HTMLElement).querySelector("button") as HTMLElement).focus(); // the first alone is a copy
  const press = (key: string) =>
    (document.activeElement as HTMLElement).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("a");
  expect(document.querySelectorAll("li.dropped")).toHaveLength(0); // nothing was decided yet
  press("d");
  await expect.element(button("Train without 1 example")).toBeEnabled();
  press("a");
  await expect.element(page.getByText(/^The same was done to \d+ like example \d+\.$/)).toBeVisible();
  const number = (item?: Element) => Number(/^\s*Example (\d+)\./.exec(item?.textContent ?? "")?.[1]);
  await expect.element(page.getByText(`like example ${number(items()[1])}.`, { exact: false })).toBeVisible();
  expect(document.querySelectorAll("li.dropped").length).toBeGreaterThan(1);
  press("u");
  await expect.element(button("Train without 1 example")).toBeEnabled();
});

it("finds the measures and the decisions after a reload, when the list of graphs is yet to be read", async () => {
  const fake = await analysed(30, ({ services }) => {
    const client = services.analyse();
    const procedures = { ...client.procedures, factuality: async () => Array.from({ length: 30 }, () => "known" as const) };
    Object.assign(services, { analyse: () => ({ ...client, procedures }) });
    Object.assign(services.generate, { graphs: async () => [{ id: "starter" }] });
  });
  await button("Measure").click();
  await expect.element(page.getByRole("heading", { name: /synthetic text is/ })).toBeVisible();
  await button("Look for doubtful examples").click();
  await expect.element(button(/^Train without/)).toBeVisible();
  await expect.element(page.getByText("the graph knows what it claims")).toBeVisible();
  await button("Drop").first().click();
  await expect.element(page.getByText(/^Example \d+ is dropped\.$/)).toBeVisible();
  await cleanup();
  await render(App, { services: fake.services });
  await expect.element(button("Measure again")).toBeVisible();
  await expect.element(button("Look again")).toBeVisible();
  expect(document.querySelectorAll("li.dropped")).toHaveLength(1);
});

it("relabels and writes again by one key, and trains with what was changed", async () => {
  await analysed(30);
  await button("Look for doubtful examples").click();
  const items = () => [...document.querySelectorAll<HTMLElement>("ol.rows > li")];
  await expect.element(page.getByText(/R gives it the next label/)).toBeVisible();
  ((items()[0] as HTMLElement).querySelector("button") as HTMLElement).focus();
  const press = (key: string) =>
    (document.activeElement as HTMLElement).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("r");
  await expect.poll(() => items()[0]?.textContent).toContain("Relabelled.");
  expect(items()[0]?.querySelectorAll("mark")).toHaveLength(1); // the old label, struck; the few-shot model marks nothing
  expect(items()[0]?.contains(document.activeElement)).toBe(true);
  press("r");
  await expect.poll(() => items()[0]?.textContent).not.toContain("Relabelled.");
  press("w");
  expect(items()[1]?.contains(document.activeElement)).toBe(true);
  press("r");
  await expect.poll(() => items()[0]?.textContent).toContain("Written again.");
  expect(items()[0]?.textContent).toMatch(/Another text for attempt 0/);
  await expect.element(button("Train without 0 examples and with 2 changed")).toBeEnabled();
  await button("Train without 0 examples and with 2 changed").click();
  await expect
    .element(page.getByText(/Without 0 examples, 0 of them dropped by hand, and with 2 changed, .* one seed, paired/))
    .toBeVisible();
  expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
});

it("keeps marks given by hand until they are kept or left: on another page, and asked about before the tab is closed", async () => {
  const rejected = {
    ...{ type: "rejected" as const, index: 30, label: "Disease", reason: "topic-absent", milliseconds: 1 },
    origin: {
      kind: "prompted" as const,
      turns: [{ messages: [], text: "She had [mumps] .", promptTokens: 1, completionTokens: 1 }],
    },
  };
  await analysed(30, (fake) => fake.log.get("run-1")?.push(rejected as never));
  const asks = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));
  const away = async () => {
    location.hash = "#/learn";
    await expect.element(page.getByRole("heading", { level: 1 })).toHaveTextContent("Learn");
    location.hash = "#/run/r1/analyse";
  };
  const unmark = page.getByRole("button", { name: "Take the mark from “anaemia”" });
  await button("Look for doubtful examples").click();
  const item = page.getByRole("listitem").filter({ hasText: "Patient 5 of ward 0" });
  await item.getByRole("button", { name: "Edit" }).click();
  expect(asks()).toBe(false);
  await unmark.click();
  await away();
  await expect.element(button("Keep this")).toBeVisible();
  await expect.element(unmark).not.toBeInTheDocument();
  expect(asks()).toBe(true);
  await button("Keep this").click();
  await expect.element(item).toHaveTextContent("Marked anew.");
  expect(asks()).toBe(false);

  await page.getByText("Rejected by little: 1").click();
  await button("Take it after all").click();
  await button("Label it").click();
  const area = page.getByRole("textbox", { name: "Text to mark" }).element() as HTMLTextAreaElement;
  area.focus();
  area.setSelectionRange(8, 13);
  area.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true, cancelable: true }));
  await expect.element(page.getByRole("button", { name: "Take the mark from “mumps”" })).toBeVisible();
  await away();
  await page.getByText("Rejected by little: 1").click();
  await expect.element(page.getByRole("button", { name: "Take the mark from “mumps”" })).toBeVisible();
  expect(asks()).toBe(true);
});

it("marks by hand, does the same to all like it, undoes both, and takes a rejected attempt after all", async () => {
  const origin = {
    kind: "prompted" as const,
    turns: [{ messages: [], text: "She had [mumps] .", promptTokens: 1, completionTokens: 1 }],
  };
  const rejected = { type: "rejected" as const, index: 30, label: "Disease", origin, reason: "topic-absent", milliseconds: 1 };
  await analysed(30, (fake) => fake.log.get("run-1")?.push(rejected as never));
  await button("Look for doubtful examples").click();
  await expect.element(page.getByText(/E marks it by hand/)).toBeVisible();
  const item = page.getByRole("listitem").filter({ hasText: "Patient 5 of ward 0" });
  (item.getByRole("button", { name: "Drop" }).element() as HTMLElement).focus();
  const press = (key: string) =>
    (document.activeElement as HTMLElement).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("e");
  const area = page.getByRole("textbox", { name: "Text to mark" });
  await expect.element(area).toHaveFocus();
  const field = area.element() as HTMLTextAreaElement;
  field.setSelectionRange(field.value.indexOf("anaemia"), field.value.indexOf("anaemia"));
  press("Delete");
  press("Enter");
  await expect.element(item).toHaveTextContent("Marked anew.");
  await expect.element(item.getByRole("button", { name: "Drop" })).toHaveFocus();
  await expect.element(item.getByRole("button", { name: "Do the same to 4 like it" })).toBeVisible(); // anaemia stands in five texts
  press("a");
  await expect.element(button("Train without 0 examples and with 5 changed")).toBeEnabled();
  press("u");
  await expect.element(button("Train without 0 examples and with 1 changed")).toBeEnabled();
  await button("Undo").click();
  await expect.element(button("Train without 0 examples")).toBeDisabled();

  await page.getByText("Rejected by little: 1").click();
  await button("Take it after all").click();
  await expect.element(page.getByLabelText("Text", { exact: true })).toHaveValue("She had mumps .");
  await button("Label it").click();
  const other = page.getByRole("textbox", { name: "Text to mark" }).element() as HTMLTextAreaElement;
  other.setSelectionRange(8, 13);
  press("1");
  press("Enter");
  await expect.element(page.getByText("Taken by hand; it was thrown away:", { exact: false })).toBeVisible();
  await expect.element(button("Train without 0 examples and with 1 changed")).toBeEnabled();
  expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
});
