// Training, its scores and a source without examples, as a reader sees them. Found by role and label; services are a test's own.

import { beforeEach, describe, expect, it, vi } from "vitest";
import { page } from "vitest/browser";
import { cleanup, render } from "vitest-browser-svelte";
import { presetConfig } from "../../src/experiment/presets.ts";
import App from "../../src/ui/App.svelte";
import { type Fake, fakeServices } from "./fake-services.ts";
import { runAt } from "./run-page.ts";

beforeEach(() => {
  location.hash = "";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const link = (name: string | RegExp) => page.getByRole("link", { name });
const open = (fake: Fake) => render(App, { services: fake.services });
const saved = (fake: Fake) => [...fake.saved.values()][0];

/** The link that a button saves by, without the saving. */
async function downloaded(name: string): Promise<HTMLAnchorElement> {
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  await button(name).click();
  await vi.waitUntil(() => click.mock.contexts.length > 0, 30_000);
  const link = click.mock.contexts[0] as HTMLAnchorElement;
  click.mockRestore();
  return link;
}

describe("train and evaluate", () => {
  async function trained(): Promise<Fake> {
    const fake = await runAt("generate");
    await page.getByLabelText("Examples to make").fill("10");
    await button("Generate 10 examples").click();
    await link("Go on to Train").click();
    return fake;
  }

  it("running: where it is and how it goes; stopping keeps the page whole", async () => {
    const fake = await trained();
    fake.pace = 60;
    await expect.element(page.getByRole("radio", { name: /WebGPU/ })).toBeDisabled();
    await expect.element(page.getByText(/^Training so takes about \d+ MB of memory, \d+ MB of it in one session/)).toBeVisible();
    await button(/^Train on 5 real examples and 10 synthetic$/).click();
    const panel = page.getByRole("region", { name: "Training, running" });
    await expect.element(panel).toHaveTextContent(/Gradient norm1\.40/);
    await expect.element(panel).toHaveTextContent("the processor trains, on 2 threads");
    await button("Stop").click();
    await expect.element(page.getByText("was left after step 7 of Stage I, few-shot")).toBeVisible();
    await button("Go on training on 5 real examples and 10 synthetic").click();
    await expect.element(panel).toBeVisible();
    fake.pace = 1;
    await expect.element(link("Go on to Evaluate")).toBeVisible();
  });

  it("a training that was left can begin anew, once its reader says so", async () => {
    const fake = await trained();
    fake.pace = 60;
    await button(/^Train on/).click();
    await button("Stop").click();
    fake.pace = 1;
    await button("Start anew").click();
    await expect.element(page.getByText("Forget the training up to step 7 of Stage I, few-shot?")).toBeVisible();
    await button("Forget it and start anew").click();
    await expect.element(link("Go on to Evaluate")).toBeVisible();
    expect(saved(fake)?.training?.results.synthetic?.scores.values.f1).toBe(0.412);
  });

  it("done: curve, both scores, errors first, a text of one's own", async () => {
    const fake = await trained();
    await button(/^Train on/).click();
    await expect.element(page.getByRole("img", { name: "Training loss by step" })).toBeVisible();
    await link("Go on to Evaluate").click();
    await expect.element(page.getByRole("row", { name: /^F1 0\.141.*0\.412.*\+0\.271$/ })).toBeVisible();
    await expect.element(page.getByRole("heading", { name: "Errors first: 1 of 2 test examples" })).toBeVisible();
    await expect.element(page.getByText("missed")).toBeVisible();
    await page.getByLabelText("Sentence").fill("The boy had asthma.");
    await button("Read it").click();
    await expect.element(page.getByText("disease").last()).toBeVisible();
    await button("Trained model").click();
    await expect.element(button("model.safetensors")).toBeVisible();
    await button("As ONNX").click();
    await expect.element(button("onnx/model.onnx")).toBeVisible();
    const zip = await downloaded("For Python");
    expect(zip.download).toMatch(/^clinfuse-.*-python\.zip$/);
    expect(await (await fetch(zip.href)).text()).toContain("/data/train.parquet");
    const folder = await downloaded("Model folder");
    expect(folder.download).toMatch(/^clinfuse-.*-model\.zip$/);
    const archive = await (await fetch(folder.href)).text();
    for (const part of ["/README.md", "/model.safetensors", "/onnx/model.onnx", "| F1 | 0.141", "## Limits"])
      expect(archive).toContain(part);
    const own = await downloaded("Model page");
    expect(own.download).toMatch(/^clinfuse-.*-model\.html$/);
    const shown = await (await fetch(own.href)).text();
    expect(shown).toContain(`data-file="model.safetensors">${btoa("halves")}<`);
    expect(shown).toContain("no probability differs by more than 0.0010");
    expect(saved(fake)?.training?.results.synthetic?.scores.values.f1).toBe(0.412);
  });

  it("results that the run has outgrown say so, on every step and after a reload, until it is trained again", async () => {
    const fake = await trained();
    await button(/^Train on/).click();
    await expect.element(link("Go on to Evaluate")).toBeVisible();
    await link(/^Generate/).click();
    await page.getByLabelText("Examples to make").fill("14");
    await button("Extend to 14").click();
    await expect.element(link(/^Train .*out of date/)).toBeVisible();
    const notebook = structuredClone(saved(fake));
    await link(/^Evaluate .*out of date/).click();
    await expect.element(page.getByRole("status").getByText("Trained on 10 of 14 synthetic examples.")).toBeVisible();
    await expect.element(page.getByRole("heading", { name: /^10 synthetic examples raised F1/ })).toBeVisible();

    await cleanup();
    const later = fakeServices(notebook as NonNullable<typeof notebook>);
    later.log.set("run-1", fake.log.get("run-1") ?? []);
    location.hash = "#/run/r1/task";
    await open(later);
    await link(/^Train .*out of date/).click();
    await expect.element(page.getByText("Trained on 10 of 14 synthetic examples.")).toBeVisible();
    await button("Train again on 5 real examples and 14 synthetic").click();
    await expect.element(link(/^Train .*done/)).toBeVisible();
    await expect.element(page.getByText("These results are out of date.")).not.toBeInTheDocument();
    await page.getByText("More", { exact: true }).click();
    await page.getByLabelText("Batch size").fill("8");
    await expect.element(page.getByText("Trained with other settings than those chosen now.", { exact: false })).toBeVisible();
  });

  it("a training that is given up for other choices takes its model with it", async () => {
    const fake = await trained();
    await button(/^Train on/).click();
    await expect.element(link("Go on to Evaluate")).toBeVisible();
    await link(/^Knowledge/).click();
    await button("Change this run …").click();
    await button("Lose them and choose anew").click();
    await expect.poll(() => fake.deleted).toEqual(["r1"]);
    expect(saved(fake)?.training).toBeUndefined();
  });

  it("choices that results were built on change only when their loss is confirmed by name", async () => {
    const fake = await trained();
    await link(/^Knowledge/).click();
    await expect.element(page.getByRole("radio", { name: /^ZeroGen/ })).toBeDisabled();
    await button("Change this run …").click();
    await expect.element(page.getByText("This run would lose 10 generated examples.")).toBeVisible();
    await button("Keep everything").click();
    expect(saved(fake)?.run).toBe("run-1");
    await button("Change this run …").click();
    await button("Lose them and choose anew").click();
    await expect.element(page.getByRole("radio", { name: /^ZeroGen/ })).toBeEnabled();
    expect(saved(fake)?.run).toBeUndefined();
  });
});

describe("a source that makes no examples", () => {
  const source = (kind: "none" | "seqmix") => (fake: Fake) => {
    const notebook = saved(fake) as NonNullable<ReturnType<typeof saved>>;
    fake.saved.set("r1", { ...notebook, config: presetConfig("small", { task: "bc5cdr-disease", source: kind }) });
  };

  it("that is a way of training has nothing to generate, and trains both stages", async () => {
    const fake = await runAt("generate", source("seqmix"));
    await expect.element(page.getByText(/is a way of training: there are no made examples to look through/)).toBeVisible();
    await expect.element(page.getByLabelText("Length of stage II, in examples")).toHaveValue(60);
    await expect.element(page.getByText(/kept|of 60/)).not.toBeInTheDocument();
    await link("Go on to Train").click();
    await button("Train on 5 real examples, then by SeqMix").click();
    await expect.element(page.getByText("Stage II was seqmix.")).toBeVisible();
    await expect.element(page.getByRole("columnheader", { name: "+ SeqMix" })).toBeVisible();
    await link("Go on to Evaluate").click();
    await expect.element(page.getByRole("heading", { name: /^SeqMix raised F1 by 0\.271/ })).toBeVisible();
    await expect.element(page.getByText(/synthetic example/)).not.toBeInTheDocument();
    await expect.element(button("Dataset")).not.toBeInTheDocument();
    expect(saved(fake)?.run).toBeUndefined();
    expect(saved(fake)?.training?.basis).toMatchObject({ examples: 0, training: { method: { kind: "seqmix" }, size: 60 } });
  });

  it("and is none trains the first stage alone, and shows its scores", async () => {
    await runAt("train", source("none"));
    await button("Train on 5 real examples").click();
    await link("Go on to Evaluate").click();
    await expect.element(page.getByRole("heading", { name: "Scores", exact: true })).toBeVisible();
    await expect.element(page.getByText("This training ended before its last stage.")).not.toBeInTheDocument();
  });
});
