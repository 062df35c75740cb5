// The task and its data: five examples a label to learn from, as many to choose by, and a test set. Knows no component.

import { ClinfuseError } from "../../../base/errors.ts";
import { canonicalJson } from "../../../base/hash.ts";
import { presetConfig, presetSource, withTopicsOf } from "../../../experiment/presets.ts";
import { fetchSample } from "../../../experiment/sample.ts";
import { writerOf } from "../../../generate/sources.ts";
import { type TaskRef, taskOf } from "../../../tasks/catalogue.ts";
import type { Task } from "../../../tasks/task.ts";
import type { TaskFile } from "../../../tasks/task-file.ts";
import type { PickedFolder } from "../../parts/folder.ts";
import { count } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

export class TaskStep {
  readonly work: Work;
  /** Nothing: what is read here is on the disk. */
  readonly wouldLose = false;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("task", milliseconds));
  }

  get task(): Task {
    return taskOf(this.#run.config.task);
  }

  /** Another task has other data, so the data of the one before is dropped. */
  async choose(task: TaskRef): Promise<void> {
    const { config } = this.#run;
    if (canonicalJson(task) === canonicalJson(config.task)) return;
    const { preset, encoder, device, seed, graph } = config;
    const source = withTopicsOf(task, presetSource(preset, config.source.kind, writerOf(config.source)?.model));
    await this.#run.clearFrom("task");
    await this.#run.choose(presetConfig(preset, { task, source, encoder, device, seed, graph }));
    this.work.dismiss();
  }

  loadSample = (): Promise<boolean> =>
    this.work.run("Reading the sample", async (signal) => {
      await this.#take("sample", Object.fromEntries(await fetchSample(this.task)), signal);
    });

  /** The user's own task as it is kept now; undefined for a task of the paper, and for one that was deleted. */
  get kept(): TaskFile | undefined {
    const { task } = this.#run.config;
    return typeof task === "string" ? undefined : this.#run.lab.tasks.usable.find((file) => file.task.id === task.id);
  }

  /** The task was edited since the run took it. */
  get isEdited(): boolean {
    return this.kept !== undefined && canonicalJson(this.kept.task) !== canonicalJson(this.#run.config.task);
  }

  /** The task as it is kept now, with its examples. */
  loadOwn = (): Promise<boolean> =>
    this.work.run("Reading your examples", async () => {
      const { kept } = this;
      if (!kept) {
        const remedy = "Choose a folder that holds examples, or another task.";
        throw new ClinfuseError("not-found", `${this.task.name} was deleted, and its examples with it`, {
          what: this.task.name,
          remedy,
        });
      }
      const { ownDataset } = await import("../../../formats/own-dataset.ts");
      const data = { source: "own", ...ownDataset(kept.task, kept.examples) };
      await this.choose(kept.task);
      await this.#run.change({ data });
    });

  loadFolder = (folder: PickedFolder | Promise<PickedFolder>): Promise<boolean> =>
    this.work.run("Reading the folder", async (signal) => {
      const picked = await folder;
      await this.#take(picked.name, picked.files, signal);
    });

  /** Scores on the first `most` test examples alone, and says so in the notebook. */
  async keepTest(most: number): Promise<void> {
    const { data } = this.#run.notebook;
    if (!data || data.test.length <= most) return;
    const remark = `Of ${count(data.test.length)} test examples the first ${count(most)} are scored.`;
    await this.#run.change({ data: { ...data, test: data.test.slice(0, most), remarks: [...data.remarks, remark] } });
  }

  async #take(source: string, files: Readonly<Record<string, Blob>>, signal: AbortSignal): Promise<void> {
    const { seed } = this.#run.config;
    const dataset = await this.#run.lab.services.generate.readData({ task: this.#run.config.task, files, seed }, signal);
    await this.#run.change({ data: { source, ...dataset } });
  }
}
