// Section 4.3 on the page: two stages, their curve, and the scores after each. Knows no component.

import { trainRequestOf, untrained, withTrainEvent } from "../../../experiment/experiment.ts";
import type { TrainingResult } from "../../../experiment/notebook.ts";
import type { TrainRequest, TrainRunEvent } from "../../../experiment/steps.ts";
import { basisOf } from "../../../experiment/training-basis.ts";
import { type TrainingNeed, trainingNeed } from "../../../experiment/training-need.ts";
import type { BertConfig } from "../../../nn/bert-config.ts";
import type { StageId, TrainConfig } from "../../../train/train-config.ts";
import { inChunks } from "../../parts/chunks.ts";
import { bytes, count } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

export interface Recipe {
  readonly config: TrainConfig;
  readonly fewEpochs: number;
  readonly syntheticEpochs: number;
  /** The encoder's shape. */
  readonly encoder: BertConfig;
}

type TrainStepEvent = Extract<TrainRunEvent, { type: "step" }>;

export interface LeftOff {
  readonly stage: StageId;
  readonly step: number;
}

export const stageNames: Readonly<Record<StageId, string>> = {
  few: "Stage I, few-shot",
  synthetic: "Stage II, synthetic",
};

export class TrainStep {
  readonly work: Work;
  /** The encoder's own recipe; undefined until the worker said it. */
  recipe = $state.raw<Recipe>();
  /** What is being trained now, before it is in the notebook. */
  live = $state.raw<TrainingResult>();
  /** Why this device: the worker's own words. */
  reason = $state("");
  /** How the checkpoint was read, a sentence each. */
  remarks = $state.raw<readonly string[]>([]);
  last = $state.raw<TrainStepEvent>();
  /** The step after which the training that was left goes on; undefined where it begins. */
  leftOff = $state.raw<LeftOff>();
  /** What the training says of its checkpoints. */
  kept = $state("");
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => run.spend("train", milliseconds));
  }

  /** The live one while it runs, else the kept one. */
  get result(): TrainingResult | undefined {
    return this.live ?? this.#run.notebook.training;
  }

  /** The recipe with the user's changes. */
  get chosen(): Recipe | undefined {
    if (!this.recipe) return undefined;
    const {
      fewEpochs = this.recipe.fewEpochs,
      syntheticEpochs = this.recipe.syntheticEpochs,
      ...changes
    } = this.#run.config.train ?? {};
    const { encoder } = this.recipe;
    return { config: { ...this.recipe.config, seed: this.#run.config.seed, ...changes }, fewEpochs, syntheticEpochs, encoder };
  }

  /** What the chosen recipe takes; undefined until it is known. */
  get need(): TrainingNeed | undefined {
    const { chosen } = this;
    return chosen && trainingNeed(chosen.encoder, chosen.config);
  }

  async readRecipe(): Promise<void> {
    const { encoder, preset } = this.#run.config;
    try {
      this.recipe = await this.#run.lab.services.train.recipe({ encoder, preset });
    } catch {
      this.recipe = undefined; // training says why
    }
  }

  async readLeftOff(): Promise<void> {
    const { notebook, generate, config } = this.#run;
    const known = notebook.data && generate.accepted.length > 0 && !this.work.running && config.device;
    try {
      this.leftOff = known ? await this.#run.lab.services.train.leftOff(await this.#request()) : undefined;
    } catch {
      this.leftOff = undefined; // training says why
    }
  }

  #request(): Promise<TrainRequest> {
    const { lab, config, notebook, generate } = this.#run;
    if (!notebook.data) throw new Error("train: the notebook has no data");
    return trainRequestOf(config, notebook.data, generate.accepted, notebook.id, lab.services.train.recipe);
  }

  /** Forgets the training that was left, and begins. */
  startAnew = async (): Promise<boolean> => {
    try {
      await this.#run.lab.services.train.forgetTraining({ model: this.#run.notebook.id });
    } catch (error) {
      this.work.error = error;
      return false;
    }
    return this.start();
  };

  /** Goes on where the same training was left. */
  start = (): Promise<boolean> =>
    this.work.run("Loading the encoder", async (signal) => {
      const { config, notebook } = this.#run;
      const { train } = this.#run.lab.services;
      const request = await this.#request();
      let result = untrained(notebook.id, basisOf(config, notebook.run, request.synthetic.length));
      this.live = result;
      this.last = undefined;
      this.kept = "";
      this.remarks = [];
      try {
        for await (const events of inChunks(train.train(request, signal), 250)) {
          for (const event of events) {
            result = withTrainEvent(result, event);
            this.#tell(event, request, result);
          }
          this.live = result;
          const worthSaving = events.some((e) => e.type === "scored" || e.type === "saved");
          if (worthSaving) await this.#run.change({ training: result });
        }
      } finally {
        this.live = undefined;
      }
    });

  #tell(event: TrainRunEvent, request: TrainRequest, result: TrainingResult): void {
    const { work } = this;
    switch (event.type) {
      case "device":
        this.reason = event.reason;
        break;
      case "loading":
        work.tell(`Loading ${event.what}: ${bytes(event.done)} of ${bytes(event.total)}`, event.done, event.total);
        break;
      case "compiling":
        work.tell(`Preparing the network for inputs of ${event.tokens} tokens`);
        break;
      case "features": {
        const what = "reading the examples with the layers that stay as they are";
        work.tell(`${stageNames[event.stage]}: ${what}: ${count(event.done)} of ${count(event.total)}`, event.done, event.total);
        break;
      }
      case "stage":
        work.tell(`${stageNames[event.stage]}: ${count(event.examples)} examples, ${event.epochs} epochs`);
        break;
      case "step": {
        this.last = event;
        const steps = stepsOf(request);
        const done = (event.stage === "synthetic" ? steps.few : 0) + event.step;
        work.tell(`${stageNames[event.stage]}: step ${event.step} of ${event.steps}`, done, steps.few + steps.synthetic);
        work.left = (steps.few + steps.synthetic - done) * meanMilliseconds(result);
        break;
      }
      case "scoring":
        work.tell(`Scoring the test set: ${count(event.done)} of ${count(event.total)}`, event.done, event.total);
        break;
      case "resumed":
        work.tell(`${stageNames[event.stage]}: going on after step ${event.step}`);
        break;
      case "kept":
        this.kept = `Kept on the disk after step ${event.step}: ${bytes(event.bytes)}.`;
        break;
      case "not-kept":
        this.kept = `It cannot be kept on the way, so closing the page or stopping loses it: ${event.why}`;
        break;
      case "remark":
        this.remarks = [...this.remarks, event.text];
        break;
      case "device-lost":
        work.tell("The graphics device went away: setting the training up anew");
        break;
      case "epoch":
      case "stage-finished":
      case "scored":
      case "saved":
        break;
      default:
        event satisfies never;
    }
  }
}

function stepsOf({ few, synthetic, fewEpochs, syntheticEpochs, config }: TrainRequest): Readonly<Record<StageId, number>> {
  const steps = (examples: number, epochs: number) => Math.ceil(examples / config.batchSize) * epochs;
  return { few: steps(few.length, fewEpochs), synthetic: steps(synthetic.length, syntheticEpochs) };
}

/** Of the last twenty steps. */
function meanMilliseconds({ history }: TrainingResult): number {
  const recent = history.filter((e): e is TrainStepEvent => e.type === "step").slice(-20);
  return recent.reduce((sum, e) => sum + e.milliseconds, 0) / Math.max(1, recent.length);
}
