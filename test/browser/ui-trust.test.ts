// Doubtful examples in the step Analyse as a reader sees them. Services are a test's own.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
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

  await expect.poll(() => [...fake.saved.values()][0]?.products?.length).toBe(1);
  location.hash = "#/run/r1/task";
  await expect.element(page.getByRole("heading", { level: 1, name: "Task" })).toBeVisible();
  location.hash = "#/run/r1/analyse";
  await expect.element(button("Look again")).toBeVisible();
  expect(first().textContent).toContain("Dropped.");
});
