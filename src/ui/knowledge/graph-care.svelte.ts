// Operations on the chosen graph as a whole: rename, write out, check, repair, put together with another. Knows no component.

import type { GraphFault } from "../../knowledge/graph-check.ts";
import type { GraphForm } from "../../knowledge/graph-export.ts";
import type { MergeReport } from "../../procedures/graph-care.ts";
import type { TurnEvent } from "../../procedures/graph-turns.ts";
import { turnResult } from "../parts/loading-words.ts";
import { save } from "../parts/save.ts";
import type { Work } from "../parts/work.svelte.ts";
import type { Services } from "../services.ts";
import type { Begin } from "./graph-room.svelte.ts";

type Told = <T>(events: AsyncGenerator<TurnEvent<T>, void>) => Promise<T>;

export class GraphCare {
  readonly #work: Work;
  readonly #begin: Begin;
  readonly #generate: Services["generate"];
  /** Reads the list of graphs again, and chooses one if it is named. */
  readonly #changed: (chosen?: string) => Promise<void>;
  /** Faults that the last check found; none for a sound graph, undefined before. */
  faults = $state.raw<readonly GraphFault[] | undefined>();
  merged = $state.raw<MergeReport | undefined>();

  constructor(work: Work, begin: Begin, generate: Services["generate"], changed: (chosen?: string) => Promise<void>) {
    this.#work = work;
    this.#begin = begin;
    this.#generate = generate;
    this.#changed = changed;
  }

  get canRepair(): boolean {
    return (this.faults?.length ?? 0) > 0 && this.faults?.every(({ repair }) => repair !== undefined) === true;
  }

  rename = (id: string, name: string): Promise<boolean> =>
    this.#told("Renaming the graph", async (told, signal) => {
      await told(this.#generate.renameGraph({ id, name: name.trim() }, signal));
      await this.#changed();
    });

  write = (id: string, form: GraphForm): Promise<boolean> =>
    this.#told("Writing the graph", async (told, signal) => save(await told(this.#generate.exportGraph({ id, form }, signal))));

  check = (id: string): Promise<boolean> =>
    this.#told("Checking the graph", async (told, signal) => {
      this.faults = await told(this.#generate.checkGraph({ id }, signal));
    });

  repair = (id: string): Promise<boolean> =>
    this.#told("Repairing the graph", async (told, signal) => {
      await told(this.#generate.repairGraph({ id }, signal));
      this.faults = await told(this.#generate.checkGraph({ id }, signal));
      await this.#changed();
    });

  merge = (first: string, second: string, name: string): Promise<boolean> =>
    this.#told("Putting the graphs together", async (told, signal) => {
      const merged = await told(this.#generate.mergeGraphs({ first, second, name: name.trim() }, signal));
      await this.#changed(merged.graph);
      this.merged = merged; // choosing the new graph forgets what was shown of the one before
    });

  /** Runs work on a graph of which each part tells how far it is, and whether it waits for its turn. */
  #told(now: string, task: (told: Told, signal: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.#begin("care", now, (signal) => task((events) => turnResult(this.#work, now, events), signal));
  }

  clear(): void {
    this.faults = undefined;
    this.merged = undefined;
  }
}
