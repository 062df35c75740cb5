// The root of the page's state: the runs, the address, the open language model, the device. Handed down by context.

import { createContext } from "svelte";
import { ClinfuseError } from "../base/errors.ts";
import type { Notebook, Step } from "../experiment/notebook.ts";
import type { DeviceInfo, ModelInfo, OpenModelRequest } from "../experiment/steps.ts";
import type { GraphInfo } from "../knowledge/graphs.ts";
import { Bench } from "./device/bench.svelte.ts";
import { ModelLibrary } from "./models/model-library.svelte.ts";
import { bytes } from "./parts/numbers.ts";
import type { Work } from "./parts/work.svelte.ts";
import { Guard } from "./privacy/guard.svelte.ts";
import { Router } from "./route.svelte.ts";
import { newNotebook, Run } from "./run/run.svelte.ts";
import type { ModelOnDisk, NotebookHead, Services } from "./services.ts";

export const [getLab, setLab] = createContext<Lab>();

export class Lab {
  readonly services: Services;
  readonly router = new Router();
  readonly library: ModelLibrary;
  readonly bench: Bench;
  readonly guard: Guard;
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
  /** The language model that is loaded, with the id it was asked for by. */
  open = $state.raw<{ readonly asked: string; readonly engine: string; readonly info: ModelInfo }>();
  #runs = $state.raw<ReadonlyMap<string, Run>>(new Map());

  constructor(services: Services) {
    this.services = services;
    this.bench = new Bench(services);
    this.guard = new Guard(services.policies);
    this.library = new ModelLibrary(services, () => this.readModels());
    void this.readNotebooks();
    void this.readModels();
    void this.services.train.devices(null).then(
      (devices) => {
        this.devices = devices;
      },
      () => {
        this.devices = [];
      },
    );
  }

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
    return this.#runs.get(id) ?? this.#add(notebook);
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

  /** A run at work, whatever its step. */
  get working(): Run | undefined {
    return [...this.#runs.values()].find((run) => run.running);
  }

  /** Another run's work on the same worker, which must end first. */
  busyElsewhere(worker: "generate" | "train", than: Run): Run | undefined {
    const works = (run: Run): readonly Work[] =>
      worker === "generate" ? [run.knowledge.work, run.generate.work] : [run.train.work];
    return [...this.#runs.values()].find((run) => run !== than && works(run).some((work) => work.running));
  }

  /** Whether anything is at work in this tab. */
  get running(): boolean {
    return this.working !== undefined || this.library.running || this.bench.work.running;
  }

  async create(notebook = newNotebook(crypto.randomUUID().slice(0, 8), Date.now()), step: Step = "task"): Promise<void> {
    const run = this.#add(notebook);
    this.router.go({ page: "run", id: notebook.id, step });
    await run.save();
  }

  /** The run with its examples and its trained model, for good. */
  async delete(id: string): Promise<void> {
    const title = this.notebooks?.find((n) => n.id === id)?.title;
    try {
      await this.services.generate.deleteRun({ notebook: id });
    } catch (error) {
      this.failure = error;
      return;
    }
    this.failure = undefined;
    this.deleted = title;
    this.#runs = new Map([...this.#runs].filter(([other]) => other !== id));
    this.notebooks = this.notebooks?.filter((n) => n.id !== id);
  }

  /** Keeps the list of runs true to what was saved. */
  noteSaved({ data: _, ...notebook }: Notebook): void {
    this.notebooks = [notebook, ...(this.notebooks ?? []).filter((n) => n.id !== notebook.id)];
  }

  #add(notebook: Notebook): Run {
    const run = new Run(this, notebook);
    this.#runs = new Map([...this.#runs, [notebook.id, run]]);
    return run;
  }

  async readGraphs(): Promise<void> {
    this.graphs = await this.services.generate.graphs(null);
  }

  /** Loads a language model unless it is the one that is loaded. Throws what the worker throws. */
  async openModel({ model, engine }: OpenModelRequest, work: Work, signal: AbortSignal): Promise<ModelInfo> {
    if (this.open?.asked === model && [this.open.engine, this.open.info.engine].includes(engine)) return this.open.info;
    this.open = undefined;
    work.tell(`Loading ${this.nameOf(model)}`);
    for await (const event of this.services.generate.openModel({ model, engine }, signal)) {
      if (event.type === "progress") {
        const amount = event.total > 0 ? `: ${bytes(event.done)} of ${bytes(event.total)}` : "";
        work.tell(`${event.what}${amount}`, event.done, event.total);
      } else this.open = { asked: model, engine, info: event.model };
    }
    const opened: { readonly info: ModelInfo } | undefined = this.open;
    if (!opened) throw new ClinfuseError("engine-failed", `the worker did not open ${model}`);
    return opened.info;
  }

  nameOf(model: string): string {
    if (model === "scripted") return "the scripted model";
    return this.models?.find((m) => m.id === model)?.name ?? model;
  }
}
