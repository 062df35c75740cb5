// Measures this device: engines on a model, training on each device; each number is kept as it comes. Knows no worker and no storage.

import { cleanAfter } from "../base/async.ts";
import { ClinfuseError, isAbort } from "../base/errors.ts";
import { reporting } from "../base/progress.ts";
import type { Engine } from "../engines/catalogue.ts";
import { type Rung, rungOf } from "../engines/ladder.ts";
import { type EngineSpeed, measuredRequests, measureEngine } from "../engines/measure-engine.ts";
import type { AdapterFacts } from "../models/gpu-adapter.ts";
import { type ModelEntry, modelEntry } from "../models/manifest.ts";
import type { ModelReader } from "../models/reader.ts";
import type { Device } from "../runtime/device.ts";
import type { WebGpuPath } from "../runtime/trainer.ts";
import type { Measurements } from "../store/measurements.ts";
import { measuredSteps, type TrainingSpeed } from "../train/measure-training.ts";

export type MeasureEvent =
  | { readonly type: "measuring"; readonly what: string; readonly done: number; readonly total: number }
  | { readonly type: "measured"; readonly speed: EngineSpeed | TrainingSpeed }
  /** An engine or a device that cannot run here, or failed: the others are measured all the same. */
  | { readonly type: "left-out"; readonly what: string; readonly reason: string };

export interface AdapterReport {
  readonly rung: Rung;
  readonly adapter: AdapterFacts | undefined;
  readonly cores: number;
  readonly isolated: boolean;
  /** Multiplication and addition in one instruction of WASM. */
  readonly relaxedSimd: boolean;
  /** WebAssembly can wait for a promise: llama.cpp's way to the GPU. */
  readonly jspi: boolean;
  /** Names of the catalogue's engines by id. */
  readonly engineNames: Readonly<Record<string, string>>;
}

export type MeasureProcedures = {
  device(argument: null, signal: AbortSignal): Promise<AdapterReport>;
  /** Measurements taken before. Throws `storage-unavailable`. */
  measurements(argument: null, signal: AbortSignal): Promise<Measurements>;
  /** Every engine that reads the model and can run here, then training on each device; each number is kept as it comes. */
  measure(argument: { readonly model: string }, signal: AbortSignal): AsyncGenerator<MeasureEvent, void>;
  forget(argument: null, signal: AbortSignal): Promise<void>;
};

export interface MeasurePorts {
  readonly models: Pick<ModelReader, "manifest" | "read">;
  readonly measurements: () => Promise<Measurements>;
  readonly keepMeasurement: (speed: EngineSpeed | TrainingSpeed) => Promise<void>;
  readonly forgetMeasurements: () => Promise<void>;
  readonly adapter: () => Promise<AdapterFacts | undefined>;
  readonly machine: () => Pick<AdapterReport, "cores" | "isolated" | "relaxedSimd" | "jspi">;
  readonly engines: readonly Pick<Engine, "id" | "name" | "device" | "reads" | "unfit" | "open" | "check" | "fallback">[];
  /** GFLOP/s of some steps; by onnxruntime where no path is given. */
  readonly measureTraining: (
    device: Device,
    signal: AbortSignal,
    onStep: (done: number) => void,
    path?: WebGpuPath,
  ) => Promise<number>;
}

type Measuring = Extract<MeasureEvent, { type: "measuring" }>;
type Tell = (event: Measuring) => void;
type MeasuredEngine = MeasurePorts["engines"][number];

/** A device, and who computes there. */
type Trained = Pick<TrainingSpeed, "device" | "path">;

const trainings: readonly (Trained & { readonly name: string })[] = [
  { device: "wasm", name: "Training on WASM" },
  { device: "webgpu", name: "Training on WebGPU" },
  { device: "webgpu", path: "program", name: "Training on WebGPU by own kernels" },
];

export function measureProcedures(ports: MeasurePorts): MeasureProcedures {
  return {
    async device() {
      const adapter = await ports.adapter();
      const machine = ports.machine();
      const engineNames = Object.fromEntries(ports.engines.map(({ id, name }) => [id, name]));
      return { rung: rungOf({ adapter, ...machine }), adapter, ...machine, engineNames };
    },
    measurements: () => ports.measurements(),
    measure: ({ model }, signal) => measure(ports, model, signal),
    forget: () => ports.forgetMeasurements(),
  };
}

async function* measure(ports: MeasurePorts, model: string, signal: AbortSignal): AsyncGenerator<MeasureEvent, void> {
  const { models } = await ports.models.manifest();
  const entry = modelEntry({ models }, model);
  const adapter = await ports.adapter();
  const software = adapter?.software ? `${adapter.name} is computed by the processor, and slower than it` : undefined;
  for (const engine of ports.engines.filter((e) => e.reads(entry) !== undefined)) {
    const unfit = (await engine.unfit?.())?.message ?? (engine.device === "webgpu" ? software : undefined);
    if (unfit) yield { type: "left-out", what: engine.name, reason: unfit };
    else yield* kept(ports, engine.name, (tell) => engineSpeed(ports, engine, { entry, models }, signal, tell));
  }
  for (const { name, ...trained } of trainings) {
    if (trained.device === "webgpu" && software) yield { type: "left-out", what: name, reason: software };
    else yield* kept(ports, name, (tell) => trainingSpeed(ports, trained, name, signal, tell));
  }
}

/** Keeps the speed that comes at the end. What fails is left out with its reason; an abort and a storage that refuses are thrown. */
async function* kept<S extends EngineSpeed | TrainingSpeed>(
  { keepMeasurement }: MeasurePorts,
  what: string,
  measuring: (tell: Tell) => Promise<S>,
): AsyncGenerator<MeasureEvent, void> {
  try {
    const speed = yield* reporting(measuring);
    await keepMeasurement(speed);
    yield { type: "measured", speed };
  } catch (error) {
    if (isAbort(error) || (error instanceof ClinfuseError && error.code === "storage-unavailable")) throw error;
    yield { type: "left-out", what, reason: error instanceof Error ? error.message : String(error) };
  }
}

interface Subject {
  readonly entry: ModelEntry;
  readonly models: readonly ModelEntry[];
}

async function engineSpeed(
  ports: MeasurePorts,
  engine: MeasuredEngine,
  { entry, models }: Subject,
  signal: AbortSignal,
  tell: Tell,
): Promise<EngineSpeed> {
  const told = (doing: string) => (done: number, total: number) =>
    tell({ type: "measuring", what: `${engine.name}: ${doing}`, done, total });
  await engine.check?.();
  const model = await engine.open({
    entry,
    read: (file, of = entry) => ports.models.read(of, file, { signal, onBytes: told(`reading ${file.name}`) }),
    find: (id) => models.find((other) => other.id === id),
    onLoad: told("onto the device"),
  });
  if (engine.fallback && model.id.startsWith(`${engine.fallback}/`)) {
    await model.close();
    const what = model.remark ?? `${engine.fallback} writes in its place`;
    throw new ClinfuseError("engine-failed", what, { what });
  }
  const answered = told("writing");
  answered(0, measuredRequests);
  const writing = measureEngine(model, signal, (done) => answered(done, measuredRequests));
  const tokensPerSecond = await cleanAfter(writing, () => model.close());
  return { kind: "engine", model: entry.id, engine: engine.id, tokensPerSecond, measuredAt: Date.now() };
}

async function trainingSpeed(
  { measureTraining }: MeasurePorts,
  trained: Trained,
  what: string,
  signal: AbortSignal,
  tell: Tell,
): Promise<TrainingSpeed> {
  const told = (done: number) => tell({ type: "measuring", what, done, total: measuredSteps });
  told(0);
  const gflops = await measureTraining(trained.device, signal, told, trained.path);
  return { kind: "training", ...trained, gflops, measuredAt: Date.now() };
}
