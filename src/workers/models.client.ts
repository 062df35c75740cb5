// The page's side of the worker that owns the model files: what there is, downloads, checks, imports, exports.

import type { PrebuiltModel } from "../engines/webllm-prebuilt.ts";
import type { ModelEntry } from "../models/manifest.ts";
import type { ModelFit } from "../models/model-fit.ts";
import type { Answers } from "../procedures/procedure.ts";
import { client } from "./client.ts";
import type { DownloadSource } from "./model-download.ts";
import type { Added } from "./model-hub.ts";
import type { Imported, Picked } from "./model-import.ts";

/** What a model's hashes rest on: the app's manifest, what the hub stated at a commit, or nothing but that they were taken down at its import. */
export type Vouched =
  | { readonly by: "manifest" }
  | { readonly by: "hub"; readonly repo: string; readonly commit: string }
  | { readonly by: "nobody" };

export interface ModelRow extends Pick<ModelEntry, "id" | "kind" | "name" | "licence" | "homepage"> {
  readonly bytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly vouched: Vouched;
  /** Bytes of it in this browser, parts of files included. */
  readonly stored: number;
  /** `here`: all in this browser. `served`: the app's server has what this browser lacks. */
  readonly state: "absent" | "part" | "served" | "here";
  /** Where the files that this browser lacks can come from, by host; the nearest first. */
  readonly sources: readonly { readonly source: DownloadSource; readonly host: string }[];
  readonly fit: ModelFit;
}

export interface PrebuiltRow extends PrebuiltModel {
  /** Why it does not fit this device; empty when it does. */
  readonly lacks: readonly string[];
}

export type FilesEvent = {
  readonly type: "progress";
  /** What happens now, for a person. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
};
export type ImportModelEvent = FilesEvent | { readonly type: "imported"; readonly imported: Imported };
export type AddModelEvent = FilesEvent | { readonly type: "added"; readonly added: Added };
export type ExportEvent = FilesEvent | { readonly type: "exported"; readonly name: string; readonly file: Blob };

export type ModelProcedures = {
  models(argument: null, signal: AbortSignal): Promise<readonly ModelRow[]>;
  /** WebLLM's own list. Nothing of it is fetched. */
  prebuilt(argument: null, signal: AbortSignal): Promise<readonly PrebuiltRow[]>;
  /** Pause by the signal; the next call goes on. */
  download(argument: { id: string; source: DownloadSource }, signal: AbortSignal): AsyncGenerator<FilesEvent, void>;
  /** Reads every file again and compares its hash. Throws `model-altered` or `model-truncated` by name. */
  verify(argument: { id: string }, signal: AbortSignal): AsyncGenerator<FilesEvent, void>;
  /**
   * Puts a model of the hub into the list, by `owner/name` or an address: asks the hub what it states, and fetches the small files. Nothing
   * stays of one that is refused.
   */
  add(argument: { repository: string }, signal: AbortSignal): AsyncGenerator<AddModelEvent, void>;
  /** What this browser has of it; a model that the manifest does not name is gone then. */
  remove(argument: { id: string }, signal: AbortSignal): Promise<void>;
  import(argument: Picked, signal: AbortSignal): AsyncGenerator<ImportModelEvent, void>;
  /** One file as it is, several as a zip. */
  export(argument: { id: string }, signal: AbortSignal): AsyncGenerator<ExportEvent, void>;
};

export const modelAnswers: Answers<ModelProcedures> = {
  models: "promise",
  prebuilt: "promise",
  download: "stream",
  verify: "stream",
  add: "stream",
  remove: "promise",
  import: "stream",
  export: "stream",
};

const start = () => new Worker(new URL("./models.worker.ts", import.meta.url), { type: "module", name: "models" });
export const modelClient = client<ModelProcedures>(start, modelAnswers);
