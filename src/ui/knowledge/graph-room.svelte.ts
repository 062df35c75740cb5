// State of the Knowledge page: the graphs of this browser, the one that is looked at, and work on it. Knows no component and no run.

import type { GraphInfo } from "../../knowledge/graphs.ts";
import type { Lab } from "../lab.svelte.ts";
import { turnResult } from "../parts/loading-words.ts";
import { Work } from "../parts/work.svelte.ts";
import { GraphBringing } from "./graph-bringing.svelte.ts";
import { GraphCare } from "./graph-care.svelte.ts";

const rooms = new WeakMap<Lab, GraphRoom>();

/** The lab's room: work goes on in it while another page is read. */
export function graphRoomOf(lab: Lab): GraphRoom {
  const found = rooms.get(lab) ?? new GraphRoom(lab);
  rooms.set(lab, found);
  return found;
}

export class GraphRoom {
  readonly work = new Work();
  readonly bringing: GraphBringing;
  readonly care: GraphCare;
  /** Why the graphs could not be read. */
  failure = $state.raw<unknown>();
  readonly #lab: Lab;
  #chosen = $state<string>();

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.graphWork = this.work;
    const { generate } = lab.services;
    this.bringing = new GraphBringing(this.work, generate, async (id) => {
      await lab.readGraphs();
      this.choose(id);
    });
    this.care = new GraphCare(this.work, generate, async (chosen) => {
      await lab.readGraphs();
      if (chosen !== undefined) this.choose(chosen);
    });
  }

  get graphs(): readonly GraphInfo[] | undefined {
    return this.#lab.graphs;
  }

  /** The graph that is looked at: the first where none was chosen, or the chosen one is gone. */
  get graph(): GraphInfo | undefined {
    return this.graphs?.find(({ id }) => id === this.#chosen) ?? this.graphs?.[0];
  }

  choose = (id: string): void => {
    this.#chosen = id;
    this.care.clear();
  };

  read = async (): Promise<void> => {
    try {
      await this.#lab.readGraphs();
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
  };

  /** Runs that drew from it keep what they drew. */
  remove = (id: string): Promise<boolean> =>
    this.work.run("Removing the graph", async (signal) => {
      await turnResult(this.work, "Removing the graph", this.#lab.services.generate.deleteGraph({ id }, signal));
      this.care.clear();
      await this.#lab.readGraphs();
    });
}
