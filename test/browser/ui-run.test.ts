// The steps in each state, as a reader sees them: empty, loading, partial, error, done. Found by role and label; services are a test's own.

import { beforeEach, describe, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { entry } from "./fake-examples.ts";
import { starter } from "./fake-graphs.ts";
import { type Fake, fakeServices, models } from "./fake-services.ts";
import { knowledgeOfRun, rowsOfRun, runAt } from "./run-page.ts";

beforeEach(() => {
  location.hash = "";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const link = (name: string | RegExp) => page.getByRole("link", { name });
const open = (fake: Fake) => render(App, { services: fake.services });
const saved = (fake: Fake) => [...fake.saved.values()][0];

describe("task", () => {
  it("error: a bad line by file and line, and nothing half read", async () => {
    const fake = fakeServices(newNotebook("r1", 1));
    const place = { file: "train_few.jsonl", line: 3 };
    fake.failures.set("readData", new ClinfuseError("file-malformed", 'field "text" must be text', place));
    location.hash = "#/run/r1/task";
    await open(fake);
    await button("Use the sample").click();
    const alert = page.getByRole("alert");
    await expect.element(alert).toHaveTextContent("A line cannot be read in train_few.jsonl, line 3");
    await expect.element(alert).toHaveTextContent("Nothing was imported.");
    expect(saved(fake)?.data).toBeUndefined();
  });

  it("done: the five examples with their marks, and counts; by keyboard alone", async () => {
    const fake = fakeServices(newNotebook("r1", 1));
    location.hash = "#/run/r1/task";
    await open(fake);
    const use = button("Use the sample");
    await expect.element(use).toBeVisible();
    await page.getByRole("heading", { level: 1 }).click(); // the frame has the keyboard from here on
    (use.element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await expect.element(page.getByRole("heading", { name: "5 examples to start from" })).toBeVisible();
    expect(document.querySelectorAll("ruby mark").length).toBeGreaterThanOrEqual(5);
    await expect.element(page.getByRole("row", { name: "All 5 5 60" })).toBeVisible();
    await expect.poll(() => saved(fake)?.data?.test.length).toBe(60);
  });
});

describe("knowledge", () => {
  it("without data: leads to the task", async () => {
    const fake = fakeServices(newNotebook("r1", 1));
    location.hash = "#/run/r1/knowledge";
    await open(fake);
    await expect.element(link("Go to Task")).toBeVisible();
    await expect.element(button("Gather knowledge")).toBeDisabled();
  });

  it("done: topics with source and licence; styles are the user's to change, and are saved", async () => {
    const fake = await runAt("knowledge");
    await button("Gather knowledge").click();
    await expect.element(page.getByRole("row", { name: "asthma Disease Disease Ontology CC0-1.0" }).first()).toBeVisible();
    await expect.element(page.getByRole("heading", { name: "Topics that this run will draw" })).toBeVisible();
    const { seed, size } = saved(fake)?.config ?? { seed: 0, size: 0 };
    await expect.element(page.getByText(`The first ${size} prompts by seed ${seed}.`, { exact: false })).toBeVisible();
    await page.getByText("Every topic with its count").click();
    await page
      .getByRole("button", { name: /^Show .* more$/ })
      .last()
      .click();
    const times = page.getByRole("region", { name: "Draws of each topic" }).getByRole("row");
    await expect.element(times.nth(1)).toBeVisible();
    const counts = times
      .elements()
      .slice(1)
      .map((row) => Number(row.lastElementChild?.textContent));
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(size);
    await page.getByLabelText("Another style").fill("  discharge   summary ");
    await button("Add").click();
    await button("Remove the style medical literature").click();
    await expect
      .poll(() => saved(fake)?.knowledge?.styles.map((s) => s.name))
      .toEqual(["patient-doctor dialogues", "discharge summary"]);
  });

  it("error: no topics, with the way out", async () => {
    await runAt("knowledge", (f) => f.failures.set("gatherKnowledge", new ClinfuseError("no-topics", "no node of type Disease")));
    await button("Gather knowledge").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent("Choose or import a graph");
    await button("Try again").click();
    await expect.element(page.getByRole("heading", { name: /topics drawn$/ })).toBeVisible();
  });

  it("a graph without topics for a label: no count of the others', but the way out", async () => {
    const notebook = newNotebook("r1", 1);
    const fake = fakeServices({ ...notebook, config: { ...notebook.config, task: "chemprot" } });
    const { generate } = fake.services;
    const countTopics: typeof generate.countTopics = async ({ topics }) =>
      JSON.stringify(topics).includes('"pairs"') ? 1_144_427 : 0;
    location.hash = "#/run/r1/knowledge";
    await render(App, { services: { ...fake.services, generate: { ...generate, countTopics, graphs: async () => [starter] } } });
    await expect
      .element(page.getByText("This graph has no topic for 5 labels of this task (upregulator,", { exact: false }))
      .toBeVisible();
    await expect.element(page.getByText("1,144,427", { exact: false })).not.toBeInTheDocument();
    await page.getByRole("radio", { name: /^The language model/ }).click();
    await expect.element(page.getByText("This graph has no topic", { exact: false })).not.toBeInTheDocument();
  });

  it("a graph of one's own is looked through, cut to a part that is counted, and imported under its name", async () => {
    const fake = await runAt("knowledge");
    await page.getByText("Import a graph of your own").click();
    await userEvent.upload(page.getByLabelText("Files of a graph"), new File(["id"], "mine.tsv"));
    await page.getByRole("checkbox", { name: /^Disease/ }).click();
    await expect.element(page.getByRole("button", { name: "Import", exact: true })).not.toBeInTheDocument(); // the count that is shown is always the part's own
    await button("Count this part").click();
    await expect.element(page.getByText(/nodes and .* in this browser/)).toBeVisible();
    await page.getByLabelText("Name", { exact: true }).fill("Mine");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await expect.poll(() => saved(fake)?.config.graph).toBe("Mine");
    await expect.element(page.getByLabelText("Graph", { exact: true })).toHaveValue("Mine");
    expect(fake.cutTo).toEqual([["Drug", "Symptom"]]);
    await page.getByText("Paste a list of names").click();
    await page.getByLabelText("Names", { exact: true }).fill("gout");
    await page.getByLabelText("Name of the list").fill("My list");
    await button("Import the names").click();
    await expect.poll(() => saved(fake)?.config.graph).toBe("My list");
  });

  it("ZeroGen needs none, and says so", async () => {
    const fake = await runAt("knowledge");
    await page.getByRole("radio", { name: /^ZeroGen/ }).click();
    await button("Go without knowledge").click();
    await expect.element(page.getByText("ZeroGen uses no topics and no styles.", { exact: false })).toBeVisible();
    await expect
      .poll(() => saved(fake)?.config)
      .toMatchObject({ source: { kind: "zerogen", writer: { demonstrations: "none" } } });
  });
});

describe("generate", () => {
  it("offers the released code's words, and the paper's are no field of the run", async () => {
    const fake = await runAt("generate");
    await page.getByText("More", { exact: true }).click();
    const words = page.getByLabelText("Words of the prompts");
    await expect.element(words).toHaveValue("paper");
    expect([...(words.element() as HTMLSelectElement).options].map(({ value }) => value)).toEqual(["paper", "released"]); // MQP alone has a fault
    await words.selectOptions("released");
    await expect.poll(() => saved(fake)?.config.source).toMatchObject({ writer: { fidelity: "released" } });
    await expect.element(page.getByText("The prompts to the byte", { exact: false })).toBeVisible();
    await words.selectOptions("paper");
    await expect.poll(() => JSON.stringify(saved(fake)?.config.source)).not.toContain("fidelity");
  });

  it("empty: says what will be here; a missing model is said with its command", async () => {
    const missing = models.map((m) => ({ ...m, missing: ["x.gguf"] }));
    const fake = await runAt("generate", (f) => {
      f.models = missing;
    });
    await expect.element(page.getByText("npm run models -- smollm2-135m-instruct")).toBeVisible();
    await expect.element(button("Generate 60 examples")).toBeDisabled();
    fake.models = models;
    await button("Look again").click();
    await expect.element(button("Generate 60 examples")).toBeEnabled();
    await expect.element(page.getByText("Nothing is written yet.", { exact: false })).toBeVisible();
  });

  it("a missing model: the user's own file takes its place once it is checked; another file is refused", async () => {
    const fake = await runAt("generate", (f) => {
      f.models = models.map((m) => ({ ...m, missing: ["x.gguf"] }));
      f.failures.set(
        "keepModelFile",
        new ClinfuseError("file-not-the-model", "no", { file: "notes.gguf", what: "x.gguf of SmolLM2", got: 12, expected: 98 }),
      );
    });
    const input = page.getByLabelText("Files of SmolLM2-135M-Instruct, Q4_1");
    await userEvent.upload(input, new File(["a"], "notes.gguf"));
    const alert = page.getByRole("alert");
    await expect
      .element(alert)
      .toHaveTextContent("notes.gguf is not x.gguf of SmolLM2: it has 12 bytes where 98 bytes is expected.");
    expect(fake.kept).toEqual([]);
    await userEvent.upload(input, new File(["b"], "under another name.gguf"));
    await expect.element(button("Generate 60 examples")).toBeEnabled();
    expect(fake.kept).toEqual(["smollm2-135m-instruct/x.gguf from under another name.gguf"]);
  });

  it("running: before the first sentence it says how much is read, then how much is written", async () => {
    const reading = { type: "writing", underWay: 16, promptTokens: 640, promptTotal: 1168, tokens: 0 } as const;
    const fake = await runAt("generate", (f) => {
      f.pace = 1500; // each state stands long enough for a busy machine to see it
      f.writing = [reading, { ...reading, promptTokens: 1168, tokens: 230 }];
    });
    await button("Generate 60 examples").click();
    const panel = page.getByRole("region", { name: "Generating, running" });
    await expect.element(panel).toHaveTextContent("Reading the prompts: 640 of 1,168 tokens");
    await expect.element(panel).toHaveTextContent("16 sentences under way, 230 tokens so far");
    fake.pace = 5;
    await expect.element(panel).toHaveTextContent("Writing examples");
    await button("Stop").click();
  });

  it("partial: stops, keeps what was written, resumes and extends", async () => {
    const fake = await runAt("generate", (f) => {
      f.pace = 40;
    });
    await button("Generate 60 examples").click();
    await expect.element(page.getByRole("region", { name: "Generating, running" })).toHaveTextContent(/tokens\/s/);
    await expect.poll(() => fake.log.get("run-1")?.length ?? 0).toBeGreaterThan(6);
    await button("Stop").click();
    await expect.element(page.getByText(/^Stopped\. \d+ accepted examples are kept/)).toBeVisible();
    const before = fake.log.get("run-1")?.length ?? 0;
    fake.pace = 1;
    await button(/^Resume at \d+ of 60$/).click();
    await expect.element(page.getByText(/^60 examples from 89 attempts, 67 % kept/)).toBeVisible();
    expect(fake.log.get("run-1")?.length).toBeGreaterThan(before);
    await page.getByLabelText("Examples to make").fill("62");
    await button("Extend to 62").click();
    await expect.element(page.getByText(/^62 examples from/)).toBeVisible();
  });

  it("other choices than the run's begin a new set after a reload too, and undone they bring the run back", async () => {
    const notebook = newNotebook("r1", 1);
    const { task, seed, source } = notebook.config;
    const config = { ...notebook.config, size: 4, seed: seed + 1 };
    const fake = fakeServices({ ...notebook, config, data: rowsOfRun(), knowledge: knowledgeOfRun, run: "run-1" });
    fake.log.set(
      "run-1",
      Array.from({ length: 9 }, (_, i) => entry(i)),
    ); // of a larger size before
    fake.begun.set("run-1", { task, source, seed, size: 4, examples: "e", knowledge: "k" });
    location.hash = "#/run/r1/generate";
    await open(fake);
    await expect.element(page.getByText(/Your change starts a new set/)).toBeVisible();
    await expect.element(button("Generate 4 examples")).toBeEnabled();
    await page.getByText("More", { exact: true }).first().click();
    await page.getByLabelText("Seed", { exact: true }).fill(String(seed));
    await expect.element(page.getByText(/^4 examples from 5 attempts, 80 % kept/)).toBeVisible();
    await expect.element(button("Generate 4 examples")).not.toBeInTheDocument();
  });

  it("error: what was written stays, and trying again goes on", async () => {
    const fake = await runAt("generate", (f) => {
      f.pace = 5;
    });
    await button("Generate 60 examples").click();
    await expect.poll(() => fake.log.get("run-1")?.length ?? 0).toBeGreaterThan(5);
    fake.failures.set("attempt", new ClinfuseError("engine-failed", "the runtime stopped"));
    await expect.element(page.getByRole("alert")).toHaveTextContent("The engine stopped working");
    await expect.element(page.getByRole("heading", { name: "What it wrote" })).toBeVisible();
    await button("Try again").click();
    await expect.element(page.getByText(/^60 examples from 89 attempts/)).toBeVisible();
  });

  it("done: marks, reasons with examples, the very prompt and completion", async () => {
    await runAt("generate");
    await page.getByLabelText("Examples to make").fill("10");
    await button("Generate 10 examples").click();
    await expect.element(link("Go on to Train")).toBeVisible();
    await expect.element(page.getByText("Thrown away: the topic is not mentioned").first()).toBeVisible();
    await page.getByText("How it works").first().click();
    await expect.element(page.getByRole("heading", { name: "Completion" })).toBeVisible();
    await expect.element(page.getByText(/^Write one sentence in the style of/)).toBeVisible();
    await page.getByLabelText("Show").selectOptions("rejected");
    expect(document.querySelectorAll("#log ~ * ruby, section[aria-labelledby=log] ruby")).toHaveLength(0);
  });

  it("how it works: the candidates at one token, those that the grammar forbids struck; or a sentence where the engine shows none", async () => {
    const fake = await runAt("generate");
    await page.getByLabelText("Examples to make").fill("2");
    await button("Generate 2 examples").click();
    await expect.element(link("Go on to Train")).toBeVisible();
    await page.getByText("How it works").first().click();
    await button("Show what could have come at each token").click();
    await expect
      .element(page.getByText("The engine that is open shows no probabilities of tokens.", { exact: false }))
      .toBeVisible();
    const of = (piece: string, probability: number, allowed: boolean) => ({ piece, probability, allowed });
    const free = { drawn: of("She", 0.9, true), likeliest: [of("She", 0.9, true), of("He", 0.08, true)], forbidden: 0 };
    const held = {
      drawn: of(" had", 0.05, true),
      likeliest: [of("\n", 0.7, false), of(" is", 0.2, true)],
      forbidden: 0.71,
    };
    fake.watched = { kind: "watched", tokens: [free, held] };
    await button("Show what could have come at each token").click();
    await expect.element(page.getByText("Token 2 of 2")).toBeVisible(); // the one at which most is forbidden
    await expect.element(page.getByRole("row", { name: "↵ 70.0 % forbidden by the grammar" })).toBeVisible();
    expect(document.querySelector("tbody s")?.textContent).toBe("↵");
    await expect.element(page.getByRole("row", { name: "␣had 5.0 % drawn" })).toBeVisible();
    await expect
      .element(page.getByText("The grammar forbids 71.0 % of what the model would say here.", { exact: false }))
      .toBeVisible();
    await button("Token before").click();
    await expect.element(page.getByRole("row", { name: "She 90.0 % drawn" })).toBeVisible();
  });

  it("engine: the automatic one with its reason; another one, chosen under More, writes another run", async () => {
    const fake = await runAt("generate");
    await page.getByLabelText("Examples to make").fill("4");
    await page.getByText("More", { exact: true }).click();
    await expect.element(page.getByText("It takes fast: it writes many examples at once.")).toBeVisible();
    const engine = page.getByLabelText("Engine");
    expect([...(engine.element() as HTMLSelectElement).options].map((o) => o.text)).toEqual(["Automatic (fast)", "fast", "slow"]);
    await button("Generate 4 examples").click();
    await expect.poll(() => saved(fake)?.run).toBe("run-1");
    // Begun with it, the run goes on with it, whatever is measured later.
    await expect.poll(() => saved(fake)?.config.engine).toBe("fast");
    await expect.element(link("Go on to Train")).toBeVisible();
    await engine.selectOptions("slow");
    await expect.element(page.getByText("One request at a time.", { exact: false })).toBeVisible();
    await button("Generate 4 examples").click();
    await expect.poll(() => saved(fake)?.run).toBe("run-1-slow/smollm2-135m-instruct");
    await page.getByLabelText("Language model").selectOptions("scripted");
    await expect.element(engine).not.toBeInTheDocument();
    await expect.poll(() => saved(fake)?.config.engine).toBe("auto");
  });

  it("what cannot be saved is said, and saved once there is room", async () => {
    const fake = await runAt("generate");
    await expect.element(button("Generate 60 examples")).toBeEnabled();
    fake.failures.set("put", new ClinfuseError("quota-exceeded", "full", { what: "save the run" }));
    await page.getByLabelText("Examples to make").fill("7");
    await expect.element(page.getByRole("alert")).toHaveTextContent("There was no room to save the run.");
    await button("Try again").click();
    await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
    expect(saved(fake)?.config.size).toBe(7);
  });

  it("a full disk is told once: trying again saves the run as well", async () => {
    const fake = await runAt("generate");
    const full = (what: string) => new ClinfuseError("quota-exceeded", "full", { what });
    fake.failures.set("put", full("save the run"));
    await page.getByLabelText("Examples to make").fill("7");
    await expect.element(page.getByRole("alert")).toHaveTextContent("There was no room to save the run.");
    for (const [doing, what] of [
      ["put", "save the run"],
      ["generate", "save what was made"],
    ] as const)
      fake.failures.set(doing, full(what));
    await button("Generate 7 examples").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent("There was no room to save what was made.");
    expect(page.getByRole("alert").elements()).toHaveLength(1);
    await page.getByRole("alert").getByRole("button", { name: "Try again" }).click();
    await expect.element(page.getByText(/^7 examples from/)).toBeVisible();
    await expect.element(page.getByRole("alert")).not.toBeInTheDocument();
    expect(saved(fake)?.config.size).toBe(7);
  });
});
