// Texts for the case study: this run's, and those of other runs and of arena cells of the same task in this browser. Knows no component.

import { methodName } from "../../../experiment/grid.ts";
import { evaluationRows } from "../../../experiment/notebook.ts";
import type { CaseSource } from "../../../report/case-study.ts";
import { taskIdOf } from "../../../tasks/catalogue.ts";
import type { Example } from "../../../tasks/example.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

/** A run of generation whose texts can be read. */
interface Other {
  readonly name: string;
  readonly run: string;
}

/** Sources beside this run's, and texts read of each: more would be read for one that is shown. */
const mostSources = 8;
const mostTexts = 400;

export class CaseSources {
  readonly work = new Work();
  /** The others, once they were asked for. */
  others = $state.raw<readonly CaseSource[]>();
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Real rows first, then this run's texts. */
  get own(): readonly [CaseSource, CaseSource] {
    const { notebook, generate, config } = this.#run;
    const { train = [], validation = [], test = [], gold = [] } = notebook.data ?? {};
    return [
      { name: "Real", examples: [...train, ...evaluationRows({ validation, test }), ...gold] },
      { name: `This run: ${methodName(config.source)}`, examples: generate.accepted.map(({ example }) => example) },
    ];
  }

  read = (): Promise<boolean> =>
    this.work.run("Looking for other sources of this task", async (signal) => {
      const { services } = this.#run.lab;
      const found: CaseSource[] = [];
      for (const { name, run } of await this.#known()) {
        const examples: Example[] = [];
        for await (const entry of services.generate.readRun({ id: run }, signal)) {
          if (entry.type === "accepted" && entry.example.kind === this.#run.task.task.shape) examples.push(entry.example);
          if (examples.length >= mostTexts) break;
        }
        if (examples.length > 0) found.push({ name, examples });
      }
      this.others = found;
    });

  async #known(): Promise<readonly Other[]> {
    const { lab, config, notebook } = this.#run;
    const task = taskIdOf(config.task);
    const runs = (lab.notebooks ?? []).flatMap((other): Other[] =>
      other.run !== undefined && taskIdOf(other.config.task) === task
        ? [{ name: `${methodName(other.config.source)}, “${other.title}”`, run: other.run }]
        : [],
    );
    const arenas = await lab.services.arenas.list();
    const cells = arenas.flatMap((arena) =>
      Object.entries(arena.outcomes).flatMap(([cell, outcome]): Other[] => {
        const { config: own } = JSON.parse(cell) as { readonly config: typeof config };
        if (outcome.kind !== "done" || outcome.summary.run === undefined || own.task !== task) return [];
        return [{ name: `${methodName(own.source)}, seed ${own.seed}, “${arena.title}”`, run: outcome.summary.run }];
      }),
    );
    const seen = new Set(notebook.run === undefined ? [] : [notebook.run]);
    const others = [...runs, ...cells].filter(({ run }) => !seen.has(run) && seen.add(run));
    return others.slice(0, mostSources);
  }
}
