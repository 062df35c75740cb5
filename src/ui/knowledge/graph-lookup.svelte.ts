// A person's look-up in the graph: the query, the nodes found, the one that is open. Knows no component.

import { isAbort } from "../../base/errors.ts";
import type { FoundNode, NodeCard, Step } from "../../knowledge/graph-lookup.ts";
import type { Services } from "../services.ts";

const mostFound = 12;
const mostNeighbours = 40;

const placeOf = ({ type, ordinal }: NodeCard) => ({ type, ordinal });

export class GraphLookupState {
  query = $state("");
  /** Undefined before the first answer, and for an empty query. */
  found = $state.raw<readonly FoundNode[] | undefined>();
  card = $state.raw<NodeCard | undefined>();
  /** The node that a way begins at. */
  from = $state.raw<NodeCard | undefined>();
  /** The way from it to the node that is open; null where there is none of three links or fewer. */
  path = $state.raw<readonly Step[] | null | undefined>();
  reading = $state(false);
  error = $state.raw<unknown>();
  readonly #generate: Pick<Services["generate"], "findNodes" | "nodeCard" | "nodePath">;
  #asked: AbortController | undefined;

  constructor(generate: Pick<Services["generate"], "findNodes" | "nodeCard" | "nodePath">) {
    this.#generate = generate;
  }

  /** Asks anew at each letter; an answer that comes after the next question is dropped. */
  type = async (graph: string, query: string): Promise<void> => {
    this.query = query;
    this.card = undefined;
    this.path = undefined;
    await this.#ask(async (signal) => {
      const found = query.trim() === "" ? undefined : await this.#generate.findNodes({ graph, query, most: mostFound }, signal);
      if (!signal.aborted) this.found = found;
    });
  };

  open = (graph: string, { type, ordinal }: { readonly type: string; readonly ordinal: number }): Promise<void> =>
    this.#ask(async (signal) => {
      const card = await this.#generate.nodeCard({ graph, type, ordinal, most: mostNeighbours }, signal);
      if (signal.aborted) return;
      this.card = card;
      this.path = undefined;
    });

  begin = (): void => {
    this.from = this.card;
    this.path = undefined;
  };

  connect = (graph: string): Promise<void> =>
    this.#ask(async (signal) => {
      const { from, card: to } = this;
      if (!from || !to) return;
      const path = await this.#generate.nodePath({ graph, from: placeOf(from), to: placeOf(to) }, signal);
      if (!signal.aborted) this.path = path ?? null;
    });

  dismiss = (): void => {
    this.error = undefined;
  };

  async #ask(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.reading = true;
    this.error = undefined;
    try {
      await work(asked.signal);
    } catch (error) {
      if (!isAbort(error) && !asked.signal.aborted) this.error = error;
    } finally {
      if (this.#asked === asked) this.reading = false;
    }
  }
}
