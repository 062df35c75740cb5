// Another machine's part in a run: its choices, the prompts that go out, the answers that come back in. Knows no component.

import { resultOf } from "../../../base/async.ts";
import { canonicalJson } from "../../../base/hash.ts";
import { type BatchChoices, type BatchRequest, type BatchState, configBy } from "../../../experiment/batch-file.ts";
import type { CellEvent } from "../../../experiment/drive-cell.ts";
import { feedbackAt } from "../../../experiment/feedback.ts";
import { dataKeys, planOfOne } from "../../../experiment/plan.ts";
import { knowledgeRequestOf } from "../../../experiment/requests.ts";
import { needs, sourceOf } from "../../../generate/sources.ts";
import { readsGraph } from "../../../knowledge/gather.ts";
import { save } from "../../parts/save.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";
import { judgeWords } from "./writing-words.ts";

const untouched: BatchChoices = { model: "", grammar: "none", ratio: 2 };

/** Training for a source to ask, and how far it is. */
function tellTraining(work: Work, event: CellEvent): void {
  if (event.type !== "train") return;
  const { event: of } = event;
  if (of.type === "step") work.tell(judgeWords, of.step, of.steps);
  else if (of.type === "device") work.tell(judgeWords);
}

export class BatchStep {
  readonly work: Work;
  /** As it was read last; undefined until then, and where nothing can be asked yet. */
  state = $state.raw<BatchState>();
  readonly #run: Run;
  /** The latest look: one that ends after it is dropped. */
  #looks = 0;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("generate", milliseconds));
  }

  get choices(): BatchChoices {
    return this.#run.notebook.batch ?? untouched;
  }

  /** Why a batch cannot write this run, in words; undefined where it can. */
  get refusal(): string | undefined {
    const { config, notebook } = this.#run;
    if (!notebook.knowledge && !needs(config.source, "suggestions")) {
      return sourceOf(config.source).knowledge
        ? "Gather the knowledge first: it takes no language model."
        : "Go without knowledge first, in the step before: this source takes none.";
    }
    return undefined;
  }

  /** Undefined where something is missing still. */
  get request(): BatchRequest | undefined {
    const { data, knowledge } = this.#run.notebook;
    const { choices } = this;
    if (!data || choices.model === "" || this.refusal !== undefined) return undefined;
    const config = $state.snapshot(configBy(this.#run.config, choices)) as BatchRequest["config"];
    return { config, choices, data, ...(knowledge ? { knowledge } : {}) };
  }

  /** All that the state follows from, as text: equal choices are looked up once. */
  get key(): string {
    const { config, notebook, dataKeys } = this.#run;
    return canonicalJson([config, notebook.batch, notebook.knowledge, dataKeys]);
  }

  async choose(patch: Partial<BatchChoices>): Promise<void> {
    await this.#run.change({ batch: { ...this.choices, ...patch } });
  }

  /** Reads what is there of the batch that the choices name. */
  look = async (): Promise<void> => {
    const look = ++this.#looks;
    const { request } = this;
    const state = request && (await this.#run.lab.services.generate.batchState(request).catch(() => undefined)); // asking says why
    if (look === this.#looks && !this.work.running) this.state = state;
  };

  /** Asks what is due, and saves it. */
  ask = (): Promise<boolean> =>
    this.#with("Making the prompts", async (request, signal) => {
      await this.#bringGraph(request, signal);
      await this.#set(await this.#run.lab.services.generate.askBatch(request, signal));
      await this.#passBarriers(request, signal);
      const next = this.state?.told?.counts.next;
      if (next) await this.#save(request, next, signal);
    });

  saveFile = (name: string): Promise<boolean> =>
    this.#with("Writing the file", (request, signal) => this.#save(request, name, signal));

  read = (files: readonly File[]): Promise<boolean> =>
    this.#with("Reading the answers", async (request, signal) => {
      await this.#set(await this.#run.lab.services.generate.readBatch({ ...request, files }, signal));
      await this.#passBarriers(request, signal);
      if (this.isWhole) await this.#take(signal);
    });

  /** The training that a round ends with, where it was stopped. */
  train = (): Promise<boolean> => this.#with("Loading the encoder", (request, signal) => this.#passBarriers(request, signal));

  take = (): Promise<boolean> => this.#with("Reading the examples", (_, signal) => this.#take(signal));

  get isWhole(): boolean {
    const { counts } = this.state?.told ?? {};
    return counts !== undefined && counts.run !== null && counts.accepted >= counts.size;
  }

  async #with(now: string, task: (request: BatchRequest, signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const { request } = this;
    if (!request) return false;
    const done = await this.work.run(now, (signal) => task(request, signal));
    if (!done) await this.look();
    return done;
  }

  /** The products go with the run; knowledge that the answers gave is the run's. */
  async #set(state: BatchState): Promise<void> {
    this.state = state;
    const { knowledge } = this.#run.notebook;
    const gathered = knowledge === undefined && state.knowledge ? { knowledge: state.knowledge } : {};
    await this.#run.change({ products: state.products, ...gathered });
  }

  async #take(signal: AbortSignal): Promise<void> {
    const { request } = this;
    if (!request) return;
    const { run, knowledge, products } = await this.#run.lab.services.generate.takeBatch(request, signal);
    const { source, engine } = request.config;
    await this.#run.choose({ source, engine });
    await this.#run.change({ knowledge, run, logs: [run], products });
    await this.#run.generate.turnTo();
  }

  /** Trains the encoder that a source asks at the end of a round, for as long as the batch stands at one. What was read is kept before. */
  async #passBarriers(request: BatchRequest, signal: AbortSignal): Promise<void> {
    const { generate, train: trainer } = this.#run.lab.services;
    const { config, data } = request;
    const choice = sourceOf(config.source).feedback?.(config.source);
    while (choice && this.state?.told?.barrier !== undefined) {
      const accepted = await generate.atBarrier(request, signal);
      const cell = planOfOne(config, `${this.#run.notebook.id}-batch`).cells[0];
      if (!accepted || !cell) return;
      const work = { cell, signal, sharesStageOne: false, ports: { trainer } };
      this.work.tell("Loading the encoder");
      const told = feedbackAt(work, { choice, accepted, data, keys: await dataKeys(data) });
      const feedback = await resultOf(told, (event) => tellTraining(this.work, event));
      await this.#set(await generate.askBatch({ ...request, feedback }, signal));
    }
  }

  async #save(request: BatchRequest, name: string, signal: AbortSignal): Promise<void> {
    save({ name, blob: await this.#run.lab.services.generate.batchLines({ ...request, name }, signal) });
  }

  async #bringGraph({ config, data, knowledge }: BatchRequest, signal: AbortSignal): Promise<void> {
    const asked = knowledge ? undefined : knowledgeRequestOf(config, data.train);
    if (!asked || !readsGraph(asked)) return;
    await this.#run.lab.bringGraph(config.graph, this.work, signal);
    this.work.tell("Making the prompts");
  }
}
