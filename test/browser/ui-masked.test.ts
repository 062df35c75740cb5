// The choice of a source that fills masked words, as a reader sees it: which encoder fills, why one cannot, and the filter.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { token } from "./fake-examples.ts";
import { fakeServices, models } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

it("says why an encoder without its head cannot be chosen with MELM, and offers the others and the filter", async () => {
  const data = { source: "sample", remarks: [], train: [token("He had asthma .", "asthma")], validation: [], test: [] };
  const fake = fakeServices({ ...newNotebook("r1", 1), data });
  const own = { ...models.find(({ kind }) => kind === "encoder")!, id: "own-bert", name: "Own BERT" };
  fake.models = [...models, own];
  const { recipe } = fake.services.train;
  Object.assign(fake.services.train, {
    recipe: async (asked: { encoder: string; preset: "small" | "paper" }) => ({
      ...(await recipe(asked)),
      maskedHead: asked.encoder === "own-bert",
    }),
  });
  location.hash = "#/run/r1/knowledge";
  await render(App, { services: fake.services });
  await expect.element(page.getByRole("radio", { name: /^DA-Transformer/ })).toBeDisabled(); // for whole texts
  await page.getByRole("radio", { name: /^DA-MELM/ }).click();
  const note = page.getByText(/DA-MELM does not work with all-MiniLM-L6-v2: it was saved without its masked-language-model head/);
  await expect.element(note).toBeVisible();
  await page.getByLabelText("Encoder that fills masked words").selectOptions("own-bert");
  await expect.element(note).not.toBeInTheDocument();
  await page.getByLabelText("Keep only what a classifier of the few real examples labels alike").click();
  const config = () => [...fake.saved.values()][0]?.config;
  await expect.poll(() => config()?.encoder).toBe("own-bert");
  await expect.poll(() => config()?.source).toMatchObject({ kind: "melm", filter: true, tuning: { epochs: 20 } });
});
