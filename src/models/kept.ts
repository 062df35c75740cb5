// The port to where model files are kept: whole ones, ones still on their way, and the entries of the user's own models. Knows no disk.

import type { ModelEntry } from "./manifest.ts";

/** Bytes of a model's files that are stored. */
export interface StoredModel {
  readonly whole: ReadonlyMap<string, number>; // by file name
  readonly part: ReadonlyMap<string, number>;
}

/** A file that comes in pieces, over several sittings. What was appended stays when the tab is killed; it is not read as the model's file before `finish`. */
export interface PartFile {
  readonly bytes: number;
  /** Bytes that are there so far, to hash them. */
  content(): Promise<Blob>;
  append(chunk: Uint8Array<ArrayBuffer>): void;
  /** Forgets what is there. */
  clear(): void;
  /** Lets go of it and keeps what is there. */
  close(): void;
  /** Makes it the model's file of that name. */
  finish(): Promise<void>;
}

export interface ModelStore {
  /** The whole file, backed by the disk. */
  read(id: string, name: string): Promise<File | undefined>;
  stored(): Promise<ReadonlyMap<string, StoredModel>>;
  /** A whole file in one go, from a stream that ends in an error unless it is the file. Throws that error, and as `Files.write`. */
  write(id: string, name: string, data: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** In a worker alone. Throws `model-busy` while another tab writes the file, `quota-exceeded`, `storage-unavailable`. */
  part(id: string, name: string): Promise<PartFile>;
  delete(id: string): Promise<void>;
  /** Texts of the entries of imported models, as they were put. */
  entries(): Promise<readonly string[]>;
  putEntry(id: string, text: string): Promise<void>;
}

/** The ports of work on model files. */
export interface ModelHost {
  readonly store: ModelStore;
  /** Works while nobody else writes the model, for which it waits so many milliseconds. Throws `model-busy`, and what the work throws. */
  held<T>(entry: Pick<ModelEntry, "id" | "name">, wait: number, work: () => Promise<T>): Promise<T>;
}
