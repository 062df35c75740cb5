// Doubtful examples written again, one after another, by the run's own writer. Knows no component.

import { isByBatchFile } from "../../../experiment/batch-file.ts";
import { runConfigOf } from "../../../experiment/run-inputs.ts";
import type { WriteAgainRequest } from "../../../experiment/steps.ts";
import { type Trust, trainedOn } from "../../../experiment/trust.ts";
import type { Synthetic } from "../../../generate/log.ts";
import { writerOf } from "../../../generate/sources.ts";
import { noKnowledge } from "../../../knowledge/topic.ts";
import type { Example } from "../../../tasks/example.ts";
import { tellLoading } from "../../parts/loading-words.ts";
import { count, counted } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

export class Rewriting {
  readonly work: Work;
  /** Indices that wait for the writer, the one that is written first. */
  waiting = $state.raw<readonly number[]>([]);
  /** The last example for which no other text was accepted. */
  without = $state<number>();
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("analyse", milliseconds));
  }

  /** The accepted example was written in answer to a prompt, so that it can be asked for again. */
  can(index: number): boolean {
    const { config, generate, lab } = this.#run;
    return (
      writerOf(config.source) !== undefined &&
      !isByBatchFile(config) &&
      generate.accepted[index]?.origin.kind === "prompted" &&
      lab.busyElsewhere("generate", this.#run) === undefined &&
      !generate.work.running
    );
  }

  /** Puts an example into the row; `give` hears what was written. */
  async ask(index: number, trust: () => Trust | undefined, give: (index: number, example: Example) => void): Promise<void> {
    if (!this.can(index) || this.waiting.includes(index)) return;
    this.waiting = [...this.waiting, index];
    this.without = undefined;
    await this.work.run("Loading the language model", async (signal) => {
      for (let [next] = this.waiting; next !== undefined; [next] = this.waiting) {
        const found = await this.#write(next, trust(), signal);
        if (found) give(next, found);
        else this.without = next;
        this.waiting = this.waiting.slice(1);
      }
    });
    if (!this.work.running) this.waiting = [];
  }

  /** Words for a reader who waits. */
  get words(): string {
    if (this.without === undefined) return "";
    return `No draft for example ${count(this.without + 1)} could be taken: it stays as it was.`;
  }

  async #write(index: number, trust: Trust | undefined, signal: AbortSignal): Promise<Example | undefined> {
    const { config, notebook, lab, generate } = this.#run;
    const entry = generate.accepted[index] as Synthetic;
    const writer = writerOf(config.source);
    if (!notebook.data || !writer) return undefined;
    const { data, knowledge = noKnowledge } = notebook;
    let model: string | undefined;
    const request = { model: writer.model, engine: config.engine };
    for await (const event of lab.ports(data).pipeline.openModel(request, signal)) {
      tellLoading(this.work, event);
      if (event.type === "opened") model = event.model.id;
    }
    this.work.tell(`Writing another text: ${counted(this.waiting.length, "example")} to write`);
    const examples = generate.accepted.map(({ example }) => example);
    const asked: WriteAgainRequest = {
      config: await runConfigOf(config, model, data, knowledge),
      demonstrations: data.train,
      gold: data.gold ?? [],
      knowledge,
      index: entry.index,
      taken: [...examples, ...(trust ? trainedOn(trust, examples, []) : [])],
    };
    return lab.services.generate.writeAgain(asked, signal);
  }
}
