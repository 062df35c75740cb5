// The models on the page: which there are, what is under way for each, how much room there is. The files are the worker's. Knows no component.

import type { DownloadSource } from "../../models/download.ts";
import type { Added } from "../../models/hub-add.ts";
import type { Imported, Picked } from "../../models/import.ts";
import type { FilesEvent, ModelRow, PrebuiltRow } from "../../procedures/models.ts";
import { bytes } from "../parts/numbers.ts";
import { save } from "../parts/save.ts";
import { keepStorage, type StorageRoom, storageRoom } from "../parts/storage-room.ts";
import { Work } from "../parts/work.svelte.ts";
import type { Services } from "../services.ts";
import { type Rate, rateInit, rateUpdate } from "./model-rate.ts";

/** Work under way for one model, at most one thing at a time. */
export class ModelWork {
  readonly work = new Work();
  doing = $state<"download" | "verify" | "export" | undefined>();
  /** The last check found every file right. */
  verified = $state(false);
  #rate = $state.raw<Rate>(rateInit);

  /** Bytes per second. A getter: a `$derived` would end with the component that first asked for this work. */
  get speed(): number | undefined {
    return this.#rate.perSecond;
  }

  async run(
    doing: "download" | "verify" | "export",
    now: string,
    task: (signal: AbortSignal, tell: (event: FilesEvent) => void) => Promise<void>,
  ): Promise<boolean> {
    if (this.work.running) return false;
    this.doing = doing;
    this.verified = false;
    this.#rate = rateInit;
    return this.work.run(now, (signal) => task(signal, this.#tell));
  }

  readonly #tell = ({ what, done, total }: FilesEvent): void => {
    this.#rate = rateUpdate(this.#rate, performance.now(), done);
    const speed = this.#rate.perSecond;
    const left = speed ? ((total - done) / speed) * 1000 : undefined;
    this.work.tell(`${what}: ${bytes(done)} of ${bytes(total)}`, done, total, left);
  };
}

export class ModelLibrary {
  /** Undefined until read. */
  rows = $state.raw<readonly ModelRow[]>();
  failure = $state.raw<unknown>();
  /** WebLLM's list; undefined until asked for. */
  prebuilt = $state.raw<readonly PrebuiltRow[]>();
  prebuiltFailure = $state.raw<unknown>();
  room = $state.raw<StorageRoom>();
  /** The hub is asked for a model. */
  readonly adding = new Work();
  /** Outcome of the hub's last answer. */
  added = $state.raw<Added>();
  readonly importing = new Work();
  /** Outcome of the last import. */
  imported = $state.raw<readonly Imported[]>([]);
  readonly #works = new Map<string, ModelWork>();
  readonly #services: Pick<Services, "library">;
  readonly #changed: () => Promise<void>;

  /** `changed` is told whenever files came or went. */
  constructor(services: Pick<Services, "library">, changed: () => Promise<void>) {
    this.#services = services;
    this.#changed = changed;
  }

  /** Files are on their way, in or out. */
  get running(): boolean {
    return this.adding.running || this.importing.running || [...this.#works.values()].some(({ work }) => work.running);
  }

  read = async (): Promise<void> => {
    try {
      this.rows = await this.#services.library.models(null);
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
    await this.#readRoom();
  };

  async #readRoom(): Promise<void> {
    this.room = await storageRoom();
  }

  readPrebuilt = async (): Promise<void> => {
    try {
      this.prebuiltFailure = undefined;
      this.prebuilt ??= await this.#services.library.prebuilt(null);
    } catch (error) {
      this.prebuiltFailure = error;
    }
  };

  persist = async (): Promise<void> => {
    await keepStorage();
    await this.#readRoom();
  };

  workOf(id: string): ModelWork {
    const found = this.#works.get(id) ?? new ModelWork();
    this.#works.set(id, found);
    return found;
  }

  async download({ id, name }: ModelRow, source: DownloadSource): Promise<void> {
    // Files that the user chose to fetch should not be cleared when the disk is full. The answer is shown, not waited for.
    void this.persist();
    await this.workOf(id).run("download", `Asking for ${name}`, async (signal, tell) => {
      for await (const event of this.#services.library.download({ id, source }, signal)) tell(event);
    });
    await this.#update();
  }

  async verify({ id, name }: ModelRow): Promise<void> {
    const work = this.workOf(id);
    work.verified = await work.run("verify", `Checking ${name}`, async (signal, tell) => {
      for await (const event of this.#services.library.verify({ id }, signal)) tell(event);
    });
  }

  async export({ id, name }: ModelRow): Promise<void> {
    await this.workOf(id).run("export", `Reading ${name}`, async (signal, tell) => {
      for await (const event of this.#services.library.export({ id }, signal)) {
        if (event.type === "progress") tell(event);
        else save({ name: event.name, blob: event.file });
      }
    });
  }

  async remove({ id }: ModelRow): Promise<void> {
    try {
      await this.#services.library.remove({ id });
      this.#works.delete(id);
    } catch (error) {
      this.failure = error;
    }
    await this.#update();
  }

  /** A name of the user's own for a model of this browser's own. */
  async rename({ id }: ModelRow, name: string): Promise<void> {
    try {
      await this.#services.library.rename({ id, name });
    } catch (error) {
      this.failure = error;
    }
    await this.#update();
  }

  /** A model of the hub by its repository's name or address. Its weights are not fetched yet. */
  async add(repository: string): Promise<void> {
    this.added = undefined;
    await this.adding.run("Asking huggingface.co which files it has", async (signal) => {
      for await (const event of this.#services.library.add({ repository }, signal)) {
        if (event.type === "added") this.added = event.added;
        else this.adding.tell(`${event.what}: small files, ${bytes(event.total)} in all`, event.done, event.total);
      }
    });
    await this.#update();
  }

  /** A folder, files, or a zip that the user picked or dropped. */
  async import(picked: Promise<Picked> | Picked): Promise<void> {
    this.imported = [];
    await this.importing.run("Looking at what you chose", async (signal) => {
      for await (const event of this.#services.library.import(await picked, signal)) {
        if (event.type === "imported") this.imported = event.imported;
        else this.importing.tell(`${event.what}: ${bytes(event.done)} of ${bytes(event.total)}`, event.done, event.total);
      }
    });
    await this.#update();
  }

  async #update(): Promise<void> {
    await Promise.all([this.read(), this.#changed()]);
  }
}
