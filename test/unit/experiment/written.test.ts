// MELM in the driver: its run is written where training runs, with that cell's encoder and seeds; killed at any event it writes the same bytes.

import { describe, expect, it } from "vitest";
import { drive } from "../../../src/experiment/drive.ts";
import type { DriveEvent, DriveOptions } from "../../../src/experiment/drive-cell.ts";
import type { ExperimentConfig } from "../../../src/experiment/experiment-config.ts";
import { planOfOne } from "../../../src/experiment/plan.ts";
import type { ExperimentPorts } from "../../../src/experiment/ports.ts";
import { presetConfig, presetSource } from "../../../src/experiment/presets.ts";
import type { FillRequest } from "../../../src/experiment/steps.ts";
import { type MemoryRunStore, memoryRunStore } from "../generate/memory-run-store.ts";
import { toyTraining } from "../procedures/toy-masked.ts";
import { data, fakeDisk, fakePorts } from "./fake-plan.ts";
import { memoryProducts } from "./memory-products.ts";

const never = new AbortController().signal;

interface World {
  readonly runs: MemoryRunStore;
  readonly products: ReturnType<typeof memoryProducts>;
  readonly asked: FillRequest[];
}

const world = (): World => ({ runs: memoryRunStore(), products: memoryProducts(), asked: [] });

/** Each sitting has workers of its own; the log and the products outlive them. */
function portsOf({ runs, asked }: World): ExperimentPorts {
  const fake = fakePorts(fakeDisk());
  const { procedures } = toyTraining(runs);
  return {
    ...fake,
    pipeline: { ...fake.pipeline, readRun: ({ id }) => runs.read(id) as never },
    trainer: {
      ...fake.trainer,
      fill(request, signal = never) {
        asked.push(request);
        return procedures.fill(request, signal);
      },
    },
  };
}

const plain = presetSource("small", "melm");
const source = { ...plain, tuning: { ...plain.tuning, learningRate: 5, epochs: 2, dropout: 0 } };
const configOf = (over: Partial<ExperimentConfig> = {}): ExperimentConfig =>
  presetConfig("small", { task: "bc5cdr-disease", source, size: 6, encoder: "masked", ...over });

async function driven(
  of: World,
  config = configOf(),
  options: DriveOptions = { until: "made" },
  stop = Number.POSITIVE_INFINITY,
) {
  const events: DriveEvent[] = [];
  const work = drive(planOfOne(config, "place"), of.products, portsOf(of), never, options);
  while (events.length < stop) {
    const next = await work.next();
    if (next.done) break;
    events.push(next.value); // and where it stops, a kill: no clean-up is run
  }
  return events;
}

const runOf = (events: readonly DriveEvent[]) =>
  events.flatMap((e) => (e.type === "generate" && e.event.type === "opened" ? [e.event.run] : []))[0] as string;

const whole = world();
const events = await driven(whole);
const run = runOf(events);

describe("a source that fills masked places, driven", () => {
  it("asks the trainer for its run with the cell's rows, encoder and seeds, and tells the fine-tuning", () => {
    const [asked] = whole.asked;
    expect(asked).toMatchObject({ encoder: "masked", seed: 1, validation: data.validation, run: { demonstrations: data.train } });
    expect(asked?.stage).toBeUndefined();
    expect(events.some((e) => e.type === "masked" && e.event.type === "epoch")).toBe(true);
    const made = events.flatMap((e) => (e.type === "result" ? [e.result.made] : []))[0];
    expect(made).toMatchObject({ run, accepted: 6 });
  });

  it("killed after any event it goes on to the same bytes", async () => {
    for (let stop = 1; stop < events.length; stop++) {
      const broken = world();
      await driven(broken, configOf(), { until: "made" }, stop);
      await driven(broken);
      expect(broken.runs.lines(run), `killed after event ${stop}`).toEqual(whole.runs.lines(run));
    }
  }, 60_000);

  it("is found when it is whole, and nothing is fine-tuned again", async () => {
    const before = whole.asked.length;
    const found = await driven(whole);
    expect(found.some((e) => e.type === "found" && e.kind === "made")).toBe(true);
    expect(whole.asked).toHaveLength(before);
  });

  it("is another run with another encoder, other rows to choose the epoch by, or other settings", async () => {
    const other = { ...source, tuning: { ...source.tuning, epochs: 3 } };
    expect(runOf(await driven(world(), configOf({ source: other })))).not.toBe(run);
    const bare = await driven(world(), configOf({ encoder: "bare" }), { until: "made", keepGoing: true });
    expect(runOf(bare)).toBeUndefined();
    const validated = world();
    const ports = portsOf(validated);
    const elsewhere = { ...ports, data: async () => ({ ...data, validation: data.validation.slice(1) }) };
    const told: DriveEvent[] = [];
    for await (const event of drive(planOfOne(configOf(), "place"), validated.products, elsewhere, never, { until: "made" }))
      told.push(event);
    expect(runOf(told)).not.toBe(run);
  });

  it("trains the classifier that filters, and has its recipe in the run's identity", async () => {
    const filtering = world();
    const filtered = await driven(filtering, configOf({ source: { ...source, filter: true } }));
    expect(filtering.asked[0]?.stage).toMatchObject({ few: data.train, synthetic: [], fewEpochs: 3, save: "place" });
    const longer = await driven(world(), configOf({ source: { ...source, filter: true }, train: { fewEpochs: 5 } }));
    expect(new Set([run, runOf(filtered), runOf(longer)]).size).toBe(3);
    const same = await driven(world(), configOf({ train: { fewEpochs: 5 } }));
    expect(runOf(same)).toBe(run);
  });

  it("fails its cell in words where the encoder has no masked head, and the next cell goes on", async () => {
    const both = world();
    const cells = ["bare", "masked"].flatMap((encoder) => planOfOne(configOf({ encoder }), encoder).cells);
    const told: DriveEvent[] = [];
    for await (const event of drive({ cells }, both.products, portsOf(both), never, { until: "made", keepGoing: true }))
      told.push(event);
    const ends = told.filter((e) => e.type === "failed" || e.type === "result");
    expect(ends).toMatchObject([
      {
        cell: 0,
        type: "failed",
        failure: { code: "no-masked-head", message: expect.stringContaining("cannot fill masked words") },
      },
      { cell: 1, type: "result" },
    ]);
    expect(told.some((e) => e.cell === 0 && e.type === "masked" && e.event.type === "step")).toBe(false);
  });
});
