// The Device page in each of its states, as a reader sees and uses it. Found by role and label; the device is a test's own.

import { beforeEach, describe, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { type Fake, fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "#/device";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const panel = page.getByRole("region", { name: "How fast it is" });

async function open(change: (fake: Fake) => void = () => undefined): Promise<Fake> {
  const fake = fakeServices();
  change(fake);
  await render(App, { services: fake.services });
  return fake;
}

describe("states of the page", () => {
  it("loading: says what it looks for", async () => {
    const fake = fakeServices();
    Object.assign(fake.services, {
      measure: () => ({
        close: () => undefined,
        procedures: { device: () => new Promise(() => undefined), requests: async function* () {} },
      }),
    });
    await render(App, { services: fake.services });
    await expect.element(page.getByText("Looking what this device can do …")).toBeVisible();
    await expect.element(page.getByText("Looking what was measured before …")).toBeVisible();
  });

  it("empty: the rung with its reason, and that nothing is measured", async () => {
    await open();
    await expect.element(page.getByText("WASM on 2 cores: this browser offers no WebGPU adapter")).toBeVisible();
    await expect.element(panel).toHaveTextContent(/Nothing is measured yet/);
    await expect.element(button("Measure")).toBeEnabled();
    expect(button("Forget the measurements").query()).toBeNull();
  });

  it("empty, without a model: says where to get one", async () => {
    await open((fake) => {
      fake.models = [];
    });
    await expect.element(panel).toHaveTextContent(/No language model is here yet/);
    expect(button("Measure").query()).toBeNull();
  });

  it("done: the fastest first, marked as what Automatic takes, and what was left out with its reason", async () => {
    const fake = await open();
    await button("Measure").click();
    await expect.element(button("Measure again")).toBeVisible();
    const rows = panel.getByRole("row");
    await expect.element(rows.nth(1)).toHaveTextContent(/batch.*taken by “Automatic”.*87/);
    await expect.element(rows.nth(2)).toHaveTextContent(/^wllama\s+22/);
    await expect.element(panel).toHaveTextContent(/Processor \(WASM\).*42/);
    await expect.element(panel).toHaveTextContent("batch on WebGPU was left out: this browser has no WebGPU.");
    expect(fake.device.running).toBe(0); // with all that it allocated
  });

  it("partial: what was measured before Stop stays", async () => {
    await open((fake) => {
      fake.device.pace = 200;
    });
    await button("Measure").click();
    await expect.element(panel).toHaveTextContent(/wllama: writing/);
    await userEvent.keyboard("{Tab}");
    await button("Stop").click();
    await expect.element(panel.getByText("Stopped. What was measured before is kept.")).toBeVisible();
    await expect.element(panel).toHaveTextContent(/batch.*87/);
    expect(panel.element().textContent).not.toContain("GFLOP/s");
  });

  it("error: facts that cannot be read, a measuring that fails; both can be tried again", async () => {
    await open((fake) => {
      fake.failures.set("device", new ClinfuseError("storage-unavailable", "storage is denied"));
      fake.failures.set("measure", new ClinfuseError("model-missing", "x.gguf is not there"));
    });
    await expect.element(page.getByRole("alert")).toHaveTextContent(/storage is denied/i);
    await button("Try again").click();
    await expect.element(page.getByText(/WASM on 2 cores/)).toBeVisible();
    await button("Measure").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent(/x\.gguf is not there/i);
    await button("Dismiss").click();
    await expect.element(button("Measure again")).toBeVisible();
  });
});

describe("what can be done", () => {
  it("forgets, once it is confirmed by name", async () => {
    const fake = await open((f) => {
      f.device.measured = {
        engines: [{ kind: "engine", model: "smollm2-135m-instruct", engine: "wllama", tokensPerSecond: 9.96, measuredAt: 0 }],
        training: [],
      };
    });
    await expect
      .element(panel)
      .toHaveTextContent(/Writing with SmolLM2-135M-Instruct, Q4_1.*wllama.*taken by “Automatic”.*10\.0/);
    await button("Forget the measurements").click();
    expect(fake.device.measured.engines).toHaveLength(1);
    await button("Forget").click();
    await expect.element(panel).toHaveTextContent(/Nothing is measured yet/);
    expect(fake.device.measured.engines).toHaveLength(0);
  });

  it("waits for a run that is at work, and says which", async () => {
    location.hash = "#/run/r1/task";
    const fake = fakeServices({ ...newNotebook("r1", 0), title: "My run" });
    fake.pace = 100_000;
    const { component: _ } = await render(App, { services: fake.services });
    await button(/Use the sample/).click();
    await expect.element(page.getByRole("link", { name: /Knowledge/ }).first()).toBeVisible();
    location.hash = "#/run/r1/knowledge";
    await button(/Gather/).click();
    location.hash = "#/device";
    await expect.element(panel).toHaveTextContent(/“My run” is at work/);
    await expect.element(button("Measure")).toBeDisabled();
  });
});
