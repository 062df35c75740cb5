// Another machine's part on the page Generate: what it lacks, what it refuses, and a batch that is taken back after another model was chosen.

import { beforeEach, describe, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { ClinfuseError } from "../../src/base/errors.ts";
import { presetSource } from "../../src/experiment/presets.ts";
import type { AnyProduct } from "../../src/experiment/product.ts";
import { requestLine } from "../../src/generate/batch-lines.ts";
import type { SourceConfig } from "../../src/generate/source.ts";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { answeredLines } from "../unit/scripts/answered-line.ts";
import type { Fake } from "./fake-services.ts";
import { rowsOfRun, runAt } from "./run-page.ts";

beforeEach(() => {
  location.hash = "";
});

type Features = Fake["services"]["train"]["features"];

const panel = page.getByRole("region", { name: "Have another machine write" });
const batch = { model: "org/model", grammar: "none", ratio: 3 } as const;

function change(fake: Fake, over: Partial<ReturnType<typeof newNotebook>>): void {
  const notebook = fake.saved.get("r1");
  if (notebook) fake.saved.set("r1", { ...notebook, batch, ...over });
}

const { config } = newNotebook("r1", 1);

/** The turn's lines, as they were kept. */
function turnLines(fake: Fake): string {
  const { kept } = fake.services.products as unknown as { readonly kept: ReadonlyMap<string, AnyProduct> };
  const turns = [...kept.values()].flatMap((product) => (product.kind === "turn" ? product.value : []));
  return turns.map((request) => requestLine(request, batch.model, "none")).join("\n");
}

describe("another machine", () => {
  it("is asked for nothing before its model has a name", async () => {
    await runAt("generate");
    await page.getByText("Have another machine write", { exact: true }).click();
    await expect.element(panel.getByText("Give the model's name first")).toBeVisible();
    await expect.element(panel.getByText("These files carry real text out of this tab.")).toBeVisible();
    await expect.element(panel.getByRole("button", { name: "Save prompts" })).not.toBeInTheDocument();
  });

  it("trains where a round ends; a training that fails leaves the answers read, and is tried again", async () => {
    const source = { ...presetSource("small", "progen"), round: 2, influenceFrom: 2 } as SourceConfig;
    const fake = await runAt("generate", (f) => change(f, { config: { ...config, source, size: 7 }, data: rowsOfRun() }));
    let trainings = 0;
    const features: Features = async function* ({ examples }) {
      if (++trainings === 1) throw new ClinfuseError("device-lost", "the device was lost", {});
      const x = Float32Array.from(examples.flatMap((_, i) => [i % 3, 1])); // one feature, and the bias's 1
      const y = Float32Array.from(examples.flatMap((_, i) => [i % 2, 1 - (i % 2)]));
      const of = Int32Array.from(examples.keys());
      yield { type: "head-data", data: { link: "softmax", outputs: 2, width: 2, examples: examples.length, x, y, of } };
    };
    Object.assign(fake.services.train, { features });
    await panel.getByRole("button", { name: "Save prompts" }).click();
    await expect.element(panel.getByRole("button", { name: "Save turn-1.jsonl" })).toBeVisible();
    const upload = async (turn: number) => {
      const lines = await answeredLines(turnLines(fake));
      await userEvent.upload(panel.getByLabelText("Files of answers"), new File([lines.join("\n")], `answers-${turn}.jsonl`));
    };
    await upload(1);
    await expect.element(panel.getByRole("alert")).toHaveTextContent("The device was lost");
    await expect.element(panel.getByText("2 of 7 examples accepted.")).toBeVisible();
    await panel.getByRole("button", { name: "Train for the next round" }).click();
    await expect.element(panel.getByRole("button", { name: "Save turn-2.jsonl" })).toBeVisible();
    expect(trainings).toBe(2);
    await upload(2);
    await expect.element(panel.getByText("All 7 examples are there.")).toBeVisible();
    expect(trainings).toBe(2);
  });

  it("waits for knowledge that takes no language model", async () => {
    await runAt("generate", (fake) => {
      const { knowledge: _, ...without } = fake.saved.get("r1") ?? newNotebook("r1", 1);
      fake.saved.set("r1", { ...without, batch });
    });
    await expect.element(panel.getByText("Gather the knowledge first")).toBeVisible();
  });

  it("gives a run that comes back after another model was chosen", async () => {
    const topics = ["fever", "migraine", "gout"].map((name) => ({
      entities: [{ name, type: "Disease" }],
      source: "kg" as const,
    }));
    const knowledge = { topics: { Disease: topics }, styles: [{ name: "letter", source: "paper" as const }], lexicon: [] };
    const fake = await runAt("generate", (f) => change(f, { config: { ...config, size: 2 }, data: rowsOfRun(), knowledge }));
    await panel.getByRole("button", { name: "Save prompts" }).click();
    await expect.element(panel.getByText("0 of 2 examples accepted.")).toBeVisible();
    const lines = await answeredLines(turnLines(fake));
    await userEvent.upload(panel.getByLabelText("Files of answers"), new File([lines.join("\n")], "answers.jsonl"));
    await expect.element(panel.getByText("All 2 examples are there.")).toBeVisible();
    await expect.element(page.getByText("They are this run's examples.")).toBeVisible();
    await expect.poll(() => fake.saved.get("r1")?.run).toBeDefined(); // shown before it is kept
    const run = fake.saved.get("r1")?.run;
    expect(fake.saved.get("r1")?.config).toMatchObject({ engine: "batch-file", source: { writer: { model: "org/model" } } });

    await page.getByLabelText("Language model", { exact: true }).selectOptions("scripted");
    await page.getByRole("button", { name: "Generate 2 examples" }).click();
    await expect.poll(() => fake.saved.get("r1")?.run).not.toBe(run);
    await panel.getByRole("button", { name: "Take these 2 examples" }).click();
    await expect.poll(() => fake.saved.get("r1")?.run).toBe(run);
    await expect.element(page.getByText("They are this run's examples.")).toBeVisible();
  });
});
