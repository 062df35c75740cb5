// Section 6 on the page: the measures of the synthetic text beside the real, and the map of both. Knows no component.

import type { Analysis } from "../../../analyse/analysis.ts";
import {
  analysisKey,
  embeddingEncoder,
  evenShare,
  type MeasuredSet,
  realSet,
  syntheticSet,
} from "../../../experiment/measured.ts";
import { dataKeys } from "../../../experiment/plan.ts";
import type { AnalyseRequest, MapMethod } from "../../../procedures/analyse.ts";
import type { EmbedEvent } from "../../../procedures/embedder-pool.ts";
import { tellEmbedding } from "../../parts/embedding-words.ts";
import { count } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";
import type { MappedSet } from "./map-colours.ts";
import { TrustStep } from "./trust-step.svelte.ts";

/** A map, drawn as it comes. */
export interface TextMap {
  readonly method: MapMethod;
  /** x and y in turn, real texts first. */
  readonly points: Float32Array;
  readonly step: number;
  readonly steps: number;
  readonly divergence: number | undefined;
}

export class AnalyseStep {
  readonly work: Work;
  readonly mapping = new Work();
  readonly doubt: TrustStep;
  analysis = $state.raw<Analysis>();
  map = $state.raw<TextMap>();
  /** The texts of the map, in the order of its points. */
  mapped = $state.raw<readonly MappedSet[]>([]);
  readonly wouldLose = false;
  #read: string | undefined;
  /** Measurings begun so far. */
  #measured = 0;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.doubt = new TrustStep(run);
    this.work = new Work((milliseconds) => void run.spend("analyse", milliseconds));
  }

  get real(): MeasuredSet {
    return realSet(this.#run.notebook.data ?? { validation: [], test: [] }, this.#run.config.source);
  }

  get synthetic(): MeasuredSet {
    return syntheticSet(this.#run.generate.accepted.map((entry) => entry.example));
  }

  /** Looks for what was measured before. */
  async read(): Promise<void> {
    const key = await this.#key();
    if (key === undefined || key === this.#read || this.work.running) return;
    this.#read = key;
    const measured = this.#measured;
    const { products } = this.#run.lab.services;
    const found = await products.find("analysis", key);
    const own = found?.state === "whole" ? found.value : undefined;
    const { capsule } = this.#run.notebook;
    // A capsule's own key names what it was measured on: other rows, another encoder, a graph that is not here.
    const brought = own || capsule?.analysis === undefined ? undefined : await products.find("analysis", capsule.analysis);
    // A measuring that ended meanwhile has the newer word.
    if (measured === this.#measured && key === this.#read)
      this.analysis = own ?? (this.#isAsBrought ? brought?.value : undefined);
  }

  analyse = (): Promise<boolean> =>
    this.work.run("Opening the encoder", async (signal) => {
      this.#measured++;
      const { lab, config, notebook } = this.#run;
      await lab.bringGraph(config.graph, this.work, signal);
      const key = await this.#key();
      const graph = await lab.heldGraph(config.graph);
      const request: AnalyseRequest = {
        real: this.real,
        synthetic: [this.synthetic],
        shown: { name: "shown", examples: notebook.data?.train ?? [] },
        encoder: embeddingEncoder,
        ...(graph === null ? {} : { graph }),
        seed: config.seed,
      };
      for await (const event of lab.analyst.procedures.analyse(request, signal)) {
        if (event.type === "analysed") this.analysis = event.analysis;
        else if (event.type === "measuring") this.work.tell("Measuring");
        else await this.#hear(this.work, event);
      }
      if (key === undefined || !this.analysis) return;
      this.#read = key;
      const milliseconds = Math.round(this.work.elapsed);
      await lab.services.products.put({ kind: "analysis", key, state: "whole", milliseconds, value: this.analysis });
      await this.#run.noteProduct(key);
    });

  draw = (method: MapMethod): Promise<boolean> =>
    this.mapping.run("Opening the encoder", async (signal) => {
      const sets = [this.real, this.synthetic] as const;
      let divergence: number | undefined;
      this.map = undefined;
      const origins = evenShare(this.#run.generate.accepted).map(({ origin }) => origin);
      this.mapped = [sets[0], { ...sets[1], origins }];
      const request = { sets, encoder: embeddingEncoder, method, seed: this.#run.config.seed };
      for await (const event of this.#run.lab.analyst.procedures.map(request, signal)) {
        if (event.type === "points") {
          const { points, step, steps } = event;
          divergence = event.divergence ?? divergence;
          this.map = { method, points, step, steps, divergence };
          this.mapping.tell(`Drawing: step ${count(step)} of ${count(steps)}`, step, steps);
        } else if (event.type === "neighbours") this.mapping.tell("Finding neighbours", event.done, 1);
        else await this.#hear(this.mapping, event);
      }
    });

  async #hear(work: Work, event: EmbedEvent): Promise<void> {
    if (event.type === "kept") await this.#run.noteProduct(event.key);
    else tellEmbedding(work, event);
  }

  /** The run has not gone on since the capsule was opened: it has as many texts as were measured. */
  get #isAsBrought(): boolean {
    return this.#run.stale.every(({ kind }) => kind !== "run");
  }

  /** Names all that the measures follow from; undefined while there is nothing to measure. */
  async #key(): Promise<string | undefined> {
    const { notebook, config, generate } = this.#run;
    const accepted = generate.accepted.length;
    if (!notebook.data || notebook.run === undefined || accepted === 0) return undefined;
    const keys = this.#run.dataKeys ?? (await dataKeys(notebook.data));
    const { graph, seed, source } = config;
    const held = await this.#run.lab.heldGraph(graph);
    return analysisKey(keys, notebook.data, { run: notebook.run, source, accepted, graph: held, seed });
  }
}
