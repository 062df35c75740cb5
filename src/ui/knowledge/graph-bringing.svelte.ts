// A graph that is brought into this browser: from picked files, or from pasted names. Knows no component and no run.

import type { ImportEvent } from "../../knowledge/graphs.ts";
import type { NameList } from "../../procedures/graph-care.ts";
import { waitingForTurn } from "../parts/loading-words.ts";
import { bytes } from "../parts/numbers.ts";
import type { Work } from "../parts/work.svelte.ts";
import type { Services } from "../services.ts";
import { GraphPicking } from "./graph-picking.svelte.ts";
import type { Begin } from "./graph-room.svelte.ts";

export class GraphBringing {
  readonly work: Work;
  /** Files that were picked, before they are imported. */
  readonly picking: GraphPicking;
  readonly #begin: Begin;
  readonly #generate: Services["generate"];
  /** Told of the graph, by its id, once it is here. */
  readonly #brought: (id: string) => Promise<void>;

  constructor(work: Work, begin: Begin, generate: Services["generate"], brought: (id: string) => Promise<void>) {
    this.work = work;
    this.#begin = begin;
    this.#generate = generate;
    this.#brought = brought;
    this.picking = new GraphPicking(work, begin, (picking, signal) => generate.previewGraph(picking, signal));
  }

  /** The part of the picked files that is chosen, under this name. */
  importGraph = (name: string): Promise<boolean> =>
    this.#begin("import", `Importing ${name}`, async (signal) => {
      const { picked, filter } = this.picking;
      if (!picked) return;
      const { files } = picked;
      const graph = await this.#follow(this.#generate.importGraph({ name, files, filter }, signal), name);
      this.picking.clear();
      await this.#brought(graph);
    });

  /** A graph of pasted names. */
  importNames = (list: NameList): Promise<boolean> =>
    this.#begin("import", `Importing ${list.name}`, async (signal) => {
      await this.#brought(await this.#follow(this.#generate.importNames(list, signal), list.name));
    });

  /** The graph that ships, where it is not here yet. */
  importStarter = (): Promise<boolean> =>
    this.#begin("list", "Importing the starter graph", async (signal) => {
      await this.#brought(await this.#follow(this.#generate.importStarter(null, signal), "the starter graph"));
    });

  /** The id of the imported graph. */
  async #follow(events: AsyncGenerator<ImportEvent, void>, name: string): Promise<string> {
    let id = "";
    for await (const event of events) {
      if (event.type === "imported") id = event.graph.id;
      else if (event.type === "waiting") this.work.tell(waitingForTurn);
      else this.work.tell(`Importing ${name}: ${bytes(event.done)} of ${bytes(event.total)}`, event.done, event.total);
    }
    return id;
  }
}
