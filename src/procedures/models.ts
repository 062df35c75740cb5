// Procedures of the model files: lists, downloads, checks, imports, exports. Loads no model, knows no worker.

import { appAddress } from "../base/app-address.ts";
import { ClinfuseError } from "../base/errors.ts";
import { reporting } from "../base/progress.ts";
import type { PrebuiltModel } from "../engines/webllm-prebuilt.ts";
import { writeZip } from "../formats/zip.ts";
import { modelAccess } from "../models/access.ts";
import { addressOf, type DownloadSource, downloadModel } from "../models/download.ts";
import { type DeviceFacts, lacks } from "../models/gpu-adapter.ts";
import { type Added, addFromHub } from "../models/hub-add.ts";
import { type Imported, importModels, type Picked } from "../models/import.ts";
import type { ModelHost, StoredModel } from "../models/kept.ts";
import type { Manifest, ModelEntry, ModelFile } from "../models/manifest.ts";
import { type ModelFit, modelFit } from "../models/model-fit.ts";
import { findModel } from "../models/reader.ts";

/** Authority for a model's hashes: the app's manifest, the hub's statement at a commit, or none: they were computed at its import. */
export type Vouched =
  | { readonly by: "manifest" }
  | { readonly by: "hub"; readonly repo: string; readonly commit: string }
  | { readonly by: "nobody" };

export interface ModelRow extends Pick<ModelEntry, "id" | "kind" | "name" | "licence" | "homepage"> {
  readonly bytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly vouched: Vouched;
  /** Remarks for the user, a sentence each. */
  readonly remarks: readonly string[];
  /** Bytes of it in this browser, parts of files included. */
  readonly stored: number;
  /** `here`: all in this browser. `served`: the app's server has what this browser lacks. */
  readonly state: "absent" | "part" | "served" | "here";
  /** Sources of the files that this browser lacks, by host; the nearest first. */
  readonly sources: readonly { readonly source: DownloadSource; readonly host: string }[];
  readonly fit: ModelFit;
}

export interface PrebuiltRow extends PrebuiltModel {
  /** Why it does not fit this device; empty when it does. */
  readonly lacks: readonly string[];
}

export type FilesEvent = {
  readonly type: "progress";
  /** The work under way, in words for a person. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
};
export type ImportModelEvent = FilesEvent | { readonly type: "imported"; readonly imported: readonly Imported[] };
export type AddModelEvent = FilesEvent | { readonly type: "added"; readonly added: Added };
export type ExportEvent = FilesEvent | { readonly type: "exported"; readonly name: string; readonly file: Blob };

export type ModelProcedures = {
  models(argument: null, signal: AbortSignal): Promise<readonly ModelRow[]>;
  /** WebLLM's own list. Nothing of it is fetched. */
  prebuilt(argument: null, signal: AbortSignal): Promise<readonly PrebuiltRow[]>;
  /** Downloads. The signal pauses it; the next call resumes. */
  download(argument: { id: string; source: DownloadSource }, signal: AbortSignal): AsyncGenerator<FilesEvent, void>;
  /** Reads every file again and compares its hash. Throws `model-altered` or `model-truncated` by name. */
  verify(argument: { id: string }, signal: AbortSignal): AsyncGenerator<FilesEvent, void>;
  /**
   * Puts a model of the hub into the list, by `owner/name` or an address: asks the hub what it states, and fetches the small files. Nothing
   * stays of one that is refused.
   */
  add(argument: { repository: string }, signal: AbortSignal): AsyncGenerator<AddModelEvent, void>;
  /** Another name for a model of this browser's own. Throws `not-found` for any other. */
  rename(argument: { id: string; name: string }, signal: AbortSignal): Promise<void>;
  /** Removes this browser's files of it. A model that the manifest does not name is gone then. */
  remove(argument: { id: string }, signal: AbortSignal): Promise<void>;
  import(argument: Picked, signal: AbortSignal): AsyncGenerator<ImportModelEvent, void>;
  /** One file as it is, several as a zip. */
  export(argument: { id: string }, signal: AbortSignal): AsyncGenerator<ExportEvent, void>;
};

export interface ModelPorts extends ModelHost {
  device(): Promise<DeviceFacts>;
}

export function modelProcedures(ports: ModelPorts): ModelProcedures {
  const { store } = ports;
  const access = modelAccess(store);
  return {
    async models() {
      const [shipped, known, facts] = await Promise.all([access.shipped(), access.manifest(), ports.device()]);
      const stored = await store.stored().catch(() => new Map<string, StoredModel>()); // without storage the server's models remain
      return Promise.all(
        known.models.map((entry) => rowOf(entry, known, vouchedFor(entry, shipped), stored.get(entry.id), facts)),
      );
    },

    async prebuilt() {
      const [{ prebuiltModels }, { adapter }] = await Promise.all([import("../engines/webllm-prebuilt.ts"), ports.device()]);
      return prebuiltModels().map((model) => {
        const short = lacks(prebuiltEntry(model), adapter);
        return { ...model, lacks: short.map(({ what, got, sentence }) => (got === "no" ? `no ${what}` : sentence)) };
      });
    },

    async *download({ id, source }, signal) {
      const entry = await findModel(access, id);
      yield* reporting((tell: (event: FilesEvent) => void) =>
        downloadModel(entry, ports, { source, signal, onBytes: telling(tell) }),
      );
    },

    async *verify({ id }, signal) {
      const entry = await findModel(access, id);
      yield* overFiles(entry, "Checking", (file, onBytes) => access.read(entry, file, { signal, onBytes }));
    },

    async rename({ id, name }) {
      const own = await access.own(await access.shipped());
      const entry = own.find((model) => model.id === id);
      if (!entry) throw new ClinfuseError("not-found", `no model of this browser's own has the id "${id}"`, { what: id });
      if (name.trim() !== "") await store.putEntry(id, JSON.stringify({ ...entry, name: name.trim().slice(0, 200) }));
    },

    remove: ({ id }) => store.delete(id),

    async *add({ repository }, signal) {
      const added = yield* reporting((tell: (event: AddModelEvent) => void) =>
        addFromHub(repository, ports, { signal, onBytes: telling(tell) }),
      );
      yield { type: "added", added };
    },

    async *import(picked, signal) {
      const manifest = await access.manifest();
      const imported = yield* reporting((tell: (event: ImportModelEvent) => void) =>
        importModels(picked, manifest, { store, stated }, { signal, onBytes: telling(tell) }),
      );
      yield { type: "imported", imported };
    },

    async *export({ id }, signal) {
      const entry = await findModel(access, id);
      const contents = yield* overFiles(entry, "Checking", (file, onBytes) => access.read(entry, file, { signal, onBytes }));
      const [only, ...others] = entry.files;
      if (only && others.length === 0) {
        yield { type: "exported", name: only.name, file: contents[0] as Blob };
        return;
      }
      const files = entry.files.map((file, i) => ({ path: `${id}/${file.name}`, content: contents[i] as Blob }));
      const name = `${id}.zip`;
      const file = yield* reporting((tell: (event: ExportEvent) => void) =>
        writeZip(name, files, signal, (done, total) => tell({ type: "progress", what: `Packing ${name}`, done, total })),
      );
      yield { type: "exported", name, file };
    },
  };
}

const stated = async (model: string) => (await import("../engines/webllm-prebuilt.ts")).prebuiltNeeds(model);

const telling = (tell: (event: FilesEvent) => void) => (what: string, done: number, total: number) =>
  tell({ type: "progress", what, done, total });

const isServed = (entry: ModelEntry, file: ModelFile) =>
  fetch(appAddress(`models/${entry.id}/${file.name}`), { method: "HEAD" }).then(
    (response) => response.ok && !response.headers.get("content-type")?.startsWith("text/html"),
    () => false,
  );

/** An entry of the user's own with a source on the hub was read off the hub; an imported one has no source. */
function vouchedFor({ id, sources }: ModelEntry, shipped: Manifest): Vouched {
  if (shipped.models.some((entry) => entry.id === id)) return { by: "manifest" };
  const hub = sources.find((source) => source.kind === "hub");
  return hub ? { by: "hub", repo: hub.repo, commit: hub.revision } : { by: "nobody" };
}

async function rowOf(
  entry: ModelEntry,
  known: Manifest,
  vouched: Vouched,
  stored: StoredModel | undefined,
  facts: DeviceFacts,
): Promise<ModelRow> {
  const lacking = entry.files.filter((file) => stored?.whole.get(file.name) !== file.bytes);
  const [first] = lacking;
  const served =
    vouched.by === "manifest" &&
    first !== undefined &&
    (await Promise.all(lacking.map((file) => isServed(entry, file)))).every(Boolean);
  const ofFiles = (sizes: ReadonlyMap<string, number> | undefined) =>
    entry.files.reduce((sum, { name }) => sum + (sizes?.get(name) ?? 0), 0);
  const bytes = ofFiles(stored?.whole) + ofFiles(stored?.part);
  const hub = first && addressOf(entry, first, "hub");
  return {
    id: entry.id,
    kind: entry.kind,
    name: entry.name,
    licence: entry.licence,
    homepage: entry.homepage,
    bytes: entry.files.reduce((sum, file) => sum + file.bytes, 0),
    files: entry.files.map(({ name, bytes }) => ({ name, bytes })),
    vouched,
    remarks: entry.remarks ?? [],
    stored: bytes,
    state: !first ? "here" : served ? "served" : bytes > 0 ? "part" : "absent",
    sources: [
      ...(served ? [{ source: "server" as const, host: "this server" }] : []),
      ...(hub === undefined ? [] : [{ source: "hub" as const, host: new URL(hub).host }]),
    ],
    fit: modelFit(entry, facts, (id) => known.models.find((other) => other.id === id)),
  };
}

/** Goes over the files of a model; `work` reports the bytes of its own file. */
function overFiles<R>(
  entry: ModelEntry,
  doing: string,
  work: (file: ModelFile, onBytes: (done: number) => void) => Promise<R>,
): AsyncGenerator<FilesEvent, R[]> {
  const total = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  return reporting(async (tell: (event: FilesEvent) => void) => {
    const results: R[] = [];
    let before = 0;
    for (const file of entry.files) {
      const onBytes = (done: number) => tell({ type: "progress", what: `${doing} ${file.name}`, done: before + done, total });
      results.push(await work(file, onBytes));
      before += file.bytes;
    }
    return results;
  });
}

function prebuiltEntry({ id, memoryMegabytes, features, bufferBytes, licence, weights }: PrebuiltModel): ModelEntry {
  const mlc = { memoryMegabytes, features, ...(bufferBytes > 0 ? { bufferBytes } : {}) };
  return { id, kind: "language-model", name: id, licence, homepage: weights, sources: [], files: [], mlc };
}
