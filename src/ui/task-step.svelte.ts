// The task and its data: five examples a label to learn from, as many to choose by, and a test set. Knows no component.

import { rng } from "../base/rng.ts";
import { presetConfig } from "../experiment/presets.ts";
import { fetchSample } from "../experiment/sample.ts";
import { taskById } from "../tasks/catalogue.ts";
import { type Folder, readDataset } from "../tasks/dataset.ts";
import type { Task } from "../tasks/task.ts";
import { type PickedFolder, readFolder } from "./folder.ts";
import type { Run } from "./run.svelte.ts";
import { Work } from "./work.svelte.ts";

export class TaskStep {
  readonly work: Work;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => run.spend("task", milliseconds));
  }

  get task(): Task {
    return taskById(this.#run.config.task);
  }

  /** Another task has other data, so the data of the one before is dropped. */
  async choose(id: string): Promise<void> {
    const { config } = this.#run;
    if (id === config.task) return;
    const { method, model, encoder, device, seed, graph } = config;
    await this.#run.clearFrom("task");
    await this.#run.choose(presetConfig(config.preset, { task: id, method, model, encoder, device, seed, graph }));
    this.work.dismiss();
  }

  loadSample = (): Promise<boolean> =>
    this.work.run("Reading the sample", async () => this.#take("sample", await fetchSample(this.task)));

  loadFolder = (folder: PickedFolder | Promise<PickedFolder>): Promise<boolean> =>
    this.work.run("Reading the folder", async () => {
      const picked = await folder;
      await this.#take(picked.name, await readFolder(picked));
    });

  async #take(source: string, folder: Folder): Promise<void> {
    const dataset = readDataset(this.task, folder, rng("dataset", this.#run.config.seed));
    await this.#run.change({ data: { source, ...dataset } });
  }
}
