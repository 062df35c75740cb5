// The task and its data: five examples a label to learn from, as many to choose by, and a test set. Knows no component.

import { presetConfig, presetSource } from "../../../experiment/presets.ts";
import { fetchSample } from "../../../experiment/sample.ts";
import { writerOf } from "../../../generate/sources.ts";
import { taskById } from "../../../tasks/catalogue.ts";
import type { Task } from "../../../tasks/task.ts";
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
    return taskById(this.#run.config.task);
  }

  /** Another task has other data, so the data of the one before is dropped. */
  async choose(id: string): Promise<void> {
    const { config } = this.#run;
    if (id === config.task) return;
    const { preset, encoder, device, seed, graph } = config;
    const source = presetSource(preset, config.source.kind, writerOf(config.source)?.model);
    await this.#run.clearFrom("task");
    await this.#run.choose(presetConfig(preset, { task: id, source, encoder, device, seed, graph }));
    this.work.dismiss();
  }

  loadSample = (): Promise<boolean> =>
    this.work.run("Reading the sample", async (signal) => {
      await this.#take("sample", Object.fromEntries(await fetchSample(this.task)), signal);
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
    const dataset = await this.#run.lab.services.generate.readData({ task: this.task.id, files, seed }, signal);
    await this.#run.change({ data: { source, ...dataset } });
  }
}
