// The file of `npm run experiment`: what it comes to, and faults that name their field.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readExperimentFile } from "../../../scripts/experiment-file.ts";
import type { Manifest } from "../../../src/models/manifest.ts";

const model = (id: string, kind: string) => ({ id, kind, name: id, files: [] });
const manifest = {
  models: [
    model("all-minilm-l6-v2", "encoder"),
    model("small-bert", "encoder"),
    model("smollm2-135m-instruct", "language-model"),
  ],
} as unknown as Manifest;

const whole = { tasks: ["mqp"], sources: ["clingen"], seeds: [1], size: 5 };
const read = (file: object, path = "plan.json") => readExperimentFile(JSON.stringify(file), path, manifest);

it("ends the command with one line of JSON that names the field", () => {
  const plan = join(mkdtempSync(join(tmpdir(), "plan-")), "plan.json");
  writeFileSync(plan, JSON.stringify({ tasks: ["mqp"], sources: ["none"], seeds: [1], sizes: 5 }));
  const { status, stdout } = spawnSync("npx", ["tsx", join(import.meta.dirname, "../../../scripts/experiment.ts"), plan], {
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) as string)).toMatchObject({
    error: { message: expect.stringContaining("sizes is no field") },
  });
}, 60_000);

describe("a file", () => {
  it("is every combination; cells that share stage I are neighbours", () => {
    const { cells, models, keepModels } = read({
      ...whole,
      tasks: ["mqp", "bc5cdr-disease"],
      sources: ["clingen", "zerogen"],
      encoders: ["all-minilm-l6-v2", "small-bert"],
      seeds: [1, { data: 1, text: 2, training: 3 }],
    });
    expect(cells).toHaveLength(16);
    expect(cells.slice(0, 3).map(({ task, source, config, seed }) => [task, source, config.encoder, seed])).toEqual([
      ["mqp", "clingen", "all-minilm-l6-v2", 1],
      ["mqp", "zerogen", "all-minilm-l6-v2", 1],
      ["mqp", "clingen", "all-minilm-l6-v2", { data: 1, text: 2, training: 3 }],
    ]);
    expect(cells[2]).toMatchObject({ seeds: { data: 1, text: 2, training: 3 }, config: { seed: 2, size: 5 } });
    expect([...models].sort()).toEqual(["all-minilm-l6-v2", "small-bert", "smollm2-135m-instruct"]);
    expect(keepModels).toBe(false);
    expect(read(whole).measures).toBe(false);
    expect(read({ ...whole, measures: true }).measures).toBe(true);
    expect([whole, { ...whole, datasets: true }].map((of) => read(of).datasets)).toEqual([false, true]);
  });

  it("takes a source's config over the preset's, and keeps it as it was written", () => {
    const source = { kind: "clingen", marks: "model", writer: { model: "scripted", sampling: { temperature: 0 } } };
    const { cells, models } = read({ ...whole, sources: [source] });
    expect(cells[0]?.source).toMatchObject({ kind: "clingen", marks: "model", topics: "kg", writer: { model: "scripted" } });
    expect(cells[0]?.config.source).toMatchObject({ writer: { sampling: { temperature: 0, topP: 0.95, maxTokens: 48 } } });
    expect(models).toEqual(["all-minilm-l6-v2"]);
  });

  it("takes settings of a masked model one by one over the preset's, and its filter", () => {
    const source = { kind: "melm", filter: true, tuning: { epochs: 2, maskRate: 0.5 } };
    const { cells } = read({ ...whole, tasks: ["bc5cdr-disease"], sources: [source, "melm"] });
    expect(cells.map(({ config }) => config.source)).toMatchObject([
      { filter: true, tuning: { epochs: 2, maskRate: 0.5, learningRate: 1e-5, maxTokens: 128 } },
      { filter: false, tuning: { epochs: 20, maskRate: 0.7 } },
    ]);
  });

  it("takes the fields of a source that no preset names", () => {
    const sources = [
      { kind: "clingen", draws: "deficit" },
      { kind: "zerogen", marks: "graph" },
    ];
    expect(read({ ...whole, tasks: ["bc5cdr-disease"], sources }).cells.map(({ config }) => config.source)).toMatchObject(
      sources,
    );
  });

  it("takes sources, seeds and size from a grid's preset where it names none", () => {
    const { cells } = read({ tasks: ["mqp"], preset: "laptop" });
    expect(new Set(cells.map(({ config }) => config.size))).toEqual(new Set([200]));
    expect(new Set(cells.map(({ seed }) => seed))).toEqual(new Set([1, 2]));
    expect(cells.map(({ source }) => source)).toEqual(
      expect.arrayContaining(["none", "zerogen", "demogen", "progen", "clingen"]),
    );
    for (const kind of ["gold", "conditional-mlm"]) expect(cells.map(({ source }) => source)).not.toContain(kind);
    const paper = read({ tasks: ["mqp"], sources: ["clingen"], preset: "paper", size: 9 }).cells;
    expect(paper.map(({ seed, config }) => [seed, config.size, config.preset])).toEqual(
      [1, 2, 3].map((seed) => [seed, 9, "paper"]),
    );
  });

  it("reads a task's folder beside it", () => {
    const folder = mkdtempSync(join(tmpdir(), "experiment-"));
    mkdirSync(join(folder, "rows"));
    writeFileSync(join(folder, "rows", "test.jsonl"), "{}\n");
    const { cells } = read({ ...whole, tasks: [{ id: "mqp", data: "rows", test: 7 }] }, join(folder, "plan.json"));
    expect(cells[0]?.data).toEqual({ folder: { "test.jsonl": "{}\n" }, source: "rows", test: 7 });
  });
});

describe("shares and models", () => {
  it("are a cell each for the sources that they mean something for", () => {
    const grid = { ...whole, sources: ["none", "zerogen"], shares: [10, 100], models: ["scripted", "smollm2-135m-instruct"] };
    const { cells, models } = read(grid);
    expect(cells.map(({ source, model, share, config }) => [source, model, share, config.share])).toEqual([
      ["none", undefined, 100, undefined],
      ["zerogen", "scripted", 10, 10],
      ["zerogen", "scripted", 100, undefined],
      ["zerogen", "smollm2-135m-instruct", 10, 10],
      ["zerogen", "smollm2-135m-instruct", 100, undefined],
    ]);
    expect(cells[1]?.config.source).toMatchObject({ writer: { model: "scripted" } });
    expect(models).toContain("smollm2-135m-instruct");
  });

  it.each([
    [{ shares: [0] }, /shares\[0\]/],
    [{ shares: [101] }, /shares\[0\] .*at most 100/],
    [{ shares: [] }, /shares/],
    [{ shares: [5, 5] }, /shares\[1\]/],
    [{ models: ["all-minilm-l6-v2"] }, /models\[0\]/],
    [{ models: ["nobody"] }, /models\[0\]/],
  ])("are faults that name their field: %j", (change, message) => {
    expect(() => read({ ...whole, ...change })).toThrow(message);
  });
});

describe("a source that does not work for a task", () => {
  const grid = { ...whole, tasks: ["mqp", "bc5cdr-disease"], sources: ["back-translation", "demogen"] };

  it("is left out of that task's cells, and said", () => {
    const { cells, leftOut } = read(grid);
    expect(cells.map(({ task, source }) => `${task} ${source}`)).toEqual([
      "mqp back-translation",
      "mqp demogen",
      "bc5cdr-disease demogen",
    ]);
    expect(leftOut).toEqual([expect.stringMatching(/Back Translation.* does not apply to bc5cdr-disease/)]);
  });

  it("is a fault where no cell remains", () => {
    const file = { ...grid, tasks: ["bc5cdr-disease"], sources: ["back-translation"] };
    expect(() => read(file)).toThrow(/no cell that can be computed: .*bc5cdr-disease/);
  });
});

describe("a task of one's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "own-task-"));
  const task = {
    name: "Urgency",
    family: "classification",
    labels: [{ name: "urgent" }, { name: "routine" }],
    topicList: { every: ["x"] },
  };
  const row = (text: string, label: string) => ({ text, labels: [label] });
  const examples = {
    train: [row("a", "urgent"), row("b", "routine")],
    validation: [row("c", "urgent")],
    test: [row("d", "routine")],
  };
  writeFileSync(join(folder, "task.json"), JSON.stringify({ ...task, examples }));
  writeFileSync(join(folder, "bare.json"), JSON.stringify(task));
  writeFileSync(join(folder, "broken.json"), JSON.stringify({ ...task, family: "poem" }));
  writeFileSync(join(folder, "other.json"), JSON.stringify({ ...task, name: "Urgency!" }));
  mkdirSync(join(folder, "rows"));
  writeFileSync(join(folder, "rows", "test.jsonl"), "{}\n");
  const beside = (tasks: unknown) => read({ ...whole, tasks }, join(folder, "plan.json"));

  it("is read from its file, with the examples in it and the topics that it is meant for", () => {
    for (const tasks of [["task.json"], [{ task: "task.json" }]]) {
      const [cell] = beside(tasks).cells;
      expect(cell).toMatchObject({ task: "urgency", config: { task: { name: "Urgency" }, source: { topics: "list" } } });
      expect(cell?.data.own?.train).toHaveLength(2);
      expect(cell?.data.source).toBe("task.json");
    }
  });

  it("takes a folder instead, and wants one where the file has no examples", () => {
    const [cell] = beside([{ task: "bare.json", data: "rows" }]).cells;
    expect(cell?.data).toEqual({ folder: { "test.jsonl": "{}\n" }, source: "rows", test: undefined });
    expect(() => beside(["bare.json"])).toThrow(/tasks\[0\]: the file has no "examples"/);
  });

  it("may stand twice, with its own examples and with a folder's", () => {
    const { cells } = beside(["task.json", { task: "task.json", data: "rows" }]);
    expect(cells.map(({ rows }) => rows)).toEqual(["task.json", "rows"]); // told apart in every line
    expect(beside(["task.json"]).cells.map(({ rows }) => rows)).toEqual([undefined]);
    const first = beside(["task.json", { task: "task.json", test: 1 }]).cells;
    expect(first.map(({ rows }) => rows)).toEqual(["task.json", "task.json, first 1"]);
  });

  it.each([
    [
      ["task.json", { task: "other.json", data: "rows" }],
      'plan.json: tasks[1] takes a task of another id than plan.json: tasks[0]; "Urgency" and "Urgency!" both have "urgency"',
    ],
    [["broken.json"], "broken.json: family takes ner"],
    [["nowhere.json"], "tasks[0]: there is no file"],
    [[{ id: "mqp", task: "task.json" }], 'takes "id" or "task", not both'],
  ])("%j is refused in words", (tasks, message) => {
    expect(() => beside(tasks)).toThrow(message);
  });
});

describe("licences", () => {
  it.each(["CC0-1.0", "cc0 1.0", "CC0"])("of the graph that ships may be spelt %s", (name) => {
    expect(read({ ...whole, licences: [name] }).cells[0]?.config.licences).toEqual([name]);
  });

  it("of other graphs may stand beside one of its own", () => {
    const both = ["CC BY 4.0", "CC0-1.0"];
    expect(read({ ...whole, licences: both }).cells[0]?.config.licences).toEqual(both);
  });
});

describe("a fault names its field", () => {
  it.each<[string, object, RegExp]>([
    ["a field that is none", { ...whole, sizes: 5 }, /plan\.json: sizes is no field; the fields are tasks, /],
    ["a field that is missing", { tasks: ["mqp"], sources: ["none"], seeds: [1] }, /plan\.json has no "size"/],
    ["a task", { ...whole, tasks: ["mqp", "mpq"] }, /plan\.json: tasks\[1\] takes .*bc5cdr-disease.*it is "mpq"/],
    ["a field of a task", { ...whole, tasks: [{ id: "mqp", tests: 4 }] }, /tasks\[0\]\.tests is no field/],
    ["a licence of no graph", { ...whole, licences: ["CC-BY-99"] }, /licences\[0\] takes .*\(CC0-1\.0\); it is "CC-BY-99"/],
    ["a licence in another spelling that is a typo", { ...whole, licences: ["CC0 1.9"] }, /licences\[0\] takes .*CC0-1\.0/],
    ["a folder", { ...whole, tasks: [{ id: "mqp", data: "nowhere" }] }, /tasks\[0\]\.data: there is no folder .*nowhere/],
    ["a source", { ...whole, sources: ["clingn"] }, /sources\[0\] takes clingen, zerogen.*it is "clingn"/],
    ["a source's kind", { ...whole, sources: [{ kind: "zero" }] }, /sources\[0\]\.kind takes /],
    ["a field of another source", { ...whole, sources: [{ kind: "zerogen", topics: "kg" }] }, /sources\[0\]\.topics is no field/],
    ["a choice of a source", { ...whole, sources: [{ kind: "clingen", topics: "graph" }] }, /sources\[0\]\.topics takes kg, llm/],
    [
      "styles of a source",
      { ...whole, sources: [{ kind: "clingen", styles: "some" }] },
      /sources\[0\]\.styles takes llm, paper, none/,
    ],
    [
      "a round",
      { ...whole, sources: [{ kind: "progen", round: 0 }] },
      /sources\[0\]\.round takes a whole number from 1 to 100000/,
    ],
    [
      "a validation",
      { ...whole, sources: [{ kind: "progen", validation: "all" }] },
      /validation takes synthetic-rce, few-shot-ce/,
    ],
    [
      "a layer",
      { ...whole, sources: [{ kind: "tmix", layers: [7, 13] }] },
      /layers\[1\] takes a whole number from 1 to 12; it is 13/,
    ],
    ["an alpha", { ...whole, sources: [{ kind: "tmix", alpha: 0 }] }, /alpha takes a number of more than 0; it is 0/],
    ["a variant", { ...whole, sources: [{ kind: "seqmix", variant: "soft" }] }, /variant takes whole, window, same-tags/],
    ["a window", { ...whole, sources: [{ kind: "seqmix", window: 0 }] }, /window takes a whole number from 1 to 512/],
    ["a setting", { ...whole, sources: [{ kind: "conditional-mlm", tuning: { epoch: 1 } }] }, /tuning\.epoch is no field/],
    ["a filter", { ...whole, sources: [{ kind: "conditional-mlm", filter: true }] }, /sources\[0\]\.filter is no field/],
    [
      "epochs",
      { ...whole, sources: [{ kind: "conditional-mlm", tuning: { epochs: 0.5 } }] },
      /tuning\.epochs takes a whole number from 1 to 200/,
    ],
    ["a writer", { ...whole, sources: [{ kind: "zerogen", writer: { model: "gpt" } }] }, /writer\.model takes smollm2/],
    ["a sampling", { ...whole, sources: [{ kind: "zerogen", writer: { sampling: { temp: 1 } } }] }, /sampling\.temp is no field/],
    ["an encoder", { ...whole, encoders: ["smollm2-135m-instruct"] }, /encoders\[0\] takes all-minilm-l6-v2, small-bert/],
    ["a seed", { ...whole, seeds: [1, "two"] }, /seeds\[1\] takes a whole number of at least 0; it is "two"/],
    ["a seed of three that lacks one", { ...whole, seeds: [{ data: 1, text: 1 }] }, /seeds\[0\] has no "training"/],
    [
      "a source by its id and by its config",
      { ...whole, sources: ["clingen", { kind: "clingen", topics: "kg" }] },
      /^plan\.json: sources names one cell of [\w-]+ twice, as "clingen" and as "clingen, topics kg"$/,
    ],
    [
      "two writers of one source that each of the models takes the place of",
      {
        ...whole,
        sources: [
          { kind: "zerogen", writer: { model: "scripted" } },
          { kind: "zerogen", writer: { model: "smollm2-135m-instruct" } },
        ],
        models: ["scripted"],
      },
      /sources names one cell of [\w-]+ twice, as "zerogen, writer model scripted" and as "zerogen, writer model smollm/,
    ],
    [
      "a seed by its number and by its three",
      { ...whole, seeds: [1, { data: 1, text: 1, training: 1 }] },
      /seeds names one cell of [\w-]+ twice, as 1 and as \{"data":1,"text":1,"training":1\}$/,
    ],
    [
      "a task with the same rows twice",
      { ...whole, tasks: ["mqp", { id: "mqp" }] },
      /tasks\[1\] names mqp with the rows of plan\.json: tasks\[0\]/,
    ],
    ["the same seed twice", { ...whole, seeds: [1, 2, 1] }, /seeds\[2\] is the same as plan\.json: seeds\[0\]/],
    ["no seed", { ...whole, seeds: [] }, /seeds takes a list with at least one element/],
    ["a size", { ...whole, size: 0 }, /size takes a whole number from 1 to 100000; it is 0/],
    ["a size beyond all reason", { ...whole, size: 1e9 }, /size takes a whole number from 1 to 100000; it is 1000000000/],
    [
      "candidates beyond all reason",
      { ...whole, sources: [{ kind: "zerogen", writer: { candidates: 1e9 } }] },
      /sources\[0\]\.writer\.candidates takes a whole number from 1 to 100; it is 1000000000/,
    ],
    ["a preset", { ...whole, preset: "big" }, /preset takes small, paper, laptop/],
    ["a list", { ...whole, tasks: "mqp" }, /tasks takes a list/],
  ])("%s", (_, file, message) => {
    expect(() => read(file)).toThrow(message);
  });

  it("a file that is no JSON", () => {
    expect(() => readExperimentFile("{", "plan.json", manifest)).toThrow(/plan\.json is not JSON/);
    const plan = (more: object) => JSON.stringify({ tasks: ["mqp"], sources: ["none"], seeds: [1], size: 5, ...more });
    expect(readExperimentFile(`\uFEFF${plan({})}`, "plan.json", manifest).cells).toHaveLength(1);
    expect(() => readExperimentFile(plan({ engine: "wlama" }), "plan.json", manifest)).toThrow(/plan\.json: engine takes auto, /);
    expect(() => readExperimentFile(plan({ size: 1e300 }), "plan.json", manifest)).toThrow(/size takes a whole number/);
    expect(() => read([])).toThrow(/plan\.json takes an object/);
  });
});

describe("filters", () => {
  it("are a cell each for a source that makes a set, and none for the others", () => {
    const { cells } = read({ ...whole, sources: ["none", "clingen"], filters: ["none", "map", "graph"] });
    expect(cells.map(({ source, filter, config }) => [source, filter, config.filter])).toEqual([
      ["none", undefined, undefined],
      ["clingen", "none", undefined],
      ["clingen", "map", "map"],
      ["clingen", "graph", "graph"],
    ]);
  });

  it("are named, and those of a reader are not taken", () => {
    expect(() => read({ ...whole, filters: ["hand"] })).toThrow(/filters.*none, map, agreement, graph/);
  });
});
