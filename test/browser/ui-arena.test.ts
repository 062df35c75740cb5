// The arena as a reader sees it: its choices, its cells as they fill, a failed one beside the others, and what it holds busy.

import { beforeEach, describe, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import { keptTask } from "../../src/tasks/own-store.ts";
import { readTaskJson } from "../../src/tasks/task-file.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { type Fake, fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "#/arena";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const row = (name: string | RegExp) => page.getByRole("row", { name });

/** A new arena of one task and one seed, by the scripted writer. */
async function arenaOf(fake: Fake): Promise<void> {
  await render(App, { services: fake.services });
  await button(/Preset laptop/).click();
  await page.getByText("Models, seeds and size").click();
  await page.getByLabelText("Language model that writes").selectOptions("scripted");
  await page.getByLabelText("Examples a cell").fill("4");
  await page.getByLabelText("Seeds").fill("1");
  await expect.element(button("Fill 3 cells")).toBeVisible();
}

describe("an arena", () => {
  it("fills its cells, keeps them, and shows the paper's number beside", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    await button("Fill 3 cells").click();
    await expect.element(page.getByText(/^3 cells: 3 done\./)).toBeVisible();
    for (const method of ["Supervised-Few", "ZeroGen", "ClinGen with KG"]) {
      await expect.element(row(new RegExp(`^${method}`)).getByRole("cell")).toHaveTextContent(/^[01]\.\d{3}/);
    }
    await expect.element(row(/^ZeroGen/)).toHaveTextContent("paper 0.459");
    // 61.03 with LLM over ProGen's 55.5, by Table 8
    await expect.element(row(/^Entity recognition/)).toHaveTextContent(/ClinGen with KG.*ZeroGen.*\+10\.0 %.*0\.610, 0\.555/);
    const [kept] = await fake.services.arenas.list();
    expect(Object.values(kept?.outcomes ?? {}).map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
  });

  it("says before it is filled which cells lack their language model", async () => {
    const fake = fakeServices();
    fake.models = fake.models.map((m) => (m.id === "smollm2-135m-instruct" ? { ...m, missing: ["model.gguf"] } : m));
    await arenaOf(fake);
    await expect.element(page.getByText(/is not here yet/)).not.toBeInTheDocument();
    await page.getByLabelText("Language model that writes").selectOptions("smollm2-135m-instruct");
    await expect.element(page.getByText(/is not here yet: 2 cells would fail/)).toBeVisible(); // Supervised-Few asks none
    await expect.element(button("Fill 3 cells")).toBeEnabled();
  });

  it("stops, and says so, where another tab deleted it and this one has not heard", async () => {
    const fake = fakeServices();
    fake.services.arenas.watch = () => () => undefined;
    await arenaOf(fake);
    const [{ id = "" } = {}] = await fake.services.arenas.list();
    await fake.services.arenas.delete(id);
    await button("Fill 3 cells").click();
    await expect.element(page.getByText(/^This arena was deleted in another tab/)).toBeVisible();
    await expect.element(button(/^(Fill|Go on with) \d cells?$/)).toBeDisabled();
    expect(await fake.services.arenas.list()).toEqual([]);
  });

  it("keeps what another tab chose meanwhile, and shows it", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    const { arenas } = fake.services;
    const [{ id = "" } = {}] = await arenas.list();
    await arenas.change(id, (before) => ({
      ...before,
      updatedAt: before.updatedAt + 60_000,
      grid: { ...before.grid, tasks: [...before.grid.tasks, "mqp"], sources: before.grid.sources.slice(0, 2) },
    }));
    await expect.element(page.getByLabelText("MQP")).toBeChecked();
    await expect.element(page.getByLabelText("ClinGen", { exact: true })).not.toBeChecked();
    await page.getByLabelText("HoC").click();
    await page.getByLabelText("DemoGen").click();
    await expect.element(button("Fill 9 cells")).toBeVisible();
    const [{ grid } = { grid: undefined }] = await arenas.list();
    expect([...(grid?.tasks ?? [])].sort()).toEqual(["bc5cdr-disease", "hoc", "mqp"]);
    expect(grid?.sources.map(({ kind }) => kind).sort()).toEqual(["demogen", "none", "zerogen"]);
  });

  it("undoes no choice of another tab that it has not heard of", async () => {
    const fake = fakeServices();
    const { change } = fake.services.arenas;
    fake.services.arenas.watch = () => () => undefined;
    await arenaOf(fake);
    const [{ id = "" } = {}] = await fake.services.arenas.list();
    await change(id, (before) => ({
      ...before,
      grid: {
        ...before.grid,
        tasks: [...before.grid.tasks, "mqp"],
        sources: before.grid.sources.slice(0, 2),
        models: ["other"],
      },
    }));
    await page.getByLabelText("HoC").click();
    await page.getByLabelText("DemoGen").click();
    await page.getByLabelText("Language model that writes").selectOptions("scripted");
    await expect
      .poll(async () => (await fake.services.arenas.list())[0]?.grid)
      .toMatchObject({
        tasks: expect.arrayContaining(["bc5cdr-disease", "mqp", "hoc"]),
        sources: [{ kind: "zerogen" }, { kind: "demogen" }, { kind: "none" }],
        models: ["other"],
      });
  });

  it("lists what another tab begins, fills and deletes, and stops an open arena that it deletes", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    const { arenas } = fake.services;
    const [first] = await arenas.list();
    if (!first) throw new Error("no arena was begun");
    const failure = { message: "the disk is full" } as never;
    const outcomes = { lost: { kind: "failed" as const, failure } };
    await arenas.put({ ...first, id: "other", title: "Begun elsewhere", updatedAt: first.updatedAt + 60_000, outcomes });
    await button("Fill 3 cells").click();
    await expect.element(page.getByText(/^3 cells: 3 done\./)).toBeVisible();
    await page.getByRole("link", { name: "All arenas" }).click();
    await expect.element(page.getByRole("heading", { name: "2 arenas in this browser" })).toBeVisible();
    await expect.element(page.getByText(/^3 cells filled/)).toBeVisible(); // as they are now, not as when the list was read
    await expect.element(page.getByText(/^0 cells filled/)).toBeVisible(); // a failed one is not
    await page.getByRole("link", { name: "Begun elsewhere" }).click();
    await expect.element(page.getByRole("heading", { name: "Begun elsewhere" })).toBeVisible();
    await arenas.delete("other");
    await expect.element(page.getByText(/^This arena was deleted in another tab/)).toBeVisible();
    await page.getByRole("link", { name: "All arenas" }).click();
    await expect.element(page.getByRole("heading", { name: "1 arena in this browser" })).toBeVisible();
  });

  it("is called by its tasks as they are ticked, also one that an earlier version has kept", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    const heading = (name: string) => page.getByRole("heading", { name, exact: true });
    await expect.element(heading("BC5CDR-Disease, laptop")).toBeVisible();
    for (const task of ["MQP", "BC5CDR-Disease"]) await page.getByLabelText(task).click();
    await expect.element(heading("MQP, laptop")).toBeVisible();
    await page.getByLabelText("CHEMDNER").click();
    await expect.element(heading("MQP and CHEMDNER, laptop")).toBeVisible();
    const { arenas } = fake.services;
    await expect.poll(async () => (await arenas.list())[0]?.title).toBe("MQP and CHEMDNER, laptop");
    const [first] = await arenas.list();
    if (!first) throw new Error("no arena was begun");
    const kept = { ...first, id: "kept", title: "BC5CDR-Disease and others, paper", grid: { ...first.grid, tasks: ["mqp"] } };
    await arenas.put(kept);
    await page.getByRole("link", { name: "All arenas" }).click();
    await expect.element(page.getByRole("link", { name: "MQP and CHEMDNER, laptop" })).toBeVisible();
    await button("Delete MQP, paper").click();
    await expect.element(page.getByText(/^Delete “MQP, paper” with/)).toBeVisible();
    await page.getByRole("link", { name: "MQP, paper" }).click();
    await expect.element(heading("MQP, paper")).toBeVisible();
  });

  it("says where a method does not fit a task", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    await page.getByLabelText("MQP").click();
    await page.getByLabelText("KGPC").click(); // sentences, and no pairs
    await expect.element(row(/^KGPC/)).toHaveTextContent(/does not fit this task.*open$/);
    await expect.element(row(/^ZeroGen/)).not.toHaveTextContent("does not fit");
  });

  it("judges its methods together: intervals, ranks, tests against a baseline of choice, a forest plot, costs", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    await button("Fill 3 cells").click();
    await expect.element(page.getByRole("img", { name: /^Methods: F1.* of 3 methods with 95 % intervals/ })).toBeVisible();
    const table = page.getByRole("region", { name: "Arena" });
    const of = (name: string) => table.getByRole("row", { name: new RegExp(`^${name}`) });
    await expect.element(of("ClinGen with KG")).toHaveTextContent(/\d\.\d{3} to \d\.\d{3}.*rank \d/);
    await expect.element(of("ZeroGen")).toHaveTextContent("the baseline");
    await expect.element(of("Supervised-Few")).toHaveTextContent(/[+−]0\.\d{3}, p /);
    await page.getByLabelText("Baseline of the tests").selectOptions("Supervised-Few");
    await expect.element(of("Supervised-Few")).toHaveTextContent("the baseline");
    await expect.element(of("ZeroGen")).toHaveTextContent(/[+−]0\.\d{3}, p /);
    await page.getByText("Methods, in numbers").click();
    await expect.element(page.getByRole("columnheader", { name: "Less Supervised-Few" })).toBeVisible();
    await page.getByLabelText("Watts at work").fill("60");
    await expect.element(page.getByText(/Energy: 60 W × the time/)).toBeVisible();
    const [kept] = await fake.services.arenas.list();
    expect(Object.values(kept?.standings ?? {}).map(({ standing }) => standing.methods.length)).toEqual([3]);
    expect(kept).toMatchObject({ watts: 60 });
  });

  it("measures each set of texts once beside the real ones, and finds what was measured", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    await button("Fill 3 cells").click();
    await expect.element(button("Measure 1 set")).toBeVisible(); // the fakes write both methods' texts as one run
    await button("Measure 1 set").click();
    const texts = page.getByRole("region", { name: "Measures of the texts" });
    for (const name of ["Real text", "ZeroGen", "ClinGen with KG"]) {
      await expect.element(texts.getByRole("row", { name: new RegExp(name) })).toHaveTextContent(/ of 4 texts$/);
    }
    expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
    const [kept] = await fake.services.arenas.list();
    expect(Object.keys(kept?.measures ?? {})).toHaveLength(1);
    fake.failures.set("openEmbedder", new ClinfuseError("engine-failed", "asked again"));
    await button("Measure again what has changed").click();
    await expect.element(button("Measure again what has changed")).toBeEnabled();
    expect(page.getByRole("alert").elements()).toHaveLength(0);
  });

  it("makes a curve of size, and offers the ablations beside", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    await page.getByLabelText(/Size: 1, 5, 10/).click();
    await button("Fill 13 cells").click();
    await expect.element(page.getByText(/^13 cells: 13 done\./)).toBeVisible();
    await expect
      .element(page.getByRole("img", { name: /^Size of the synthetic set: F1.* of ClinGen with KG, ZeroGen/ }))
      .toBeVisible();
    await page.getByLabelText("ClinGen without its topics, without its styles").click();
    await expect.element(button("Go on with 24 cells")).toBeVisible();
  });

  it("keeps a failed cell beside the others, says why, and tries it again alone", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    fake.failures.set("generate", new ClinfuseError("out-of-memory", "no room"));
    await button("Fill 3 cells").click();
    await expect.element(page.getByText(/^3 cells: 2 done, 1 failed\./)).toBeVisible();
    await expect.element(page.getByText("1 cell failed")).toBeVisible();
    await button("Go on with 1 cell").click();
    await expect.element(page.getByText(/^3 cells: 3 done\./)).toBeVisible();
  });

  it("leaves a cell open that another tab computes, fills the others, and says so", async () => {
    const fake = fakeServices();
    await arenaOf(fake);
    fake.failures.set("generate", new ClinfuseError("run-busy", "held"));
    await button("Fill 3 cells").click();
    await expect.element(page.getByRole("alert")).toHaveTextContent("Another tab is working on this run");
    await expect.element(page.getByText(/^3 cells: 2 done/)).toBeVisible();
    expect(document.body.textContent).not.toMatch(/cell failed/);
    await button("Go on with 1 cell").click();
    await expect.element(page.getByText(/^3 cells: 3 done\./)).toBeVisible();
  });

  it("holds the runs' buttons while it is at work, and names itself there", async () => {
    const data = { source: "sample", remarks: [], train: [], validation: [], test: [] };
    const knowledge = { topics: { Disease: [] }, styles: [], lexicon: [] };
    const fake = fakeServices({ ...newNotebook("r1", 1), data, knowledge });
    fake.pace = 40;
    await arenaOf(fake);
    await button("Fill 3 cells").click();
    const arena = location.hash;
    location.hash = "#/run/r1/generate";
    await expect.element(page.getByText(/at work in “BC5CDR-Disease, laptop”/)).toBeVisible();
    await expect.element(button(/^Generate/)).toBeDisabled();
    location.hash = arena; // it went on meanwhile, and the page counts what came
    await expect.element(page.getByText(/^3 cells: 3 done\./)).toBeVisible();
  });

  it("fills a task of the user's own beside the paper's, and says when that task was deleted", async () => {
    const fake = fakeServices();
    const text = (i: number) => `Patient ${i} came with Signitis.`;
    const span = (i: number) => ({ start: text(i).indexOf("Signitis"), end: text(i).length - 1, label: "Disease" });
    const rowsOf = (from: number) => [0, 1, 2, 3, 4].map((i) => ({ text: text(from + i), spans: [span(from + i)] }));
    const file = readTaskJson(
      {
        name: "Signs of mine",
        family: "ner",
        labels: [{ name: "Disease" }],
        examples: { train: rowsOf(0), validation: rowsOf(5), test: rowsOf(10) },
      },
      "signs",
    );
    await fake.services.tasks.put(keptTask(file, "signs-of-mine", 1));
    await arenaOf(fake);
    await page.getByLabelText("Signs of mine").click();
    await page.getByLabelText("BC5CDR-Disease").click();
    await button("Fill 3 cells").click();
    await expect.element(page.getByText(/^3 cells: 3 done\./)).toBeVisible();
    await expect.element(page.getByRole("columnheader", { name: /^Signs of mine/ })).toBeVisible();
    await expect.element(page.getByText(/was deleted/)).not.toBeInTheDocument();
    const arena = location.hash;
    location.hash = "#/tasks";
    await button("Delete Signs of mine").click();
    await button("Delete the task").click();
    location.hash = arena;
    await expect
      .element(page.getByText("“Signs of mine” was deleted. The arena keeps it with the rows that it had."))
      .toBeVisible();
    await page.getByText("Models, seeds and size").click();
    await page.getByLabelText("Seeds").fill("2");
    await button("Go on with 3 cells").click();
    await expect.element(page.getByText(/^6 cells: 6 done\./)).toBeVisible();
  });
});
