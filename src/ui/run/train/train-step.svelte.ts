// Section 4.3 on the page: two stages, their curve, and the scores after each. Knows no component.

import { ClinfuseError } from "../../../base/errors.ts";
import type { DriveEvent } from "../../../experiment/drive-cell.ts";
import type { TrainingResult } from "../../../experiment/notebook.ts";
import { fewKeys, syntheticKeys } from "../../../experiment/plan.ts";
import { trainRequestOf } from "../../../experiment/requests.ts";
import type { TrainedState, TrainRequest, TrainRunEvent } from "../../../experiment/steps.ts";
import { basisOf, lastStageOf, trainingOf } from "../../../experiment/training-basis.ts";
import { type TrainingNeed, trainingNeed } from "../../../experiment/training-need.ts";
import { untrained, withTrainEvent } from "../../../experiment/training-result.ts";
import type { BertConfig } from "../../../nn/bert-config.ts";
import { stageNames } from "../../../report/training-curves.ts";
import type { StageId, TrainConfig } from "../../../train/train-config.ts";
import { inChunks } from "../../parts/chunks.ts";
import { bytes, count, counted } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

export interface Recipe {
  readonly config: TrainConfig;
  readonly fewEpochs: number;
  readonly syntheticEpochs: number;
  /** The encoder's shape. */
  readonly encoder: BertConfig;
  /** Key of the encoder's files, where it is known. */
  readonly weights?: string;
}

/** Event of the driver about a training, or about scoring a model that is kept. */
type TrainTold = Extract<DriveEvent, { type: "train" }>["event"];

interface Unsaved {
  readonly place: string;
  readonly why: string;
  /** Result, once it has come to its end. */
  readonly result?: TrainingResult;
}

type TrainStepEvent = Extract<TrainRunEvent, { type: "step" }>;

export interface LeftOff {
  readonly stage: StageId;
  readonly step: number;
}

export class TrainStep {
  readonly work: Work;
  /** The encoder's own recipe; undefined until the worker said it. */
  recipe = $state.raw<Recipe>();
  /** Result of the training under way, before it is in the notebook. */
  live = $state.raw<TrainingResult>();
  /** Why this device: the worker's own words. */
  reason = $state("");
  /** Remarks on the checkpoint, a sentence each. */
  remarks = $state.raw<readonly string[]>([]);
  last = $state.raw<TrainStepEvent>();
  /** The step after which the training that was left goes on; undefined where it begins. */
  leftOff = $state.raw<LeftOff>();
  /** Words for the training's checkpoints. */
  checkpoint = $state("");
  /** No checkpoint can be written: the training is in this tab alone. */
  notKept = $state(false);
  /** Another tab is at work on this training. */
  isElsewhere = $state(false);
  /** The training was begun, and nothing of its progress is there. */
  isGone = $state(false);
  /** State of the trained model's files; undefined until it was looked for. */
  kept = $state.raw<TrainedState>();
  /** A trained model that could not be stored: it is in this tab's memory alone. */
  unsaved = $state.raw<Unsaved>();
  readonly saving = new Work();
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("train", milliseconds));
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

  /** Steps of each stage, by the chosen recipe. */
  get #steps(): Readonly<Record<StageId, number>> {
    const { notebook, generate, config } = this.#run;
    const of = (examples: number, epochs = 0) => Math.ceil(examples / (this.chosen?.config.batchSize ?? 1)) * epochs;
    return {
      few: of(notebook.data?.train.length ?? 0, this.chosen?.fewEpochs),
      synthetic: of(generate.accepted.length || (trainingOf(config)?.size ?? 0), this.chosen?.syntheticEpochs),
    };
  }

  /** Memory that the chosen recipe takes; undefined until it is known. */
  get need(): TrainingNeed | undefined {
    const { chosen } = this;
    return chosen && trainingNeed(chosen.encoder, chosen.config, trainingOf(this.#run.config));
  }

  async readRecipe(): Promise<void> {
    const { encoder, preset } = this.#run.config;
    try {
      this.recipe = await this.#run.lab.services.train.recipe({ encoder, preset });
    } catch {
      this.recipe = undefined; // training says why
    }
  }

  /** The trained model is there to be used. Until it was looked for it is taken to be. */
  get isKept(): boolean {
    return this.#run.notebook.training?.model !== undefined && (this.kept === undefined || this.kept.kind === "whole");
  }

  /** There is a trained model to read a text with and to take away: stored, or in this tab's memory. A capsule brings none. */
  get hasModel(): boolean {
    return this.unsaved !== undefined || this.isKept;
  }

  /** Training goes on after its last checkpoint; only one that cannot be kept is lost with the tab. */
  get wouldLose(): boolean {
    return this.unsaved !== undefined || (this.work.running && this.notKept);
  }

  /** Looks whether the trained model's files are there. */
  async readKept(): Promise<void> {
    const model = this.#run.notebook.training?.model;
    try {
      this.kept = model === undefined ? undefined : await this.#run.lab.services.train.trainedState({ model });
    } catch {
      this.kept = undefined; // using it says why
    }
  }

  async readLeftOff(): Promise<void> {
    const { notebook, config, lab } = this.#run;
    const known = notebook.data && this.hasMaterial && !this.work.running && config.device;
    let found: { leftOff?: LeftOff | undefined; isElsewhere?: boolean; isGone?: boolean } = {};
    try {
      if (known) {
        const leftOff = await lab.services.train.leftOff(await this.#request());
        found = { leftOff, isGone: leftOff === undefined && (await this.#isBegun()) };
      }
    } catch (error) {
      // Anything else is told by training.
      found = { isElsewhere: error instanceof ClinfuseError && error.code === "training-busy" };
    }
    this.leftOff = found.leftOff;
    this.isElsewhere = found.isElsewhere ?? false;
    this.isGone = found.isGone ?? false;
  }

  /** There are examples to train on, or none are wanted. */
  get hasMaterial(): boolean {
    const { accepted, wanted } = this.#run.generate;
    return accepted.length > 0 || wanted === 0;
  }

  /** Tells whether a training of these very choices was begun and never ended. */
  async #isBegun(): Promise<boolean> {
    const { notebook, generate, config, dataKeys, lab } = this.#run;
    if (!dataKeys) return false;
    const basis = basisOf(config, notebook.run, generate.accepted.length, dataKeys);
    const few = await fewKeys(config.task, basis, dataKeys);
    const keys = { few, synthetic: await syntheticKeys(config.task, basis, dataKeys, few) };
    const { model } = keys[lastStageOf(basis)];
    return (await lab.services.products.find("model", model))?.state === "begun";
  }

  #request(): Promise<TrainRequest> {
    const { lab, config, notebook, generate } = this.#run;
    if (!notebook.data) throw new Error("train: the notebook has no data");
    const synthetic = generate.accepted.map((s) => s.example);
    return trainRequestOf(config, notebook.data, synthetic, notebook.id, lab.services.train.recipe);
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

  /** Goes on where the same training was left. The model before stays until the new one is stored. */
  start = (): Promise<boolean> =>
    this.work.run("Loading the encoder", async (signal) => {
      const { notebook } = this.#run;
      const again = this.#run.isDone("train") && this.#run.stale.length === 0;
      const before = notebook.training?.model;
      let result = untrained(basisOf(this.#run.config, notebook.run, this.#run.generate.accepted.length));
      this.live = result;
      this.last = undefined;
      this.checkpoint = "";
      this.notKept = false;
      this.unsaved = undefined;
      try {
        for await (const events of inChunks(this.#run.drive(signal, { until: "scores", again }), 250)) {
          for (const event of events) {
            if (event.type === "training") result = event.training;
            if (event.type === "train") result = this.#told(event.event, result);
          }
          this.live = result;
          const told = events.some((event) => event.type === "training");
          if (told && (before === undefined || result.model !== undefined)) await this.#run.change({ training: result });
        }
        if (result.model !== undefined) await this.#settle(before);
        else this.#hold(result);
      } finally {
        this.live = undefined;
      }
    });

  /** Keeps the result beside the model that only this tab has. */
  #hold(result: TrainingResult): void {
    if (this.unsaved) this.unsaved = { ...this.unsaved, result };
  }

  /** Stores the model that could not be stored, once there is room. */
  saveAgain = (): Promise<boolean> =>
    this.saving.run("Saving the trained model", async (signal) => {
      const { unsaved } = this;
      if (!unsaved?.result) return;
      const before = this.#run.notebook.training?.model;
      const { model } = await this.#run.lab.services.train.saveTrained({ model: unsaved.place }, signal);
      await this.#run.change({ training: { ...unsaved.result, model } });
      this.unsaved = undefined;
      await this.#settle(before);
    });

  /** The new model is in its place: the one before goes, unless another run has it. */
  async #settle(before: string | undefined): Promise<void> {
    this.kept = { kind: "whole" };
    await this.#run.sweep([this.#run.notebook.id, ...(before === undefined ? [] : [before])]);
  }

  #told(event: TrainTold, result: TrainingResult): TrainingResult {
    if (event.type === "loading" && !("what" in event)) {
      this.work.tell("Loading the trained model, to score it", event.done, event.total);
      return result;
    }
    const next = withTrainEvent(result, event as TrainRunEvent);
    this.#tell(event as TrainRunEvent, next);
    return next;
  }

  #tell(event: TrainRunEvent, result: TrainingResult): void {
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
        const what = "computing the outputs of the frozen layers";
        work.tell(`${stageNames[event.stage]}: ${what}: ${count(event.done)} of ${count(event.total)}`, event.done, event.total);
        break;
      }
      case "stage":
        work.tell(`${stageNames[event.stage]}: ${counted(event.examples, "example")}, ${counted(event.epochs, "epoch")}`);
        break;
      case "step": {
        this.last = event;
        const steps = this.#steps;
        const isSecond = event.stage === "synthetic";
        const done = (isSecond ? steps.few : 0) + event.step;
        const all = steps.few + (isSecond ? event.steps : steps.synthetic);
        const left = (all - done) * meanMilliseconds(result);
        work.tell(`${stageNames[event.stage]}: step ${event.step} of ${event.steps}`, done, all, left);
        break;
      }
      case "scoring":
        work.tell(`Scoring the test set: ${count(event.done)} of ${count(event.total)}`, event.done, event.total);
        break;
      case "resumed":
        work.tell(`${stageNames[event.stage]}: going on after step ${event.step}`);
        break;
      case "kept":
        this.checkpoint = `Kept on the disk after step ${event.step}: ${bytes(event.bytes)}.`;
        this.notKept = false;
        break;
      case "not-kept":
        this.checkpoint = `It cannot be kept on the way, so closing the page or stopping loses it: ${event.why}`;
        this.notKept = true;
        break;
      case "not-saved":
        this.unsaved = { place: event.model, why: event.why };
        break;
      case "remark":
        this.remarks = [...this.remarks, event.text];
        break;
      case "device-lost":
        work.tell("The graphics device went away: setting the training up anew");
        break;
      case "epoch":
      case "dynamics":
      case "stage-finished":
      case "scored":
      case "saved":
      case "stage-found": // cells of a grid alone share a stage
      case "stage-not-kept":
        break;
      default:
        event satisfies never;
    }
  }
}

/** Mean time of the last twenty steps. */
function meanMilliseconds({ history }: TrainingResult): number {
  const recent = history.filter((e): e is TrainStepEvent => e.type === "step").slice(-20);
  return recent.reduce((sum, e) => sum + e.milliseconds, 0) / Math.max(1, recent.length);
}
