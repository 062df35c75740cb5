// Measures of the texts of an arena's runs, once each: what another run or arena has measured is found. Knows no component.

import type { Analysis } from "../../analyse/analysis.ts";
import { planned, type WrittenRun, writtenRuns } from "../../experiment/arena.ts";
import { measureRun, type RunTexts, runTexts } from "../../experiment/measured-run.ts";
import { dataKeys } from "../../experiment/plan.ts";
import { textMeasures } from "../../experiment/text-measures.ts";
import type { Lab } from "../lab.svelte.ts";
import { tellEmbedding } from "../parts/embedding-words.ts";
import { Work } from "../parts/work.svelte.ts";
import type { ArenaRun } from "./arena-run.svelte.ts";

export class ArenaTexts {
  readonly work = new Work();
  readonly #lab: Lab;
  readonly #run: ArenaRun;

  constructor(lab: Lab, run: ArenaRun) {
    this.#lab = lab;
    this.#run = run;
  }

  /** Runs that wrote texts. */
  get written(): readonly WrittenRun[] {
    return writtenRuns(this.#run.wanted);
  }

  get open(): readonly WrittenRun[] {
    return this.written.filter(({ run }) => !this.#run.arena.measures?.[run]);
  }

  /** Measures those that have none, and again those whose real text or graph has changed since. */
  measure = (): Promise<boolean> =>
    this.work.run("Reading the texts", async (signal) => {
      const read = this.#run.reader();
      for (const [i, of] of this.written.entries()) {
        this.work.tell("Reading the texts", i, this.written.length);
        await this.#lab.bringGraph(of.cell.cell.config.graph, this.work, signal);
        const request = await this.#request(of, read);
        if (this.#run.arena.measures?.[of.run]?.key === request.key) continue;
        const analysis = await this.#analysis(request, signal);
        const measures = analysis && textMeasures(request.key, analysis);
        if (!measures) continue;
        await this.#run.change((before) => ({ ...before, measures: { ...before.measures, [of.run]: measures } }));
        await this.#note(request.key);
      }
    });

  async #request({ run, accepted, cell }: WrittenRun, read: ReturnType<ArenaRun["reader"]>): Promise<RunTexts> {
    const data = await read(await planned(cell));
    const { graph, seed, source } = cell.cell.config;
    const held = await this.#lab.heldGraph(graph);
    return runTexts(await dataKeys(data), data, { run, source, accepted, graph: held, seed });
  }

  async #analysis(texts: RunTexts, signal: AbortSignal): Promise<Analysis | undefined> {
    const { products, generate } = this.#lab.services;
    const { analyse } = this.#lab.analyst.procedures;
    let analysis: Analysis | undefined;
    for await (const event of measureRun(texts, { products, readRun: generate.readRun, analyse }, signal)) {
      if (event.type === "analysed") analysis = event.analysis;
      else if (event.type === "measuring") this.work.tell("Measuring");
      else if (event.type === "kept") await this.#note(event.key);
      else tellEmbedding(this.work, event);
    }
    return analysis;
  }

  /** The product goes when the arena goes. */
  async #note(key: string): Promise<void> {
    if (this.#run.arena.products.includes(key)) return;
    await this.#run.change((before) => ({ ...before, products: [...before.products, key] }));
  }
}
