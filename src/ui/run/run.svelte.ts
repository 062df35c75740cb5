// One run as the page holds it: its notebook, saved at each change, and the state of its six steps.

import { isByBatchFile, writerWords } from "../../experiment/batch-file.ts";
import { drive } from "../../experiment/drive.ts";
import type { DriveEvent, DriveOptions, Target } from "../../experiment/drive-cell.ts";
import type { ExperimentConfig } from "../../experiment/experiment-config.ts";
import { type Notebook, type NotebookData, type Step, steps } from "../../experiment/notebook.ts";
import type { NotebookPatch } from "../../experiment/notebook-patch.ts";
import { dataKeys, planOfOne } from "../../experiment/plan.ts";
import { presetConfig } from "../../experiment/presets.ts";
import { basisOf, type DataKeys, lastStageOf, type Stale, staleIn } from "../../experiment/training-basis.ts";
import type { Writer } from "../../generate/source.ts";
import { sourceOf, writerOf } from "../../generate/sources.ts";
import type { NotebookNews } from "../../store/notebook.ts";
import { taskOf } from "../../tasks/catalogue.ts";
import type { Lab } from "../lab.svelte.ts";
import { AnalyseStep } from "./analyse/analyse-step.svelte.ts";
import { EvaluateStep } from "./evaluate/evaluate-step.svelte.ts";
import { BatchStep } from "./generate/batch-step.svelte.ts";
import { GenerateStep } from "./generate/generate-step.svelte.ts";
import { KnowledgeStep } from "./knowledge/knowledge-step.svelte.ts";
import { NotebookRecord } from "./record.svelte.ts";
import { TaskStep } from "./task/task-step.svelte.ts";
import { TrainStep } from "./train/train-step.svelte.ts";

/** `stale`: done, and what it is made of has changed since. */
export type StepStatus = "done" | "stale" | "running" | "ready" | "waiting";

/** Fields of the notebook for a step and for all that builds on it. */
const fieldsFrom: Readonly<Record<Step, readonly (keyof Notebook)[]>> = {
  task: ["data", "knowledge", "run", "training"],
  knowledge: ["knowledge", "run", "training"],
  generate: ["run", "training"],
  train: ["training"],
  evaluate: [],
  analyse: [],
};

export function newNotebook(id: string, now: number): Notebook {
  const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen" });
  return { id, createdAt: now, updatedAt: now, title: titleOf(config), config, spent: {} };
}

export function titleOf(config: ExperimentConfig): string {
  return `${taskOf(config.task).name}, ${sourceOf(config.source).title(config.source)}`;
}

export class Run {
  readonly record: NotebookRecord;
  readonly lab: Lab;
  readonly task: TaskStep;
  readonly knowledge: KnowledgeStep;
  readonly generate: GenerateStep;
  /** Another machine's part in writing. */
  readonly batch: BatchStep;
  readonly train: TrainStep;
  readonly evaluate: EvaluateStep;
  readonly analyse: AnalyseStep;
  /** Hashes of the rows; undefined until they are known. */
  dataKeys = $state.raw<DataKeys>();
  /** Keys of products that the notebook does not name yet. */
  #products = new Set<string>();
  #keyed: NotebookData | undefined;

  constructor(lab: Lab, notebook: Notebook, isStored: boolean) {
    this.lab = lab;
    this.record = new NotebookRecord(lab.services.notebooks, notebook, isStored, (saved) => {
      lab.noteSaved(saved);
      void this.#readKeys();
    });
    this.task = new TaskStep(this);
    this.knowledge = new KnowledgeStep(this);
    this.generate = new GenerateStep(this);
    this.batch = new BatchStep(this);
    this.train = new TrainStep(this);
    this.evaluate = new EvaluateStep(this);
    this.analyse = new AnalyseStep(this);
    void this.#readKeys();
  }

  get notebook(): Notebook {
    return this.record.notebook;
  }

  /** In what the run has gone on since it was trained. */
  stale = $derived.by((): readonly Stale[] => {
    const { training, run } = this.notebook;
    if (!training) return [];
    // Until the log is read nobody knows how many examples there are.
    const examples = this.generate.isRead ? this.generate.made : training.basis.examples;
    const now = basisOf(this.config, run, examples, this.dataKeys);
    return staleIn(training.basis, now, { trained: training.weights, now: this.train.recipe?.weights });
  });

  get config(): ExperimentConfig {
    return this.notebook.config;
  }

  /** The language model that writes; undefined for a source without one. */
  get writer(): Writer | undefined {
    return writerOf(this.config.source);
  }

  /** The writer in words, where it is another machine's. */
  get writerElsewhere(): string | undefined {
    return isByBatchFile(this.config) ? writerWords(this.config) : undefined;
  }

  get running(): boolean {
    return this.batch.work.running || steps.some((step) => this[step].work.running);
  }

  /** Closing the tab would lose work that nothing brings back. */
  get wouldLose(): boolean {
    return this.record.unsaved !== undefined || steps.some((step) => this[step].wouldLose);
  }

  /** Changes the notebook and saves it. The page shows the change even when saving fails, and says so. */
  async change(patch: NotebookPatch): Promise<void> {
    const products = [...this.#products];
    this.#products.clear();
    await this.record.change({ ...patch, ...(products.length > 0 ? { products } : {}), updatedAt: Date.now() });
  }

  /** A product that was made for this run goes with it. */
  async noteProduct(key: string): Promise<void> {
    this.#products.add(key);
    await this.change({});
  }

  /** Drives the run to the target; the products that it names go with the run. */
  async *drive(signal: AbortSignal, options: DriveOptions & { readonly until: Target }): AsyncGenerator<DriveEvent, void> {
    const { data, id, knowledge } = this.notebook;
    if (!data) throw new Error("drive: the notebook has no data");
    const given = options.until !== "knowledge" && knowledge ? { knowledge } : {};
    const { services } = this.lab;
    for await (const event of drive(planOfOne(this.config, id), services.products, this.lab.ports(data), signal, {
      ...options,
      ...given,
    })) {
      if (event.type === "product" || event.type === "found") this.#products.add(event.key);
      yield event;
    }
  }

  /** Another tab changed the run: what is shown follows. */
  async heard(news: NotebookNews): Promise<void> {
    const { run } = this.notebook;
    await this.record.heard(news);
    if (this.generate.work.running || news.type === "deleted") return;
    if (this.notebook.run !== run) this.generate.forget();
    await this.generate.refresh();
    await this.batch.look();
    await this.train.readKept();
  }

  async #readKeys(): Promise<void> {
    const { data } = this.notebook;
    if (data === this.#keyed) return;
    this.#keyed = data;
    const keys = data && (await dataKeys(data));
    if (this.#keyed === data) this.dataKeys = keys;
  }

  /** Changes choices; a title that the user has not touched follows them. */
  async choose(patch: Partial<ExperimentConfig>): Promise<void> {
    const { config, title } = this.notebook;
    const next = { ...config, ...patch };
    await this.change({ config: next, ...(title === titleOf(config) ? { title: titleOf(next) } : {}) });
  }

  /** An empty name gives back the one that follows the choices. */
  async rename(title: string): Promise<void> {
    await this.change({ title: title.trim() || titleOf(this.config) });
  }

  /** Forgets what a step made and what was built on it, the trained model too; the log of generation stays in the store. */
  async clearFrom(step: Step): Promise<void> {
    const { training, id } = this.notebook;
    this.generate.forget();
    const there = fieldsFrom[step].filter((field) => this.notebook[field] !== undefined);
    await this.change(Object.fromEntries(there.map((field) => [field, undefined])));
    if (training && !this.notebook.training) await this.sweep([id, training.model ?? id]);
  }

  /** Deletes the trained models of these places that no notebook names. What cannot be deleted is listed on the Device page. */
  async sweep(models: readonly string[]): Promise<void> {
    if (this.record.unsaved === undefined) await this.lab.services.train.sweepTrained({ models }).catch(() => undefined);
  }

  /** A new notebook with this one's choices and what the steps before `step` made. */
  copyFrom(step: Step, id: string, now: number): Notebook {
    const { title } = this.notebook;
    const { logs: _, version: __, products: ___, ...kept } = this.#without(step);
    return { ...kept, id, createdAt: now, updatedAt: now, title: `${title} (copy)`, spent: {} };
  }

  async spend(step: Step, milliseconds: number): Promise<void> {
    await this.change({ spent: { [step]: Math.round(milliseconds) } });
  }

  statusOf(step: Step): StepStatus {
    if (this[step].work.running) return "running";
    if (this.isDone(step)) return (step === "train" || step === "evaluate") && this.stale.length > 0 ? "stale" : "done";
    const before = steps[steps.indexOf(step) - 1];
    if (before === undefined || this.isDone(before)) return "ready";
    // A run stopped short of its size can be trained on all the same, and analysed without any training.
    return (step === "train" || step === "analyse") && this.generate.accepted.length > 0 ? "ready" : "waiting";
  }

  isDone(step: Step): boolean {
    const { data, knowledge, training } = this.notebook;
    switch (step) {
      case "task":
        return data !== undefined;
      case "knowledge":
        return knowledge !== undefined;
      case "generate":
        // A source that makes nothing has nothing to do here.
        if (this.generate.wanted === 0) return knowledge !== undefined;
        return this.notebook.run !== undefined && this.generate.made >= this.generate.wanted;
      case "train":
        return this.isDone("evaluate") && this.train.isKept;
      case "evaluate":
        return training !== undefined && training.results[lastStageOf(training.basis)] !== undefined;
      case "analyse":
        return this.analyse.analysis !== undefined;
      default:
        return step satisfies never;
    }
  }

  /** Tells whether something later was built on this step's outcome. */
  isBuiltOn(step: Step): boolean {
    const later = fieldsFrom[step].filter((field) => !(fieldsOf[step] ?? []).includes(field));
    return later.some((field) => this.notebook[field] !== undefined);
  }

  #without(step: Step): Notebook {
    const gone = new Set<string>(fieldsFrom[step]);
    return Object.fromEntries(Object.entries(this.notebook).filter(([key]) => !gone.has(key))) as unknown as Notebook;
  }
}

const fieldsOf: Readonly<Partial<Record<Step, readonly (keyof Notebook)[]>>> = {
  task: ["data"],
  knowledge: ["knowledge"],
  generate: ["run"],
  train: ["training"],
};
