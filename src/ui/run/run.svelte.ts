// One run as the page holds it: its notebook, saved at each change, and the state of its five steps.

import { breathe } from "../../base/async.ts";
import type { ExperimentConfig } from "../../experiment/experiment-config.ts";
import { type Notebook, type Step, steps } from "../../experiment/notebook.ts";
import { presetConfig } from "../../experiment/presets.ts";
import { basisOf, type Stale, staleIn } from "../../experiment/training-basis.ts";
import { sourceOf } from "../../generate/sources.ts";
import { taskById } from "../../tasks/catalogue.ts";
import type { Lab } from "../lab.svelte.ts";
import { EvaluateStep } from "./evaluate/evaluate-step.svelte.ts";
import { GenerateStep } from "./generate/generate-step.svelte.ts";
import { KnowledgeStep } from "./knowledge/knowledge-step.svelte.ts";
import { TaskStep } from "./task/task-step.svelte.ts";
import { TrainStep } from "./train/train-step.svelte.ts";

/** `stale`: done, and what it is made of has changed since. */
export type StepStatus = "done" | "stale" | "running" | "ready" | "waiting";

/** What the notebook holds of a step and of all that builds on it. */
const fieldsFrom: Readonly<Record<Step, readonly (keyof Notebook)[]>> = {
  task: ["data", "knowledge", "run", "training"],
  knowledge: ["knowledge", "run", "training"],
  generate: ["run", "training"],
  train: ["training"],
  evaluate: [],
};

export function newNotebook(id: string, now: number): Notebook {
  const config = presetConfig("small", { task: "bc5cdr-disease", source: "clingen" });
  return { id, createdAt: now, updatedAt: now, title: titleOf(config), config, spent: {} };
}

export function titleOf(config: ExperimentConfig): string {
  return `${taskById(config.task).name}, ${sourceOf(config.source).title(config.source)}`;
}

export class Run {
  notebook: Notebook;
  /** Why the last change could not be saved. */
  unsaved = $state.raw<unknown>();
  readonly lab: Lab;
  readonly task: TaskStep;
  readonly knowledge: KnowledgeStep;
  readonly generate: GenerateStep;
  readonly train: TrainStep;
  readonly evaluate: EvaluateStep;

  constructor(lab: Lab, notebook: Notebook) {
    this.lab = lab;
    this.notebook = $state.raw(notebook);
    this.task = new TaskStep(this);
    this.knowledge = new KnowledgeStep(this);
    this.generate = new GenerateStep(this);
    this.train = new TrainStep(this);
    this.evaluate = new EvaluateStep(this);
  }

  /** In what the run has gone on since it was trained. */
  stale = $derived.by((): readonly Stale[] => {
    const { training, run } = this.notebook;
    if (!training) return [];
    // Until the log is read nobody knows how many examples there are.
    const examples = this.generate.isRead ? this.generate.accepted.length : training.basis.examples;
    return staleIn(training.basis, basisOf(this.config, run, examples));
  });

  get config(): ExperimentConfig {
    return this.notebook.config;
  }

  get running(): boolean {
    return steps.some((step) => this[step].work.running);
  }

  /** Changes the notebook and saves it. The page shows the change even when saving fails, and says so. */
  async change(patch: Partial<Notebook>): Promise<void> {
    this.notebook = { ...this.notebook, ...patch, updatedAt: Date.now() };
    await this.save();
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
    const { training } = this.notebook;
    this.notebook = this.#without(step);
    this.generate.forget();
    await this.save();
    try {
      if (training) await this.lab.services.train.deleteTrained({ model: training.model });
    } catch {
      // What stays is listed on the Device page, and goes with the run.
    }
  }

  /** A new notebook with this one's choices and what the steps before `step` made. */
  copyFrom(step: Step, id: string, now: number): Notebook {
    const { title } = this.notebook;
    const { logs: _, ...kept } = this.#without(step);
    return { ...kept, id, createdAt: now, updatedAt: now, title: `${title} (copy)`, spent: {} };
  }

  spend(step: Step, milliseconds: number): void {
    const { spent } = this.notebook;
    this.notebook = { ...this.notebook, spent: { ...spent, [step]: (spent[step] ?? 0) + Math.round(milliseconds) } };
  }

  async save(): Promise<void> {
    await breathe(); // the copy that storing takes must not lengthen the task that changed the notebook
    try {
      await this.lab.services.notebooks.put(this.notebook);
      this.unsaved = undefined;
      this.lab.noteSaved(this.notebook);
    } catch (error) {
      this.unsaved = error;
    }
  }

  statusOf(step: Step): StepStatus {
    if (this[step].work.running) return "running";
    if (this.isDone(step)) return (step === "train" || step === "evaluate") && this.stale.length > 0 ? "stale" : "done";
    const before = steps[steps.indexOf(step) - 1];
    if (before === undefined || this.isDone(before)) return "ready";
    // A run stopped short of its size can be trained on all the same.
    return step === "train" && this.generate.accepted.length > 0 ? "ready" : "waiting";
  }

  isDone(step: Step): boolean {
    const { data, knowledge, training } = this.notebook;
    switch (step) {
      case "task":
        return data !== undefined;
      case "knowledge":
        return knowledge !== undefined;
      case "generate":
        return this.notebook.run !== undefined && this.generate.accepted.length >= this.generate.wanted;
      case "train":
      case "evaluate":
        return training?.results.synthetic !== undefined;
      default:
        return step satisfies never;
    }
  }

  /** Whether something later was built on what this step made. */
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
