// State of the Knowledge page: the graphs of this browser, the one that is looked at, and work on it. Knows no component and no run.

import type { GraphInfo } from "../../knowledge/graphs.ts";
import type { Lab } from "../lab.svelte.ts";
import { turnResult } from "../parts/loading-words.ts";
import { Work } from "../parts/work.svelte.ts";
import { GraphBringing } from "./graph-bringing.svelte.ts";
import { GraphCare } from "./graph-care.svelte.ts";

/** Parts of the page whose buttons begin work: what is told of it stands there. */
export type WorkPlace = "list" | "care" | "import";

/** Runs work, or does nothing while other work is under way. */
export type Begin = (place: WorkPlace, ...work: Parameters<Work["run"]>) => Promise<boolean>;

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
  /** The part of the page that began the present work, or the last. */
  place = $state<WorkPlace>("list");
  /** The graph that the last work brought in. */
  brought = $state.raw<GraphInfo | undefined>();
  /** Why the graphs could not be read. */
  failure = $state.raw<unknown>();
  readonly #lab: Lab;
  #chosen = $state<string>();

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.graphWork = this.work;
    const { generate } = lab.services;
    this.bringing = new GraphBringing(this.work, this.#begin, generate, async (id) => {
      await lab.readGraphs();
      this.#show(id);
      this.brought = this.graph;
    });
    this.care = new GraphCare(this.work, this.#begin, generate, async (chosen) => {
      await lab.readGraphs();
      if (chosen !== undefined) this.#show(chosen);
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
    this.#show(id);
    this.brought = undefined;
    this.place = "list"; // work on the graph before goes on, away from this one
  };

  #show(id: string): void {
    this.#chosen = id;
    this.care.clear();
  }

  /** Reads the graphs for a page that is opened: work that is under way is told at its top. */
  enter = (): Promise<void> => {
    this.place = "list";
    this.brought = undefined;
    return this.read();
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
    this.#begin("care", "Removing the graph", async (signal) => {
      await turnResult(this.work, "Removing the graph", this.#lab.services.generate.deleteGraph({ id }, signal));
      this.care.clear();
      await this.#lab.readGraphs();
    });

  #begin: Begin = async (place, now, task) => {
    if (this.work.running) return false;
    this.place = place;
    this.brought = undefined;
    return this.work.run(now, task);
  };
}
