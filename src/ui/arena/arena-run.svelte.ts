// One arena as the page holds it: its choices, its cells as they fill, the work that fills them. Knows no component.

import { ClinfuseError, type ErrorCode, errorCodes } from "../../base/errors.ts";
import { type Arena, cellsOf, planned, rowsOf } from "../../experiment/arena.ts";
import { summaryOf } from "../../experiment/cell-summary.ts";
import { drive } from "../../experiment/drive.ts";
import type { DriveEvent, Failure } from "../../experiment/drive-cell.ts";
import { type Grid, methodName } from "../../experiment/grid.ts";
import type { NotebookData } from "../../experiment/notebook.ts";
import type { Cell } from "../../experiment/plan.ts";
import { contentKey } from "../../experiment/product.ts";
import { fetchSample } from "../../experiment/sample.ts";
import { taskById, taskIdOf } from "../../tasks/catalogue.ts";
import type { Lab } from "../lab.svelte.ts";
import { Work } from "../parts/work.svelte.ts";

const stepWords = { task: "data", knowledge: "knowledge", generate: "writing", train: "training", evaluate: "scores" } as const;

export class ArenaRun {
  readonly work = new Work();
  arena = $state.raw<Arena>() as Arena;
  /** Why the last change could not be saved. */
  unsaved = $state.raw<unknown>();
  readonly #lab: Lab;

  constructor(lab: Lab, arena: Arena) {
    this.#lab = lab;
    this.arena = arena;
  }

  cells = $derived.by(() => cellsOf(this.arena));
  /** Cells that have rows to give. */
  wanted = $derived.by(() => this.cells.filter(({ empty }) => !empty));
  done = $derived.by(() => this.wanted.filter(({ outcome }) => outcome?.kind === "done"));
  failed = $derived.by(() => this.wanted.filter(({ outcome }) => outcome?.kind === "failed"));

  choose = (patch: Partial<Grid>): Promise<void> => this.#change((before) => ({ ...before, grid: { ...before.grid, ...patch } }));

  /** Takes a task's rows from a run, copied, so that the arena outlives it; from the sample where no run is named. */
  async takeRows(task: string, id: string | undefined): Promise<void> {
    const notebook = id === undefined ? undefined : await this.#lab.services.notebooks.get(id);
    const { [task]: _, ...others } = this.arena.rows;
    const data = notebook?.data;
    const own =
      notebook && data ? { [task]: { kind: "run", title: notebook.title, key: await contentKey(data), data } as const } : {};
    await this.#change((before) => ({ ...before, rows: { ...others, ...own } }));
  }

  /** Computes the cells that are not done, in the order of the plan; a failed one is tried again. */
  start = (): Promise<boolean> =>
    this.work.run("Reading the data", async (signal) => {
      const open = this.wanted.filter(({ outcome }) => outcome?.kind !== "done");
      const cells = await Promise.all(open.map(planned));
      const { pipeline, trainer } = this.#lab.ports({ source: "", remarks: [], train: [], validation: [], test: [] });
      const ports = { data: this.#reader(), pipeline, trainer };
      const before = this.done.length;
      const startedAt = performance.now();
      const tell = (cell: number, doing: string) => {
        const { cell: of } = open[cell] as (typeof open)[number];
        const name = `${taskById(of.task).name}, ${methodName(of.source)}, seed ${of.seed}: ${doing}`;
        this.work.tell(name, before + cell, before + open.length);
      };
      for await (const event of drive({ cells }, this.#lab.services.products, ports, signal, { keepGoing: true })) {
        if (event.type === "step") tell(event.cell, stepWords[event.step]);
        await this.#heard(event, open);
        const ended = event.type === "result" || event.type === "failed" ? event.cell + 1 : 0;
        if (ended > 0) this.work.left = ((performance.now() - startedAt) / ended) * (open.length - ended);
      }
    });

  async #heard(event: DriveEvent, open: readonly { readonly name: string }[]): Promise<void> {
    const { name } = open[event.cell] as (typeof open)[number];
    if (event.type === "result") {
      const summary = summaryOf(event.result);
      await this.#change((before) => ({ ...before, outcomes: { ...before.outcomes, [name]: { kind: "done", summary } } }));
    } else if (event.type === "failed") {
      const { failure } = event;
      await this.#change((before) => ({ ...before, outcomes: { ...before.outcomes, [name]: { kind: "failed", failure } } }));
    } else if (event.type === "product" && !this.arena.products.includes(event.key)) {
      await this.#change((before) => ({ ...before, products: [...before.products, event.key] }));
    } else if (event.type === "generate" && event.event.type === "opened" && !this.arena.logs.includes(event.event.run)) {
      const { run } = event.event;
      await this.#change((before) => ({ ...before, logs: [...before.logs, run] }));
    }
  }

  /** Rows of the sample are drawn by the cell's data seed; those of a run are as the run has them. */
  #reader(): (cell: Cell) => Promise<NotebookData> {
    let last: { readonly of: string; readonly data: NotebookData } | undefined;
    return async ({ config, seeds }) => {
      const task = taskIdOf(config.task);
      const rows = rowsOf(this.arena, task);
      if (rows.kind === "run") return rows.data;
      const of = `${task} ${seeds.data}`;
      if (last?.of !== of) {
        const files = Object.fromEntries(await fetchSample(taskById(task)));
        const read = await this.#lab.services.generate.readData({ task, files, seed: seeds.data });
        last = { of, data: { source: "sample", ...read } };
      }
      return last.data;
    };
  }

  /** The error again that a failed cell ended with, for its sentence and remedy. */
  errorOf({ code, message, place }: Failure): Error {
    return errorCodes.includes(code as ErrorCode) ? new ClinfuseError(code as ErrorCode, message, place) : new Error(message);
  }

  /** What another tab changed meanwhile is kept. */
  async #change(change: (before: Arena) => Arena): Promise<void> {
    const dated = (before: Arena): Arena => ({ ...change(before), updatedAt: Date.now() });
    this.arena = dated(this.arena);
    try {
      const stored = await this.#lab.services.arenas.change(this.arena.id, dated);
      if (stored) this.arena = stored;
      this.unsaved = undefined;
    } catch (error) {
      this.unsaved = error;
    }
  }
}
