// The root of the page's state: the runs, the address, the open language model, the device. Handed down by context.

import { createContext } from "svelte";
import { serverGone } from "../base/app-file.ts";
import { remembered } from "../base/async.ts";
import { starterGraph } from "../experiment/experiment-config.ts";
import type { Notebook, NotebookData, Step } from "../experiment/notebook.ts";
import type { ExperimentPorts } from "../experiment/ports.ts";
import type { DeviceInfo, ModelInfo, OpenModelEvent, OpenModelRequest } from "../experiment/steps.ts";
import type { GraphInfo } from "../knowledge/graphs.ts";
import type { CapsuleProcedures } from "../procedures/capsules.ts";
import type { NotebookNews } from "../store/notebook.ts";
import type { WorkerClient } from "../workers/client.ts";
import { Analyst } from "./analyst.ts";
import type { Application } from "./apply/application.svelte.ts";
import { Arenas } from "./arena/arenas.svelte.ts";
import { Bench } from "./device/bench.svelte.ts";
import { ModelLibrary } from "./models/model-library.svelte.ts";
import { OwnTaskList } from "./own-task-list.svelte.ts";
import { Drafts } from "./parts/drafts.svelte.ts";
import { tellLoading } from "./parts/loading-words.ts";
import type { Work } from "./parts/work.svelte.ts";
import { Guard } from "./privacy/guard.svelte.ts";
import { Router } from "./route.svelte.ts";
import type { Run } from "./run/run.svelte.ts";
import type { ModelOnDisk, NotebookHead, Services } from "./services.ts";

export const [getLab, setLab] = createContext<Lab>();

// Fetched with the first run, so that the app starts without what a run is made of.
const runCode = remembered(() => import("./run/run.svelte.ts"));

export class Lab {
  readonly services: Services;
  readonly router = new Router();
  readonly library: ModelLibrary;
  readonly bench: Bench;
  /** Told of each worker that opens a capsule. */
  onCapsuleOpener: (client: WorkerClient<CapsuleProcedures>) => void = () => undefined;
  readonly analyst: Analyst;
  readonly guard: Guard;
  readonly arenas: Arenas;
  readonly tasks: OwnTaskList;
  readonly drafts = new Drafts();
  /** The latest change first; undefined until read. */
  notebooks = $state.raw<readonly NotebookHead[]>();
  /** Why the runs could not be read. */
  failure = $state.raw<unknown>();
  /** The title of the run that was deleted last. */
  deleted = $state<string>();
  models = $state.raw<readonly ModelOnDisk[]>();
  modelsFailure = $state.raw<unknown>();
  devices = $state.raw<readonly DeviceInfo[]>();
  graphs = $state.raw<readonly GraphInfo[]>();
  /** Work on graphs that belongs to no run, once their page was opened. */
  graphWork = $state.raw<Work>();
  /** Notes that a trained model read, with their corrections: in this tab's memory alone. */
  application = $state.raw<Application>();
  /** The language model that is loaded, with the id it was asked for by. */
  open = $state.raw<{ readonly asked: string; readonly engine: string; readonly info: ModelInfo }>();
  /** Runs that another tab deleted. */
  #gone = $state.raw<ReadonlySet<string>>(new Set());
  #runs = $state.raw<ReadonlyMap<string, Run>>(new Map());

  constructor(services: Services) {
    this.services = services;
    this.bench = new Bench(services);
    this.analyst = new Analyst(services);
    this.guard = new Guard(services.policies);
    this.arenas = new Arenas(this);
    this.tasks = new OwnTaskList(services.tasks);
    this.library = new ModelLibrary(services, () => this.readModels());
    void this.readNotebooks();
    void this.readModels();
    services.notebooks.watch((news) => void this.#heard(news));
  }

  /** Asks the worker that trains, once, what this device can train on. */
  readonly readDevices = remembered(async () => {
    this.devices = await this.services.train.devices(null).catch(() => []);
  });

  async readNotebooks(): Promise<void> {
    try {
      this.notebooks = await this.services.notebooks.list();
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
  }

  /** Reads a run that an address names, with its rows. Undefined when there is none; throws what the store throws. */
  async openRun(id: string): Promise<Run | undefined> {
    const open = this.#runs.get(id);
    if (open) return open;
    const notebook = await this.services.notebooks.get(id);
    if (!notebook) return undefined;
    return this.#add(notebook, true);
  }

  /** Another tab, or a worker, changed or deleted a run: the list and the open run follow. */
  async #heard(news: NotebookNews): Promise<void> {
    await this.#runs.get(news.id)?.heard(news);
    if (news.type === "deleted") {
      this.drafts.forget(news.id);
      this.#gone = new Set([...this.#gone, news.id]);
      this.#runs = new Map([...this.#runs].filter(([id]) => id !== news.id));
    }
    await this.readNotebooks();
  }

  async readModels(): Promise<void> {
    try {
      this.models = await this.services.models();
      this.modelsFailure = undefined;
    } catch (error) {
      this.modelsFailure = error;
    }
  }

  /** The run of that id, once it is open. */
  run(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  /** Tells whether another tab deleted the run. */
  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** A run at work, whatever its step. */
  get working(): Run | undefined {
    return [...this.#runs.values()].find((run) => run.running);
  }

  /** Title of the run or arena that is at work, whatever it does. */
  get atWork(): string | undefined {
    return this.working?.notebook.title ?? this.arenas.working?.arena.title;
  }

  /** Title of another run, or of an arena, at work on the same worker, which must end first. */
  busyElsewhere(worker: "generate" | "train", than: Run): string | undefined {
    const works = (run: Run): readonly Work[] =>
      worker === "generate" ? [run.knowledge.work, run.generate.work] : [run.train.work];
    const other = [...this.#runs.values()].find((run) => run !== than && works(run).some((work) => work.running));
    return other?.notebook.title ?? this.arenas.working?.arena.title;
  }

  /** Something is at work in this tab. */
  get running(): boolean {
    const works = [this.bench.work, this.graphWork, this.application?.work];
    return this.atWork !== undefined || this.library.running || works.some((work) => work?.running);
  }

  /** Begins a run: an empty one, or what is given. */
  async create(given?: Notebook, step: Step = "task"): Promise<void> {
    try {
      const notebook = given ?? (await runCode()).newNotebook(crypto.randomUUID().slice(0, 8), Date.now());
      const run = await this.#add(notebook, false);
      this.router.go({ page: "run", id: notebook.id, step });
      await run.record.save();
    } catch (error) {
      this.failure = serverGone(error) ?? error;
    }
  }

  /** The run with its examples and its trained model, for good. */
  async delete(id: string): Promise<void> {
    const title = this.notebooks?.find((n) => n.id === id)?.title;
    try {
      await this.services.generate.deleteRun({ notebook: id });
      await this.services.train.sweepTrained({ models: [id] }).catch(() => undefined); // what stays is listed on the Device page
    } catch (error) {
      this.failure = error;
      return;
    }
    this.failure = undefined;
    this.deleted = title;
    this.drafts.forget(id);
    this.#runs = new Map([...this.#runs].filter(([other]) => other !== id));
    this.notebooks = this.notebooks?.filter((n) => n.id !== id);
  }

  /** Keeps the list of runs true to what was saved. */
  noteSaved({ data: _, ...notebook }: Omit<Notebook, "data"> & { readonly data?: unknown }): void {
    this.notebooks = [notebook, ...(this.notebooks ?? []).filter((n) => n.id !== notebook.id)];
  }

  /** The open run of that id, else a new one. */
  async #add(notebook: Notebook, isStored: boolean): Promise<Run> {
    const { Run } = await runCode();
    const open = this.#runs.get(notebook.id);
    if (open) return open;
    const run = new Run(this, notebook, isStored);
    this.#runs = new Map([...this.#runs, [notebook.id, run]]);
    return run;
  }

  async readGraphs(): Promise<void> {
    this.graphs = await this.services.generate.graphs(null);
  }

  /** The graph where it is in this browser, else null. After a reload the list of graphs is yet to be read. */
  async heldGraph(graph: string): Promise<string | null> {
    if (!this.graphs) await this.readGraphs();
    return (this.graphs ?? []).some(({ id }) => id === graph) ? graph : null;
  }

  /** The starter graph is imported by its first use, also by one that only counts its names. */
  async bringGraph(graph: string, work: Work, signal: AbortSignal): Promise<void> {
    if (graph !== starterGraph || (await this.heldGraph(graph)) !== null) return;
    for await (const event of this.services.generate.importStarter(null, signal)) tellLoading(work, event);
    await this.readGraphs();
  }

  /** Ports of the driver of plans: the workers, and rows that are there already. */
  ports(data: NotebookData): ExperimentPorts {
    const { generate, train } = this.services;
    const openModel = (request: OpenModelRequest, signal?: AbortSignal) => this.#openModel(request, signal);
    return { data: async () => data, pipeline: { ...generate, openModel }, trainer: train };
  }

  /** Loads a language model unless it is the one that is loaded, and notes which is. Throws what the worker throws. */
  async *#openModel(request: OpenModelRequest, signal?: AbortSignal): AsyncGenerator<OpenModelEvent, void> {
    const { model: asked, engine } = request;
    if (this.open?.asked === asked && [this.open.engine, this.open.info.engine].includes(engine)) {
      yield { type: "opened", model: this.open.info };
      return;
    }
    this.open = undefined;
    for await (const event of this.services.generate.openModel(request, signal)) {
      if (event.type === "opened") this.open = { asked, engine, info: event.model };
      yield event;
    }
  }

  /** Deletes everything that is kept, and loads the page again: nothing is left to ask about. */
  async wipe(): Promise<void> {
    this.#wiping = true;
    try {
      await this.services.wipe();
    } catch (error) {
      this.#wiping = false;
      throw error;
    }
  }

  #wiping = false;

  /** Closing the tab would lose work that nothing brings back. */
  get wouldLose(): boolean {
    if (this.#wiping) return false;
    return this.drafts.wouldLose || this.application?.wouldLose === true || [...this.#runs.values()].some((run) => run.wouldLose);
  }

  nameOf(model: string): string {
    if (model === "scripted") return "the scripted model";
    return this.models?.find((m) => m.id === model)?.name ?? model;
  }
}
