// The worker that measures this device: engines on a model, training on each device. Its own, so that what it allocates ends with it.

import { ClinfuseError, isAbort } from "../base/errors.ts";
import { reporting } from "../base/progress.ts";
import { type Engine, engines, openWith } from "../engines/catalogue.ts";
import { rungOf } from "../engines/ladder.ts";
import { type EngineSpeed, measuredRequests, measureEngine } from "../engines/measure-engine.ts";
import { modelAccess } from "../models/access.ts";
import { adapterFacts } from "../models/gpu-adapter.ts";
import type { ModelEntry } from "../models/manifest.ts";
import { modelEntry } from "../models/manifest.ts";
import type { Device } from "../runtime/device.ts";
import { hasRelaxedSimd } from "../runtime/device.ts";
import { type Db, openDb } from "../store/db.ts";
import { forgetMeasurements, keepMeasurement, readMeasurements } from "../store/measurements.ts";
import { modelStore } from "../store/model-store.ts";
import { measuredSteps, measureTraining, type TrainingSpeed } from "../train/measure-training.ts";
import type { MeasureEvent, MeasureProcedures } from "./measure.client.ts";
import { serve } from "./rpc.ts";
import { recordRequests } from "./seen-requests.ts";

let database: Promise<Db> | undefined;
const library = modelAccess(modelStore());
const db = () => (database ??= openDb());

type Measuring = Extract<MeasureEvent, { type: "measuring" }>;
type Tell = (event: Measuring) => void;

async function* kept<S extends EngineSpeed | TrainingSpeed>(
  what: string,
  measure: (tell: Tell) => Promise<S>,
): AsyncGenerator<MeasureEvent, void> {
  try {
    const speed = yield* reporting(measure);
    await keepMeasurement(await db(), speed);
    yield { type: "measured", speed };
  } catch (error) {
    if (isAbort(error) || (error instanceof ClinfuseError && error.code === "storage-unavailable")) throw error;
    yield { type: "left-out", what, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function engineSpeed(engine: Engine, entry: ModelEntry, others: readonly ModelEntry[], signal: AbortSignal, tell: Tell) {
  const told = (doing: string) => (done: number, total: number) =>
    tell({ type: "measuring", what: `${engine.name}: ${doing}`, done, total });
  const { model } = await openWith(engine.id, {
    entry,
    read: (file, of = entry) => library.read(of, file, { signal, onBytes: told(`reading ${file.name}`) }),
    find: (id) => others.find((other) => other.id === id),
    onLoad: told("onto the device"),
  });
  try {
    const answered = told("writing");
    answered(0, measuredRequests);
    const tokensPerSecond = await measureEngine(model, signal, (done) => answered(done, measuredRequests));
    return { kind: "engine", model: entry.id, engine: engine.id, tokensPerSecond, measuredAt: Date.now() } as const;
  } finally {
    await model.close();
  }
}

async function trainingSpeed(device: Device, signal: AbortSignal, tell: Tell): Promise<TrainingSpeed> {
  const told = (done: number) =>
    tell({ type: "measuring", what: `Training on ${trainingNames[device]}`, done, total: measuredSteps });
  told(0);
  return { kind: "training", device, gflops: await measureTraining(device, signal, told), measuredAt: Date.now() };
}

const trainingNames: Readonly<Record<Device, string>> = { webgpu: "WebGPU", wasm: "WASM" };

const procedures: MeasureProcedures = {
  requests: recordRequests(),

  async device() {
    const adapter = await adapterFacts();
    const cores = navigator.hardwareConcurrency || 1;
    const isolated = crossOriginIsolated;
    const engineNames = Object.fromEntries(engines.map(({ id, name }) => [id, name]));
    const rung = rungOf({ adapter, isolated, cores });
    return { rung, adapter, cores, isolated, relaxedSimd: hasRelaxedSimd(), engineNames };
  },

  measurements: async () => readMeasurements(await db()),

  async *measure({ model }, signal) {
    const { models } = await library.manifest();
    const entry = modelEntry({ models }, model);
    const adapter = await adapterFacts();
    const software = adapter?.software ? `${adapter.name} is computed by the processor, and slower than it` : undefined;
    for (const engine of engines.filter((e) => e.reads(entry) !== undefined)) {
      const unfit = engine.unfit && ((await engine.unfit())?.message ?? software);
      if (unfit) yield { type: "left-out", what: engine.name, reason: unfit };
      else yield* kept(engine.name, (tell) => engineSpeed(engine, entry, models, signal, tell));
    }
    for (const device of ["wasm", "webgpu"] as const) {
      const what = `Training on ${trainingNames[device]}`;
      if (device === "webgpu" && software) yield { type: "left-out", what, reason: software };
      else yield* kept(what, (tell) => trainingSpeed(device, signal, tell));
    }
  },

  forget: async () => forgetMeasurements(await db()),
};

serve(self, procedures);
