// The page's side of the worker that measures this device: it lives while a page asks, and is ended with what it allocated.

import type { Rung } from "../engines/ladder.ts";
import type { EngineSpeed } from "../engines/measure-engine.ts";
import type { AdapterFacts } from "../models/gpu-adapter.ts";
import type { Measurements } from "../store/measurements.ts";
import type { TrainingSpeed } from "../train/measure-training.ts";
import { type Client, connect } from "./rpc.ts";
import type { SeenRequest } from "./seen-requests.ts";

export type MeasureEvent =
  | { readonly type: "measuring"; readonly what: string; readonly done: number; readonly total: number }
  | { readonly type: "measured"; readonly speed: EngineSpeed | TrainingSpeed }
  /** It cannot run here, or failed: the others go on. */
  | { readonly type: "left-out"; readonly what: string; readonly reason: string };

export interface AdapterReport {
  readonly rung: Rung;
  readonly adapter: AdapterFacts | undefined;
  readonly cores: number;
  readonly isolated: boolean;
  /** Whether WASM multiplies and adds in one instruction. */
  readonly relaxedSimd: boolean;
  /** Names of the catalogue's engines by id. */
  readonly engineNames: Readonly<Record<string, string>>;
}

export type MeasureProcedures = {
  /** What this worker asks of any network, as it does so. One reader; it ends with the worker. */
  requests(argument: null, signal: AbortSignal): AsyncGenerator<readonly SeenRequest[], void>;
  device(argument: null, signal: AbortSignal): Promise<AdapterReport>;
  /** What was measured before. Throws `storage-unavailable`. */
  measurements(argument: null, signal: AbortSignal): Promise<Measurements>;
  /** Every engine that reads the model and can run here, then training on each device; each number is kept as it comes. */
  measure(argument: { readonly model: string }, signal: AbortSignal): AsyncGenerator<MeasureEvent, void>;
  forget(argument: null, signal: AbortSignal): Promise<void>;
};

export interface MeasureClient {
  readonly procedures: Client<MeasureProcedures>;
  /** Ends the worker, whatever it is doing. */
  readonly close: () => void;
}

export function measureClient(): MeasureClient {
  const worker = new Worker(new URL("./measure.worker.ts", import.meta.url), { type: "module", name: "measure" });
  return { procedures: connect<MeasureProcedures>(worker, ["requests", "measure"]), close: () => worker.terminate() };
}
