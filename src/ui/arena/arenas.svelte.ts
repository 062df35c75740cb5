// The arenas of this browser: list, begin, open, delete. Knows no component.

import { serverGone } from "../../base/app-file.ts";
import { remembered } from "../../base/async.ts";
import type { Arena } from "../../experiment/arena.ts";
import type { GridPreset } from "../../experiment/grid.ts";
import type { Lab } from "../lab.svelte.ts";
import type { ArenaRun } from "./arena-run.svelte.ts";

// Fetched with the first arena, so that the app starts without what an arena is made of.
const arenaCode = remembered(async () => ({
  ...(await import("./arena-run.svelte.ts")),
  ...(await import("../../experiment/grid.ts")),
  ...(await import("./arena-title.ts")),
}));

export class Arenas {
  /** The latest change first; undefined until read. */
  list = $state.raw<readonly Arena[]>();
  failure = $state.raw<unknown>();
  #open = $state.raw<ReadonlyMap<string, ArenaRun>>(new Map());
  readonly #lab: Lab;
  /** News of other tabs are being read; others came meanwhile. */
  #reading = false;
  #stale = false;

  constructor(lab: Lab) {
    this.#lab = lab;
    lab.services.arenas.watch(() => void this.#heard());
  }

  async read(): Promise<void> {
    try {
      this.list = await this.#lab.services.arenas.list();
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
  }

  /** Another tab began, changed or deleted an arena: the list and the open ones follow. News that come while it is read are read once. */
  async #heard(): Promise<void> {
    if (this.list === undefined) return; // nothing here shows one
    if (this.#reading) {
      this.#stale = true;
      return;
    }
    this.#reading = true;
    do {
      this.#stale = false;
      await this.read();
      if (this.failure === undefined) for (const [id, run] of this.#open) run.heard(this.list.find((arena) => arena.id === id));
    } while (this.#stale);
    this.#reading = false;
  }

  /** An open arena was stored: the list has it as it is now. */
  noted(arena: Arena): void {
    const others = this.list?.filter(({ id }) => id !== arena.id);
    if (others) this.list = [arena, ...others].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** An arena at work. */
  get working(): ArenaRun | undefined {
    return [...this.#open.values()].find(({ work }) => work.running);
  }

  /** The arena of that id, held open; undefined where there is none. */
  run(id: string): ArenaRun | undefined {
    return this.#open.get(id);
  }

  /** Opens it after a turn: state that a page's effect makes ends with the page, and an arena goes on without it. */
  async open(id: string): Promise<void> {
    const { ArenaRun } = await arenaCode();
    const arena = this.list?.find((a) => a.id === id);
    if (arena && !this.#open.has(id)) this.#open = new Map([...this.#open, [id, new ArenaRun(this.#lab, arena)]]);
  }

  async create(preset: GridPreset): Promise<void> {
    try {
      await this.#create(preset);
    } catch (error) {
      this.failure = serverGone(error) ?? error;
    }
  }

  async #create(preset: GridPreset): Promise<void> {
    const now = Date.now();
    const { arenaTitle, gridPresets, sourcesOf } = await arenaCode();
    const { preset: settings, ...choices } = gridPresets[preset];
    const task = "bc5cdr-disease";
    const arena: Arena = {
      id: crypto.randomUUID().slice(0, 8),
      createdAt: now,
      updatedAt: now,
      title: arenaTitle([task], preset),
      grid: {
        ...choices,
        preset: settings,
        tasks: [task],
        sources: sourcesOf(settings, ["none", "zerogen", "clingen"]),
        encoders: ["all-minilm-l6-v2"],
      },
      rows: {},
      outcomes: {},
      products: [],
      logs: [],
    };
    await this.#lab.services.arenas.put(arena);
    await this.read();
    this.#lab.router.go({ page: "arena", id: arena.id });
  }

  async delete(id: string): Promise<void> {
    try {
      await this.#lab.services.arenas.delete(id);
    } catch (error) {
      this.failure = error;
      return;
    }
    this.#open = new Map([...this.#open].filter(([other]) => other !== id));
    await this.read();
  }
}
