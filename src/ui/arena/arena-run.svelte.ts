// One arena as the page holds it: its choices, its cells as they fill, the work that fills them. Knows no component.

import { ClinfuseError, type ErrorCode, errorCodes } from "../../base/errors.ts";
import {
  type Arena,
  type ArenaRows,
  cellsOf,
  isCeiling,
  type JudgedRun,
  judgedRuns,
  planned,
  rowsOf,
  standingKey,
} from "../../experiment/arena.ts";
import { summaryOf } from "../../experiment/cell-summary.ts";
import { drive } from "../../experiment/drive.ts";
import type { DriveEvent, Failure } from "../../experiment/drive-cell.ts";
import { type Grid, methodName } from "../../experiment/grid.ts";
import type { NotebookData } from "../../experiment/notebook.ts";
import type { Cell } from "../../experiment/plan.ts";
import { contentKey } from "../../experiment/product.ts";
import { fetchSample } from "../../experiment/sample.ts";
import type { StandRequest } from "../../procedures/analyse.ts";
import { type TaskRef, taskById, taskIdOf, taskOf } from "../../tasks/catalogue.ts";
import type { Example } from "../../tasks/example.ts";
import type { Task } from "../../tasks/task.ts";
import type { Lab } from "../lab.svelte.ts";
import { Work } from "../parts/work.svelte.ts";
import { ArenaTexts } from "./arena-texts.svelte.ts";
import { type ArenaChange, retitled, titled } from "./arena-title.ts";

const stepWords = { task: "data", knowledge: "knowledge", generate: "writing", train: "training", evaluate: "scores" } as const;

/** Codes of a cell that another tab is computing: it is left open, not failed. */
const inOtherTab: ReadonlySet<string> = new Set<ErrorCode>(["run-busy", "training-busy"]);

function tooFew({ name }: Task): ClinfuseError {
  const remedy = "Label more examples where the task is edited and take it anew here, or let a run of it lend its rows.";
  return new ClinfuseError("not-enough-examples", `${name} has too few labelled examples to train on`, { what: name, remedy });
}

export class ArenaRun {
  readonly work = new Work();
  arena = $state.raw<Arena>() as Arena;
  /** Why the last change could not be saved. */
  unsaved = $state.raw<unknown>();
  /** Another tab deleted it: what is computed is kept no more. */
  deleted = $state(false);
  /** Intervals and tests are being computed. */
  judging = $state(false);
  /** Why they could not be. */
  unjudged = $state.raw<unknown>();
  readonly texts: ArenaTexts;
  readonly #lab: Lab;
  /** As the store has it. `arena` has the changes on their way there, too. */
  #stored: Arena;
  #pending: readonly ArenaChange[] = [];

  constructor(lab: Lab, arena: Arena) {
    this.#lab = lab;
    this.arena = titled(arena);
    this.#stored = arena;
    this.texts = new ArenaTexts(lab, this);
  }

  cells = $derived.by(() => cellsOf(this.arena));
  /** Cells that have rows to give. */
  wanted = $derived.by(() => this.cells.filter(({ empty }) => !empty));
  done = $derived.by(() => this.wanted.filter(({ outcome }) => outcome?.kind === "done"));
  failed = $derived.by(() => this.wanted.filter(({ outcome }) => outcome?.kind === "failed"));

  /** `patch` sees the grid as the store has it, so that a choice made meanwhile in another tab stays. */
  choose = (patch: (grid: Grid) => Partial<Grid>): Promise<void> =>
    this.change((before) => ({ ...before, grid: { ...before.grid, ...patch(before.grid) } }));

  /** Takes a task's rows from a run, copied, so that the arena outlives it; those that come with the task where no run is named. */
  async takeRows(ref: TaskRef, id: string | undefined): Promise<void> {
    const notebook = id === undefined ? undefined : await this.#lab.services.notebooks.get(id);
    const data = notebook?.data;
    const key = await contentKey(typeof ref === "string" ? data : { task: ref, data });
    await this.#setRows(ref, notebook && data ? { kind: "run", title: notebook.title, key, data } : await this.#ownRows(ref));
  }

  /** Takes a task of the user's own as it is now, with its rows, or leaves it out. */
  async takeOwn(task: Task, isTaken: boolean): Promise<void> {
    if (isTaken) await this.#setRows(task, await this.#ownRows(task));
    return this.choose(({ tasks }) => {
      const others = tasks.filter((ref) => taskIdOf(ref) !== task.id);
      return { tasks: isTaken ? [...others, task] : others };
    });
  }

  async #setRows(ref: TaskRef, rows: ArenaRows | undefined): Promise<void> {
    const id = taskIdOf(ref);
    await this.change((before) => {
      const { [id]: _, ...others } = before.rows;
      return { ...before, rows: { ...others, ...(rows ? { [id]: rows } : {}) } };
    });
  }

  /** Undefined for a task of the paper. A deleted task keeps the rows that were taken from it. */
  async #ownRows(ref: TaskRef): Promise<ArenaRows | undefined> {
    if (typeof ref === "string") return undefined;
    const { ownDataset } = await import("../../formats/own-dataset.ts");
    const examples = this.#lab.tasks.usable.find(({ task }) => task.id === ref.id)?.examples;
    try {
      const data = { source: "own", ...ownDataset(ref, examples ?? { train: [], validation: [], test: [] }) };
      return { kind: "own", key: await contentKey({ task: ref, data }), data };
    } catch {
      return { kind: "own", key: await contentKey({ task: ref }) }; // its cells fail, and say what is missing
    }
  }

  /** Which predictions the standings follow from: it changes where one is to be computed anew. */
  judgeable = $derived.by(() =>
    JSON.stringify([...judgedRuns(this.cells)].map(([name, runs]) => [name, runs.map((run) => run.predictions)])),
  );

  /** Computes intervals, tests and ranks of the columns that have none of their present predictions, on the analyse worker. */
  async judge(): Promise<void> {
    if (this.judging) return;
    this.judging = true;
    this.unjudged = undefined;
    try {
      for (let asked = ""; asked !== this.judgeable; ) {
        asked = this.judgeable;
        for (const [column, runs] of judgedRuns(this.cells)) await this.#judgeColumn(column, runs);
      }
    } catch (error) {
      this.unjudged = error;
    } finally {
      this.judging = false;
    }
  }

  async #judgeColumn(column: string, runs: readonly JudgedRun[]): Promise<void> {
    const key = await standingKey(runs);
    const first = runs[0]?.cell.cell;
    if (!first || this.arena.standings?.[column]?.key === key) return;
    const sets: Record<string, readonly Example[]> = {};
    const read = this.reader();
    const given: StandRequest["runs"][number][] = [];
    for (const { cell, method, predictions, set } of runs) {
      const found = await this.#lab.services.products.find("predictions", predictions);
      if (found?.state !== "whole") continue;
      if (!sets[set]) {
        const { test } = await read(await planned(cell));
        if ((await contentKey(test)) !== set) continue; // the rows are others than those that were scored
        sets[set] = test;
      }
      given.push({ method, seed: cell.cell.seed, set, answers: found.value });
    }
    const compared = [...new Set(runs.filter(({ cell }) => cell.cell.share === 100).map(({ method }) => method))];
    const ceilings = new Set(runs.filter(({ cell }) => isCeiling(cell.cell.source)).map(({ method }) => method));
    const ranked = compared.filter((method) => !ceilings.has(method));
    const request = { task: first.config.task, sets, runs: given, compared, ranked };
    for await (const event of this.#lab.analyst.procedures.stand(request)) {
      if (event.type !== "stood") continue;
      const { standing } = event;
      await this.change((before) => ({ ...before, standings: { ...before.standings, [column]: { key, standing } } }));
    }
  }

  holdAgainst = (baseline: string | undefined): Promise<void> =>
    this.change(({ baseline: _, ...before }) => ({ ...before, ...(baseline === undefined ? {} : { baseline }) }));

  assume = (watts: number): Promise<void> => this.change((before) => ({ ...before, watts }));

  /** Computes the cells that are not done, in the order of the plan; a failed one is tried again. */
  start = (): Promise<boolean> =>
    this.work.run("Reading the data", async (signal) => {
      const open = this.wanted.filter(({ outcome }) => outcome?.kind !== "done");
      const cells = await Promise.all(open.map(planned));
      const { pipeline, trainer } = this.#lab.ports({ source: "", remarks: [], train: [], validation: [], test: [] });
      const ports = { data: this.reader(), pipeline, trainer };
      const before = this.done.length;
      const startedAt = performance.now();
      let left: number | undefined; // by the pace of whole cells
      const tell = (cell: number, doing: string) => {
        const { cell: of } = open[cell] as (typeof open)[number];
        const share = of.share === 100 ? "" : `, ${of.share} %`;
        const name = `${taskOf(of.config.task).name}, ${methodName(of.source)}${share}, seed ${of.seed}: ${doing}`;
        this.work.tell(name, before + cell, before + open.length, left);
      };
      let busy: Failure | undefined;
      for await (const event of drive({ cells }, this.#lab.services.products, ports, signal, { keepGoing: true })) {
        if (event.type === "step") tell(event.cell, stepWords[event.step]);
        if (event.type === "failed" && inOtherTab.has(event.failure.code)) busy = event.failure;
        else await this.#heard(event, open);
        const ended = event.type === "result" || event.type === "failed" ? event.cell + 1 : 0;
        if (ended > 0) left = ((performance.now() - startedAt) / ended) * (open.length - ended);
      }
      if (busy) throw this.errorOf(busy);
    });

  async #heard(event: DriveEvent, open: readonly { readonly name: string }[]): Promise<void> {
    const { name } = open[event.cell] as (typeof open)[number];
    if (event.type === "result") {
      const summary = summaryOf(event.result);
      await this.change((before) => ({ ...before, outcomes: { ...before.outcomes, [name]: { kind: "done", summary } } }));
    } else if (event.type === "failed") {
      const { failure } = event;
      await this.change((before) => {
        if (before.outcomes[name]?.kind === "done") return before; // another tab has computed it meanwhile
        return { ...before, outcomes: { ...before.outcomes, [name]: { kind: "failed", failure } } };
      });
    } else if (event.type === "product" && !this.arena.products.includes(event.key)) {
      await this.change((before) => ({ ...before, products: [...before.products, event.key] }));
    } else if (event.type === "generate" && event.event.type === "opened" && !this.arena.logs.includes(event.event.run)) {
      const { run } = event.event;
      await this.change((before) => ({ ...before, logs: [...before.logs, run] }));
    }
  }

  /** Rows of the sample are drawn by the cell's data seed; those of a run are as the run has them. */
  reader(): (cell: Cell) => Promise<NotebookData> {
    let last: { readonly of: string; readonly data: NotebookData } | undefined;
    return async ({ config, seeds }) => {
      const task = taskIdOf(config.task);
      const rows = rowsOf(this.arena, task);
      if (rows.kind !== "sample" && rows.data) return rows.data;
      if (rows.kind !== "sample") throw tooFew(taskOf(config.task));
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

  /** Another tab changed or deleted it: `stored` is what is there now. */
  heard(stored: Arena | undefined): void {
    if (stored) return this.#take(stored);
    this.deleted = true;
    this.work.stop();
    this.texts.work.stop();
  }

  /** Changes that another tab made meanwhile are kept. */
  async change(change: ArenaChange): Promise<void> {
    const named = retitled(change);
    // Later than what it is made on, whatever the clock says: the latest of two states is told by its date.
    const dated: ArenaChange = (before) => ({ ...named(before), updatedAt: Math.max(Date.now(), before.updatedAt + 1) });
    this.arena = dated(this.arena);
    this.#pending = [...this.#pending, dated];
    try {
      const stored = await this.#lab.services.arenas.change(this.arena.id, dated);
      this.#pending = this.#pending.filter((of) => of !== dated);
      if (stored) this.#take(stored);
      else this.heard(undefined);
      this.unsaved = undefined;
    } catch (error) {
      this.#pending = this.#pending.filter((of) => of !== dated);
      this.unsaved = error;
    }
  }

  #take(stored: Arena): void {
    if (stored.updatedAt > this.#stored.updatedAt) this.#stored = stored;
    this.arena = this.#pending.reduce((arena, change) => change(arena), titled(this.#stored));
    this.#lab.arenas.noted(this.#stored);
  }
}
