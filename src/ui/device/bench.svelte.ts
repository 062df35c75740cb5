// State of the device page: facts of this device, the measurements kept, the measuring. Knows no component.

import type { EngineSpeed } from "../../engines/measure-engine.ts";
import type { AdapterReport, MeasureEvent, MeasureProcedures } from "../../procedures/measure.ts";
import type { Measurements } from "../../store/measurements.ts";
import type { TrainingSpeed } from "../../train/measure-training.ts";
import type { WorkerClient } from "../../workers/client.ts";

import { Work } from "../parts/work.svelte.ts";
import type { Services } from "../services.ts";

export type LeftOut = Extract<MeasureEvent, { type: "left-out" }>;

const none: Measurements = { engines: [], training: [] };

export class Bench {
  readonly work = new Work();
  report = $state.raw<AdapterReport>();
  /** Undefined until read. */
  known = $state.raw<Measurements>();
  /** Subjects that the last measuring left out, and why. */
  leftOut = $state.raw<readonly LeftOut[]>([]);
  /** Why the facts or the measurements could not be read or forgotten. */
  failure = $state.raw<unknown>();
  /** Told of each worker that is started. */
  onStart: (client: WorkerClient<MeasureProcedures>) => void = () => undefined;
  readonly #services: Services;
  #client: WorkerClient<MeasureProcedures> | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** The worker is started by the first question and ended after each measuring, with all that it allocated. */
  get #measuring(): WorkerClient<MeasureProcedures> {
    if (!this.#client) {
      this.#client = this.#services.measure();
      this.onStart(this.#client);
    }
    return this.#client;
  }

  read = async (): Promise<void> => {
    if (this.work.running) return;
    this.failure = undefined;
    try {
      const { procedures } = this.#measuring;
      this.report = await procedures.device(null);
      this.known = await procedures.measurements(null);
    } catch (error) {
      this.failure = error;
    }
  };

  measure = (model: string): Promise<boolean> =>
    this.work.run("Starting", async (signal) => {
      this.leftOut = [];
      try {
        for await (const event of this.#measuring.procedures.measure({ model }, signal)) {
          if (event.type === "measuring") this.work.tell(event.what, event.done, event.total);
          else if (event.type === "measured") this.known = withSpeed(this.known ?? none, event.speed);
          else this.leftOut = [...this.leftOut, event];
        }
      } finally {
        this.#client?.close();
        this.#client = undefined;
      }
    });

  forget = async (): Promise<void> => {
    try {
      await this.#measuring.procedures.forget(null);
      this.known = none;
      this.leftOut = [];
    } catch (error) {
      this.failure = error;
    }
  };
}

function withSpeed({ engines, training }: Measurements, speed: EngineSpeed | TrainingSpeed): Measurements {
  if (speed.kind === "training") {
    const before = training.filter((t) => t.device !== speed.device || t.path !== speed.path);
    return { engines, training: [...before, speed] };
  }
  const others = engines.filter((e) => e.model !== speed.model || e.engine !== speed.engine);
  return { engines: [...others, speed], training };
}
