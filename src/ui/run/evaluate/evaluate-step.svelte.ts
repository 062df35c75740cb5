// Section 5 on the page: predictions beside gold, a text of the user's own, and the files to take away. Knows no component.

import type { Analysis } from "../../../analyse/analysis.ts";
import { remembered } from "../../../base/async.ts";
import type { TrainingResult } from "../../../experiment/notebook.ts";
import type { Trust } from "../../../experiment/trust.ts";
import { cutRemarks } from "../../../formats/note.ts";
import type { RejectReason } from "../../../generate/source.ts";
import { type Sureness, surenessOf } from "../../../report/sureness.ts";
import { taskIdOf } from "../../../tasks/catalogue.ts";
import type { Example } from "../../../tasks/example.ts";
import type { Download } from "../../parts/save.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";
import { notebookAsMade, recordOf, usedModels } from "./run-record.ts";
import type { Leaving } from "./trained-files.ts";

// Fetched when the step is opened, so that the app starts without them.
const artefacts = remembered(() => import("../../../report/artefacts.ts"));
const report = remembered(() => import("../../../report/report.ts"));
const dataFolders = remembered(() => import("../../../report/data-folder.ts"));
const zips = remembered(() => import("../../../formats/zip.ts"));
const cards = remembered(() => import("../../../report/model-card.ts"));
const trainedFiles = remembered(() => import("./trained-files.ts"));
const runCapsules = remembered(() => import("../../../report/capsule.ts"));

export class EvaluateStep {
  /** The prediction under way. */
  readonly work: Work;
  /** Predictions for the user's own texts, the latest first. */
  tried = $state.raw<readonly Example[]>([]);
  /** How the latest of them was read. */
  triedRemarks = $state.raw<readonly string[]>([]);
  /** The trained model's files, once asked for. */
  files = $state.raw<readonly Download[]>();
  /** Intervals of the scores and the paired comparison; undefined until they are computed, and where they cannot be. */
  sure = $state.raw<Sureness>();
  readonly packing = new Work();
  #surelyOf: TrainingResult["results"] | undefined;
  #asking: Promise<void> | undefined;
  /** Nothing: what is asked here can be asked again. */
  readonly wouldLose = false;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("evaluate", milliseconds));
  }

  /** Computes how sure the scores are, once for each result: a second of another thread. */
  readSureness(): Promise<void> {
    const { results } = this.#run.notebook.training ?? {};
    if (!results || results === this.#surelyOf) return this.#asking ?? Promise.resolve();
    this.#asking = this.#readSureness();
    return this.#asking;
  }

  async #readSureness(): Promise<void> {
    const { data, training } = this.#run.notebook;
    const results = training?.results;
    if (!data || !results || results === this.#surelyOf) return;
    this.#surelyOf = results;
    this.sure = undefined;
    const ask = this.#run.lab.analyst.procedures.intervals;
    const sure = await surenessOf(this.#run.config.task, data.test, results, (request) => ask(request));
    if (results === this.#surelyOf) this.sure = sure;
  }

  /** Fetches what writes the files, one after another, while the app's server is sure to answer. */
  async prepare(): Promise<void> {
    for (const load of [artefacts, report, dataFolders, zips, runCapsules, cards, trainedFiles])
      await load().catch(() => undefined); // asked for again at the download, which tells why
  }

  /** Works after a reload too: the model was kept. */
  tryOn = (example: Example): Promise<boolean> =>
    this.work.run("Reading your text", async (signal) => {
      const { lab, config, notebook } = this.#run;
      const model = notebook.training?.model;
      if (model === undefined) throw new Error("tryOn: nothing is trained yet");
      const request = { task: config.task, model, device: config.device, examples: [example] };
      for await (const event of lab.services.train.predict(request, signal)) {
        if (event.type === "loading") this.work.tell("Loading the trained model", event.done, event.total);
        else {
          this.tried = [...event.examples, ...this.tried].slice(0, 20);
          this.triedRemarks = cutRemarks(event.cut?.filter(Boolean).length ?? 0, event.examples.length);
        }
      }
    });

  async dataset(): Promise<Download> {
    const { datasetJsonl } = await artefacts();
    const jsonl = datasetJsonl(this.#run.task.task, this.#run.generate.accepted);
    return { name: `${this.#name}-dataset.jsonl`, blob: new Blob([jsonl], { type: "application/jsonl" }) };
  }

  /** A zip of the folder that load_dataset reads. */
  async pythonDataset(): Promise<Download> {
    const [{ dataFolder }, { writeZip }] = await Promise.all([dataFolders(), zips()]);
    const { task, generate } = this.#run;
    const notebook = await notebookAsMade(this.#run);
    const { source, seed } = notebook.config;
    const made = { source, run: notebook.run ?? notebook.id, seed };
    const name = `${this.#name}-python`;
    const files = [...dataFolder(task.task, generate.accepted, made)];
    const entries = files.map(([path, content]) => ({ path: `${name}/${path}`, content: new Blob([content]) }));
    return { name: `${name}.zip`, blob: await writeZip(`${name}.zip`, entries, new AbortController().signal) };
  }

  async scores(): Promise<Download> {
    const { scoresJson } = await artefacts();
    const json = scoresJson(await notebookAsMade(this.#run), this.#run.generate.accepted, this.#rejected);
    return { name: `${this.#name}-scores.json`, blob: new Blob([json], { type: "application/json" }) };
  }

  async report(): Promise<Download> {
    const { reportHtml } = await report();
    const sure = await this.#surely();
    const { analysis, trust } = await this.#looked();
    const extra = {
      ...(sure ? { sure } : {}),
      ...(analysis ? { analysis } : {}),
      ...(trust ? { trust } : {}),
      models: await usedModels(this.#run),
    };
    const html = reportHtml(await notebookAsMade(this.#run), this.#run.generate.accepted, this.#rejected, extra);
    return { name: `${this.#name}-report.html`, blob: new Blob([html], { type: "text/html" }) };
  }

  /** The whole run as one zip; `rows`: with the real texts. */
  async capsule(rows: boolean, signal: AbortSignal): Promise<Download> {
    const { runCapsule } = await runCapsules();
    const sure = await this.#surely();
    const { trust } = await this.#looked();
    const name = `${this.#name}-capsule${rows ? "" : "-without-rows"}.zip`;
    const absent = this.#run.notebook.capsule?.examplesLeftOut ?? 0;
    const choice = { rows, absent, writtenAt: Date.now(), ...(sure ? { sure } : {}), ...(trust ? { trust } : {}) };
    const tell = (done: number, total: number) => this.packing.tell("Writing the capsule", done, total);
    return { name, blob: await runCapsule(name, await recordOf(this.#run), choice, signal, tell) };
  }

  /** Measures and verdicts of before, read back where they are there. */
  async #looked(): Promise<{ readonly analysis: Analysis | undefined; readonly trust: Trust | undefined }> {
    const { analyse } = this.#run;
    await analyse.read();
    await analyse.doubt.read();
    return { analysis: analyse.analysis, trust: analyse.doubt.trust };
  }

  /** The intervals, asked for where nobody has; undefined where they cannot be had. */
  async #surely(): Promise<Sureness | undefined> {
    await (this.#asking ?? this.readSureness()).catch(() => undefined);
    return this.sure;
  }

  /** The trained model as one archive of a folder: files for Python and for transformers.js, and its card. */
  async folder(signal: AbortSignal): Promise<Download> {
    const { modelFolder } = await trainedFiles();
    return modelFolder(await this.#leaving(), signal);
  }

  /** The trained model as one page that runs it alone. */
  async page(signal: AbortSignal): Promise<Download> {
    const { modelPageFile } = await trainedFiles();
    return modelPageFile(await this.#leaving(), signal);
  }

  async #leaving(): Promise<Leaving> {
    const { notebook, config, lab, generate } = this.#run;
    const model = this.#model;
    const { modelCard } = await cards();
    const parts = { sure: await this.#surely(), ...(await this.#looked()), models: await usedModels(this.#run) };
    return {
      name: `${this.#name}-model`,
      model,
      card: modelCard(await notebookAsMade(this.#run), generate.accepted, parts),
      task: this.#run.task.task,
      device: config.device,
      compared: notebook.data?.test ?? [],
      trained: lab.services.train,
      tell: (now, done, total) => this.packing.tell(now, done, total),
    };
  }

  get #model(): string {
    const model = this.#run.train.unsaved?.place ?? this.#run.notebook.training?.model;
    if (model === undefined) throw new Error("the run has no trained model yet");
    return model;
  }

  pack = (): Promise<boolean> => this.#pack("trainedFiles", "Reading the trained model's files");

  packOnnx = (): Promise<boolean> => this.#pack("onnxFiles", "Writing the trained model as ONNX");

  #pack(which: "trainedFiles" | "onnxFiles", now: string): Promise<boolean> {
    return this.packing.run(now, async (signal) => {
      const files = await this.#run.lab.services.train[which]({ model: this.#model }, signal);
      this.files = Object.entries(files).map(([name, blob]) => ({ name, blob }));
    });
  }

  get #name(): string {
    return `clinfuse-${taskIdOf(this.#run.config.task)}-${this.#run.notebook.id}`;
  }

  get #rejected(): Partial<Record<RejectReason, number>> {
    return Object.fromEntries(this.#run.generate.reasons.map(({ reason, entries }) => [reason, entries.length]));
  }
}
