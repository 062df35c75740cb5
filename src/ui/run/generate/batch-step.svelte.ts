// Another machine's part in a run: its choices, the prompts that go out, the answers that come back in. Knows no component.

import { canonicalJson } from "../../../base/hash.ts";
import {
  type BatchChoices,
  type BatchRequest,
  type BatchState,
  configBy,
  influenceBarrier,
} from "../../../experiment/batch-file.ts";
import { knowledgeRequestOf } from "../../../experiment/requests.ts";
import { needs } from "../../../generate/sources.ts";
import { readsGraph } from "../../../knowledge/gather.ts";
import { counted } from "../../parts/numbers.ts";
import { save } from "../../parts/save.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

const untouched: BatchChoices = { model: "", grammar: "none", ratio: 2 };

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
    const barrier = influenceBarrier(config);
    if (barrier) {
      const { name, from, first } = barrier;
      return `${name} chooses its demonstrations by influence from ${counted(from, "example")} on, with an encoder trained at ${first}, which another machine does not do. Make at most ${counted(first, "example")}, or let a model in this tab write.`;
    }
    if (!notebook.knowledge && !needs(config.source, "suggestions"))
      return "Gather the knowledge first: it takes no language model.";
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
      const next = this.state?.told?.counts.next;
      if (next) await this.#save(request, next, signal);
    });

  saveFile = (name: string): Promise<boolean> =>
    this.#with("Writing the file", (request, signal) => this.#save(request, name, signal));

  read = (files: readonly File[]): Promise<boolean> =>
    this.#with("Reading the answers", async (request, signal) => {
      await this.#set(await this.#run.lab.services.generate.readBatch({ ...request, files }, signal));
      if (this.isWhole) await this.#take(signal);
    });

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
