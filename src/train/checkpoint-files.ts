// A checkpoint as two safetensors files of a folder, one beside the other until both are whole. Knows no storage.

import { isAbort } from "../base/errors.ts";
import { openSafetensors, type SafetensorsFile, streamSafetensors } from "../weights/safetensors.ts";
import type { Checkpoint, Position } from "./checkpoint.ts";

/** A folder that holds one training's files. */
export interface Folder {
  read(name: string): Promise<Blob | undefined>;
  /** The file appears when the stream has ended well. Resolves to its bytes. */
  write(name: string, data: ReadableStream<Uint8Array>): Promise<number>;
  names(): Promise<readonly string[]>;
  delete(name: string): Promise<void>;
}

const stateName = "state.safetensors";
const bestName = ({ stage, best }: Position) => (best ? `best-${stage}-${best.epoch}.safetensors` : undefined);

/** Header of the state's file, beside the tensors. */
interface Card {
  readonly steps: number;
  readonly position: Position;
  /** The caller's own. */
  readonly note: unknown;
}

/** Undefined where there is none and where a file is damaged. Tensors are read from the files when they are asked for. */
export async function readCheckpoint(folder: Folder): Promise<{ checkpoint: Checkpoint; note: unknown } | undefined> {
  const state = await open(folder, stateName);
  const card = readCard(state?.metadata.clinfuse);
  if (!state || !card) return undefined;
  const { position, steps, note } = card;
  const name = bestName(position);
  const best = name === undefined ? undefined : await open(folder, name);
  if (name !== undefined && !best) return undefined;
  const trainer = { steps, tensors: state.tensors };
  return { checkpoint: { position, trainer, ...(best ? { best: best.tensors } : {}) }, note };
}

/**
 * In place of the one before, which stays until this one is whole. `note` is plain data. Resolves to the bytes of both files; throws what the
 * folder throws.
 */
export async function writeCheckpoint(folder: Folder, { position, trainer, best }: Checkpoint, note: unknown): Promise<number> {
  const name = bestName(position);
  // The best first: no state names a file that is not there yet.
  let bytes = name === undefined ? 0 : ((await folder.read(name))?.size ?? 0);
  if (name !== undefined && bytes === 0) bytes = await folder.write(name, streamSafetensors(best ?? [], {}));
  const card: Card = { steps: trainer.steps, position, note };
  bytes += await folder.write(stateName, streamSafetensors(trainer.tensors, { clinfuse: JSON.stringify(card) }));
  for (const old of await folder.names()) if (old !== stateName && old !== name) await folder.delete(old);
  return bytes;
}

/** The state first: what a clearing leaves that was cut short is never read. */
export async function clearCheckpoint(folder: Folder): Promise<void> {
  for (const name of [stateName, ...(await folder.names())]) await folder.delete(name);
}

async function open(folder: Folder, name: string): Promise<SafetensorsFile | undefined> {
  const file = await folder.read(name);
  try {
    return file && (await openSafetensors(file, name));
  } catch (error) {
    if (isAbort(error)) throw error;
    return undefined; // damaged
  }
}

function readCard(text: string | undefined): Card | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Card);
  } catch {
    return undefined;
  }
}
