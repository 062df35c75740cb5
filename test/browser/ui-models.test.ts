// The Models page in each of its states, as a reader sees and uses it. Found by role and label; the library is a test's own.

import { beforeEach, describe, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { type Fake, fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "#/models";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const model = (name: string | RegExp) => page.getByRole("article", { name });
const small = "SmolLM2-135M-Instruct, Q4_1";
const forGpu = "SmolLM2-360M-Instruct, for WebLLM";

async function open(change: (fake: Fake) => void = () => undefined): Promise<Fake> {
  const fake = fakeServices();
  change(fake);
  await render(App, { services: fake.services });
  return fake;
}

describe("states of the page", () => {
  it("loading: says what it looks for, and is in the rail", async () => {
    const fake = fakeServices();
    Object.assign(fake.services.library, { models: () => new Promise(() => undefined) });
    await render(App, { services: fake.services });
    await expect.element(page.getByText("Looking which models are here …")).toBeVisible();
    await expect.element(page.getByRole("link", { name: "Models", exact: true })).toHaveAttribute("aria-current", "page");
  });

  it("empty: says why there is none and what to do", async () => {
    await open((fake) => {
      fake.rows = [];
    });
    await expect.element(page.getByText(/manifest\.json lists none/).first()).toBeVisible();
    await expect.element(button("Choose a folder …")).toBeVisible();
  });

  it("error: says it, and tries again", async () => {
    await open((fake) =>
      fake.failures.set("models", new ClinfuseError("model-missing", "models/manifest.json is not there (404)")),
    );
    await expect.element(page.getByRole("alert")).toHaveTextContent(/models\/manifest\.json is not there/i);
    await button("Try again").click();
    await expect.element(model(small)).toBeVisible();
    expect(page.getByRole("alert").query()).toBeNull();
  });

  it("done: each model with its size, licence, memory, needs, and whether it fits this device and why not", async () => {
    await open();
    await expect
      .element(model(small))
      .toHaveTextContent(/on this server.*98 MB in 1 file.*Apache-2\.0.*about 163 MB.*can hold it/);
    await expect
      .element(model(forGpu))
      .toHaveTextContent(
        /not here.*208 MB in 12 files.*376 MB on the graphics.*WebGPU, shader-f16.*cannot hold it: the adapter.*no shader-f16/,
      );
    await expect.element(model("my-bert")).toHaveTextContent(/in this browser.*no manifest vouches/);
  });

  it("says on a card of 16-bit floats that llama.cpp cannot wait for it, and nothing where it can", async () => {
    const lack = "This browser's WebAssembly cannot wait for the GPU (JSPI): llama.cpp (GGUF) computes on the processor";
    const fake = await open((of) => {
      of.device.report = { ...of.device.report, jspi: false, rung: { ...of.device.report.rung, id: "webgpu-f16-no-jspi", lack } };
    });
    await expect.element(page.getByText(/cannot wait for the GPU \(JSPI\).*slower here/)).toBeVisible();
    fake.device.report = { ...fake.device.report, jspi: true, rung: { id: "webgpu-f16", name: "WebGPU", reason: "a card" } };
    location.hash = "#/device";
    await expect.element(page.getByRole("heading", { level: 1, name: "Device" })).toBeVisible();
    location.hash = "#/models";
    await expect.element(model(small)).toBeVisible();
    await expect.element(page.getByText(/cannot wait for the GPU/)).not.toBeInTheDocument();
  });

  it("says which build runs in a model's place", async () => {
    await open((fake) => {
      fake.rows = fake.rows.map((row) => ({ ...row, fit: { ...row.fit, lacks: [], twin: "X-q4f32_1-MLC" } }));
    });
    await expect.element(model(forGpu)).toHaveTextContent("runs X-q4f32_1-MLC in its place");
  });
});

describe("a download", () => {
  it("starts by name of the host, tells how far it is, pauses, goes on, and ends in this browser", async () => {
    const fake = await open((f) => {
      f.pace = 400;
    });
    await model(forGpu).getByRole("button", { name: "Download 208 MB from huggingface.co" }).click();
    const progress = model(forGpu).getByRole("progressbar");
    await expect.element(progress).toBeVisible();
    await expect.element(model(forGpu)).toHaveTextContent(/of 208 MB/);
    await expect.poll(() => fake.rows[1]?.stored).toBeGreaterThan(0);
    await model(forGpu).getByRole("button", { name: "Pause" }).click();
    const resume = model(forGpu).getByRole("button", { name: /^Resume, \d+ MB left, from huggingface.co$/ });
    await expect.element(resume).toBeVisible();
    await expect.element(model(forGpu)).toHaveTextContent(/\d+ % in this browser/);
    fake.pace = 1;
    await resume.click();
    await expect.element(model(forGpu).getByRole("button", { name: "Check again" })).toBeVisible();
    await expect.element(model(forGpu)).toHaveTextContent("in this browser");
    expect(fake.asked).toEqual([`download ${fake.rows[1]?.id} from hub`, `download ${fake.rows[1]?.id} from hub`]);
  });

  it("goes on while the reader is on another page", async () => {
    const fake = await open((f) => {
      f.pace = 600; // longer than another page takes to open
    });
    await model(forGpu)
      .getByRole("button", { name: /^Download/ })
      .click();
    await page.getByRole("link", { name: "Privacy" }).click();
    await expect.element(page.getByRole("heading", { level: 1, name: "Nothing left this origin" })).toBeVisible();
    await page.getByRole("link", { name: "Models", exact: true }).click();
    await expect.element(model(forGpu).getByRole("button", { name: "Pause" })).toBeVisible();
    await expect.poll(() => fake.rows[1]?.state, { timeout: 20_000 }).toBe("here");
  });

  it("that breaks off says so and can be resumed", async () => {
    await open((fake) =>
      fake.failures.set("download", new ClinfuseError("download-broken", "w.bin from huggingface.co: network error")),
    );
    await model(forGpu)
      .getByRole("button", { name: /^Download/ })
      .click();
    await expect
      .element(model(forGpu).getByRole("alert"))
      .toHaveTextContent(/broke off.*network error.*what came so far is kept/i);
    await expect.element(model(forGpu).getByRole("button", { name: /^Download/ })).toBeVisible();
  });
});

describe("files that are here", () => {
  it("are checked again, and an altered one is named", async () => {
    const fake = await open();
    await model("my-bert").getByRole("button", { name: "Check again" }).click();
    await expect.element(model("my-bert").getByText(/Checked just now: every file is as it was imported/)).toBeVisible();
    fake.failures.set("verify", new ClinfuseError("model-altered", "no", { file: "models/my-bert/model.safetensors" }));
    await model("my-bert").getByRole("button", { name: "Check again" }).click();
    await expect.element(model("my-bert").getByRole("alert")).toHaveTextContent("models/my-bert/model.safetensors");
    expect(
      model("my-bert")
        .getByText(/Checked just now/)
        .query(),
    ).toBeNull();
  });

  it("are deleted only after a question by name, by keyboard too", async () => {
    const fake = await open();
    await expect.element(model("my-bert").getByRole("button", { name: "Delete" })).toBeVisible();
    (model("my-bert").getByRole("button", { name: "Delete" }).element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await expect.element(page.getByText("Delete my-bert, which was imported, for good?")).toBeVisible();
    await page.getByRole("button", { name: "Keep it", exact: true }).click();
    expect(fake.asked).toEqual([]);
    await model("my-bert").getByRole("button", { name: "Delete" }).click();
    await button("Delete the files").click();
    await expect.poll(() => model("my-bert").query()).toBeNull();
    expect(fake.asked).toEqual(["remove my-bert"]);
  });

  it("are exported as one file", async () => {
    await open();
    const saved = new Promise<string>((resolve) => {
      document.addEventListener("click", (event) => {
        if (event.target instanceof HTMLAnchorElement && event.target.download) resolve(event.target.download);
      });
      const click = HTMLAnchorElement.prototype.click;
      HTMLAnchorElement.prototype.click = function () {
        if (this.download) {
          HTMLAnchorElement.prototype.click = click;
          resolve(this.download);
        } else click.call(this);
      };
    });
    await model("my-bert").getByRole("button", { name: "Export" }).click();
    expect(await saved).toBe("my-bert.zip");
  });
});

describe("a model of the hub", () => {
  const pubmed = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract";
  const hub = page.getByRole("region", { name: "From the hub" });

  it("is looked up at one press, which says what is sent, and downloaded at another, with its size before it", async () => {
    const fake = await open();
    await expect.element(hub).toHaveTextContent(/The hub learns the repository's name.*Of your runs and texts it learns nothing/);
    await expect.element(button("Look it up on huggingface.co")).toBeDisabled();
    await hub.getByRole("button", { name: "PubMedBERT Base" }).click();
    await expect.element(page.getByLabelText("Repository on the hub")).toHaveValue(pubmed);
    expect(fake.asked).toEqual([]);
    await button("Look it up on huggingface.co").click();
    await expect.element(hub).toHaveTextContent(/is in the list above now: an encoder, 441 MB in 4 files, licence mit/);
    await expect.element(hub).toHaveTextContent(/what the hub states of it at commit 0123456/);
    await expect
      .element(model(pubmed))
      .toHaveTextContent(/not here yet.*those that huggingface\.co stated at commit 0123456.*--hub microsoft\/Biomed/);
    await expect.element(model(pubmed).getByRole("button", { name: "Download 440 MB from huggingface.co" })).toBeVisible();
    await hub.getByRole("button", { name: "Download 440 MB from huggingface.co" }).click();
    await expect.element(hub).toHaveTextContent("All of it is in this browser.");
    expect(fake.asked).toEqual([`add ${pubmed}`, "download BiomedNLP-BiomedBERT-base-uncased-abstract from hub"]);
    await model(pubmed).getByRole("button", { name: "Check again" }).click();
    await expect.element(model(pubmed).getByText("Checked just now: every file is what the hub stated.")).toBeVisible();
    await model(pubmed).getByRole("button", { name: "Delete" }).click();
    await expect.element(page.getByText(`Delete ${pubmed}, which was added from the hub, for good?`)).toBeVisible();
  });

  it("that is in the list already is said to be, and one that is stopped is not kept", async () => {
    const fake = await open();
    const look = async () => {
      await page.getByLabelText("Repository on the hub").fill(pubmed);
      await userEvent.keyboard("{Enter}");
    };
    await look();
    await look();
    await expect.element(hub).toHaveTextContent(/was in the list above already/);
    fake.pace = 10_000;
    await look();
    await hub.getByRole("button", { name: "Stop" }).click();
    await expect.element(hub).toHaveTextContent("Stopped. Nothing of it was kept.");
  });

  it.each([
    ["hub-absent", "the hub at huggingface.co has no o/n at main", /no such model.*owner\/name, or the address of that page/],
    ["hub-several", "the repository o/n holds 2 GGUF models: a.gguf, b.gguf", /a\.gguf, b\.gguf.*give that file's address/],
    ["hub-gated", "the hub gives o/n only to those who are signed in", /wants an account.*by hand and import them here/],
    ["hub-unreachable", "the hub cannot be reached", /does not answer.*when there is a network/],
  ] as const)("that is refused says why and what to do: %s", async (code, message, shown) => {
    await open((fake) => fake.failures.set("add", new ClinfuseError(code, message)));
    await page.getByLabelText("Repository on the hub").fill("o/n");
    await button("Look it up on huggingface.co").click();
    await expect.element(hub.getByRole("alert")).toHaveTextContent(shown);
  });
});

describe("an import", () => {
  it("takes the files that were picked, and says what came of them", async () => {
    const fake = await open();
    const files = page.getByLabelText("Files of a model, or a zip");
    await userEvent.upload(files, [new File(["x"], "my-model.zip")]);
    await expect.element(page.getByText(/my-model\.zip is in this browser, with the hashes of its files/)).toBeVisible();
    await expect.element(model("my-model.zip")).toBeVisible();
    expect(fake.asked).toEqual(["import my-model.zip: my-model.zip"]);
  });

  it("says what the user should know of a model, and that one was there already", async () => {
    const remark = "It has no chat template: it may be a base model.";
    await open((fake) => {
      fake.imported = [
        { id: "tiny-1", name: "tiny (1)", vouched: false, wasHere: false, missing: [], remarks: [remark] },
        { id: "other", name: "other", vouched: false, wasHere: true, missing: [], remarks: [] },
      ];
    });
    await userEvent.upload(page.getByLabelText("Files of a model, or a zip"), [new File(["x"], "tiny (1).gguf")]);
    await expect.element(page.getByRole("listitem").filter({ hasText: remark })).toBeVisible();
    await expect.element(page.getByText(/other is there already, with the same content/)).toBeVisible();
  });

  it("refused with a remedy of its own shows that, and no command", async () => {
    const remedy = "Fetch the file itself, and import that.";
    const why = "the file m.gguf is a Git LFS pointer";
    await open((fake) => fake.failures.set("import", new ClinfuseError("model-truncated", why, { file: "m.gguf", remedy })));
    await userEvent.upload(page.getByLabelText("Files of a model, or a zip"), [new File(["x"], "m.gguf")]);
    await expect
      .element(page.getByRole("alert"))
      .toHaveTextContent(
        /The file m\.gguf is a Git LFS pointer\.\s*Fetch the file itself, and import that\.$|Fetch the file itself/,
      );
    await expect.element(page.getByRole("alert")).not.toHaveTextContent(/npm run models/);
  });

  it("that is refused says why", async () => {
    await open((fake) => fake.failures.set("import", new ClinfuseError("model-unsupported", "no engine reads these files of x")));
    await userEvent.upload(page.getByLabelText("Files of a model, or a zip"), [new File(["x"], "notes.txt")]);
    await expect.element(page.getByRole("alert")).toHaveTextContent("No engine reads these files of x");
  });
});

it("remarks of an import stay with the model", async () => {
  await open();
  await expect.element(model("my-bert")).toHaveTextContent(/Remarks\s*It was made for text as it is\./);
});

describe("a name", () => {
  it("is the user's to change for a model of their own, by keyboard too, and the focus comes back", async () => {
    await open();
    expect(page.getByRole("button", { name: `Rename ${small}` }).query()).toBeNull();
    await button("Rename my-bert").click();
    const input = page.getByLabelText("Name of this model");
    await expect.element(input).toHaveFocus();
    await userEvent.fill(input, "PubMedBERT of ward 3");
    await userEvent.keyboard("{Enter}");
    await expect.element(model("PubMedBERT of ward 3")).toBeVisible();
    await expect.element(button("Rename PubMedBERT of ward 3")).toHaveFocus();
  });

  it("stays where the change is cancelled", async () => {
    await open();
    await button("Rename my-bert").click();
    await userEvent.fill(page.getByLabelText("Name of this model"), "x");
    await button("Cancel").click();
    await expect.element(model("my-bert")).toBeVisible();
  });
});

it("WebLLM's own list says what each model needs and whether it fits, and why nothing of it is fetched", async () => {
  await open();
  await page.getByText("Models that WebLLM knows").click();
  await expect.element(page.getByText(/Each needs a compiled library/)).toBeVisible();
  const row = page.getByRole("row", { name: /Llama-3\.2-1B/ });
  await expect.element(row).toHaveTextContent(/879 MB.*WebGPU, shader-f16.*Llama 3\.2 Community License.*cannot: no shader-f16/);
  await page.getByLabelText("Only those that this device can hold").click();
  await expect.poll(() => row.query()).toBeNull();
  await expect.element(page.getByText("1 model of 2, the smallest first.")).toBeVisible();
});
