// Files of a graph that were picked, what they hold, and the part of them that is wanted. Knows no component.

import type { GraphFilter, GraphInfo, ImportEvent } from "../../knowledge/graphs.ts";
import { rowsByLicence } from "../../knowledge/licences.ts";
import type { PickedFolder } from "../parts/folder.ts";
import { bytes } from "../parts/numbers.ts";
import type { Work } from "../parts/work.svelte.ts";
import type { Begin } from "./graph-room.svelte.ts";

export type PartKind = "types" | "relations" | "licences";

interface Picking {
  readonly name: string;
  readonly files: Readonly<Record<string, Blob>>;
  readonly filter: GraphFilter;
}

type Preview = (picking: Picking, signal: AbortSignal) => AsyncGenerator<ImportEvent, void>;

export class GraphPicking {
  readonly #work: Work;
  readonly #begin: Begin;
  readonly #preview: Preview;
  picked = $state.raw<PickedFolder | undefined>();
  /** All that the files hold. */
  whole = $state.raw<GraphInfo | undefined>();
  /** The part that was counted last. */
  part = $state.raw<GraphInfo | undefined>();
  /** Names that are left out, by their kind. */
  out = $state.raw<Readonly<Record<PartKind, readonly string[]>>>({ types: [], relations: [], licences: [] });
  score = $state<number | undefined>();
  degree = $state<number | undefined>();
  random = $state<number | undefined>();
  /** Ids or names, between semicolons, around which the part lies. */
  seeds = $state("");
  radius = $state(1);

  constructor(work: Work, begin: Begin, preview: Preview) {
    this.#work = work;
    this.#begin = begin;
    this.#preview = preview;
  }

  /** Work on graphs is under way. */
  get busy(): boolean {
    return this.#work.running;
  }

  /** Names of a kind with their rows, the most first. */
  names(kind: PartKind): readonly (readonly [name: string, rows: number])[] {
    const { whole } = this;
    if (!whole) return [];
    const counts = { types: whole.nodes, relations: whole.edges, licences: rowsByLicence(whole.provenance) }[kind];
    return Object.entries(counts).sort(([, a], [, b]) => b - a);
  }

  get filter(): GraphFilter {
    const kept = (kind: PartKind): Partial<Record<PartKind, readonly string[]>> =>
      this.out[kind].length === 0
        ? {}
        : { [kind]: this.names(kind).flatMap(([name]) => (this.out[kind].includes(name) ? [] : [name])) };
    const { score, degree, random, radius } = this;
    const seeds = this.seeds.split(/[;\n]/).map((seed) => seed.trim());
    const named = seeds.filter((seed) => seed !== "");
    return {
      ...kept("types"),
      ...kept("relations"),
      ...kept("licences"),
      ...(score === undefined ? {} : { score }),
      ...(degree === undefined ? {} : { degree }),
      ...(named.length > 0 ? { near: { seeds: named, radius } } : {}),
      ...(random === undefined ? {} : { random: { count: random, seed: "1" } }),
    };
  }

  toggle(kind: PartKind, name: string): void {
    const names = this.out[kind];
    this.out = { ...this.out, [kind]: names.includes(name) ? names.filter((one) => one !== name) : [...names, name] };
    this.part = undefined;
  }

  set(bound: "score" | "degree" | "random", value: number | undefined): void {
    this[bound] = value;
    this.part = undefined;
  }

  /** Nodes to stay near, and how near. */
  around(seeds: string, radius: number): void {
    [this.seeds, this.radius] = [seeds, radius];
    this.part = undefined;
  }

  /** Looks through the files that were picked; nothing is kept of them. */
  look = (picking: Promise<PickedFolder>): Promise<boolean> =>
    this.#begin("import", "Looking through the files", async (signal) => {
      this.clear();
      const picked = await picking;
      const whole = await this.#seen({ ...picked, filter: {} }, signal);
      [this.picked, this.whole, this.part] = [picked, whole, whole];
    });

  /** Counts the part that is chosen. */
  count = (): Promise<boolean> =>
    this.#begin("import", "Counting the part", async (signal) => {
      if (this.picked) this.part = await this.#seen({ ...this.picked, filter: this.filter }, signal);
    });

  clear(): void {
    [this.picked, this.whole, this.part] = [undefined, undefined, undefined];
    this.out = { types: [], relations: [], licences: [] };
    [this.score, this.degree, this.random] = [undefined, undefined, undefined];
    [this.seeds, this.radius] = ["", 1];
  }

  async #seen(picking: Picking, signal: AbortSignal): Promise<GraphInfo | undefined> {
    let seen: GraphInfo | undefined;
    for await (const event of this.#preview(picking, signal)) {
      if (event.type === "imported") seen = event.graph;
      if (event.type === "progress")
        this.#work.tell(`Reading ${picking.name}: ${bytes(event.done)} of ${bytes(event.total)}`, event.done, event.total);
    }
    return seen;
  }
}
