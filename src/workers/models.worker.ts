// The worker that owns the model files: what there is, downloads, checks, imports, exports. It loads no model.

import { reporting } from "../base/progress.ts";
import { writeZip } from "../formats/zip.ts";
import { adapterFacts, lacks } from "../models/gpu-adapter.ts";
import type { Manifest, ModelEntry, ModelFile } from "../models/manifest.ts";
import { type DeviceFacts, modelFit } from "../models/model-fit.ts";
import { modelStore, type StoredModel } from "../store/model-store.ts";
import { findModel, readManifest, readModelFile, shippedManifest } from "./model-access.ts";
import { addressOf, downloadModel } from "./model-download.ts";
import { addFromHub } from "./model-hub.ts";
import { importModel } from "./model-import.ts";
import type {
  AddModelEvent,
  ExportEvent,
  FilesEvent,
  ImportModelEvent,
  ModelProcedures,
  ModelRow,
  Vouched,
} from "./models.client.ts";
import { serveWorker } from "./serve-worker.ts";

const store = modelStore();

let device: Promise<DeviceFacts> | undefined;
function deviceFacts(): Promise<DeviceFacts> {
  device ??= adapterFacts().then((adapter) => {
    const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory;
    return { adapter, machineMemory: gigabytes === undefined ? undefined : gigabytes * 2 ** 30 };
  });
  return device;
}

const isServed = (entry: ModelEntry, file: ModelFile) =>
  fetch(`/models/${entry.id}/${file.name}`, { method: "HEAD" }).then(
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
    stored: bytes,
    state: !first ? "here" : served ? "served" : bytes > 0 ? "part" : "absent",
    sources: [
      ...(served ? [{ source: "server" as const, host: "this server" }] : []),
      ...(hub === undefined ? [] : [{ source: "hub" as const, host: new URL(hub, self.location.href).host }]),
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

const procedures: ModelProcedures = {
  async models() {
    const [shipped, known, facts] = await Promise.all([shippedManifest(), readManifest(store), deviceFacts()]);
    const stored = await store.stored().catch(() => new Map<string, StoredModel>()); // without storage the server's models remain
    return Promise.all(known.models.map((entry) => rowOf(entry, known, vouchedFor(entry, shipped), stored.get(entry.id), facts)));
  },

  async prebuilt() {
    const [{ prebuiltModels }, { adapter }] = await Promise.all([import("../engines/webllm-prebuilt.ts"), deviceFacts()]);
    return prebuiltModels().map((model) => {
      const { id, memoryMegabytes, features, bufferBytes } = model;
      const entry: ModelEntry = {
        id,
        kind: "language-model",
        name: id,
        licence: model.licence,
        homepage: model.weights,
        sources: [],
        files: [],
        mlc: { memoryMegabytes, features, ...(bufferBytes > 0 ? { bufferBytes } : {}) },
      };
      const short = lacks(entry, adapter).map(({ what, got, sentence }) => (got === "no" ? `no ${what}` : sentence));
      return { ...model, lacks: short };
    });
  },

  async *download({ id, source }, signal) {
    const entry = await findModel(id);
    yield* reporting((tell: (event: FilesEvent) => void) => {
      const onBytes = (what: string, done: number, total: number) => tell({ type: "progress", what, done, total });
      return downloadModel(entry, store, { source, signal, onBytes });
    });
  },

  async *verify({ id }, signal) {
    const entry = await findModel(id);
    yield* overFiles(entry, "Checking", (file, onBytes) => readModelFile(entry, file, { signal, onBytes }, store));
  },

  remove: ({ id }) => store.delete(id),

  async *add({ repository }, signal) {
    const added = yield* reporting((tell: (event: AddModelEvent) => void) => {
      const onBytes = (what: string, done: number, total: number) => tell({ type: "progress", what, done, total });
      return addFromHub(repository, store, { signal, onBytes });
    });
    yield { type: "added", added };
  },

  async *import(picked, signal) {
    const manifest = await readManifest(store);
    const imported = yield* reporting((tell: (event: ImportModelEvent) => void) => {
      const onBytes = (what: string, done: number, total: number) => tell({ type: "progress", what, done, total });
      return importModel(picked, manifest, store, { signal, onBytes });
    });
    yield { type: "imported", imported };
  },

  async *export({ id }, signal) {
    const entry = await findModel(id);
    const contents = yield* overFiles(entry, "Checking", (file, onBytes) =>
      readModelFile(entry, file, { signal, onBytes }, store),
    );
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

serveWorker(procedures);
