// A tokenizer.json's byte-level vocabulary as a grammar needs it: pieces by id, markup, ends. Knows no model.

import { jsonOf, type ModelFolder, textOf } from "./transformers.ts";

export interface ByteLevelVocabulary {
  /** Byte-level pieces by id. */
  readonly vocabulary: readonly string[];
  /** Ids that are markup and no text. */
  readonly controls: ReadonlySet<number>;
  /** Ids at which a completion ends. */
  readonly ends: ReadonlySet<number>;
}

type Json = Readonly<Record<string, unknown>>;

/** Undefined where the tokenizer is of another kind: its pieces are then no text that a grammar could be held against. */
export async function byteLevelVocabulary(
  files: ModelFolder,
  ends: ReadonlySet<number>,
): Promise<ByteLevelVocabulary | undefined> {
  if ((await textOf(files, "tokenizer.json")) === undefined) return undefined;
  const json = await jsonOf(files, "tokenizer.json");
  const model = json.model as Json | null | undefined;
  if (!model || typeof model.vocab !== "object" || !isByteLevel(json.decoder)) return undefined;
  const vocabulary: string[] = [];
  for (const [piece, id] of Object.entries(model.vocab as Json)) if (isId(id)) vocabulary[id] = piece;
  const controls = new Set<number>();
  for (const added of Array.isArray(json.added_tokens) ? (json.added_tokens as Json[]) : []) {
    if (!isId(added.id)) continue;
    vocabulary[added.id] = String(added.content);
    if (added.special === true) controls.add(added.id);
  }
  for (let id = 0; id < vocabulary.length; id++) {
    if (vocabulary[id] !== undefined) continue;
    vocabulary[id] = ""; // a gap in the table
    controls.add(id);
  }
  return { vocabulary, controls, ends };
}

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < 2 ** 22;

function isByteLevel(decoder: unknown): boolean {
  if (decoder === null || typeof decoder !== "object") return false;
  const { type, decoders } = decoder as { type?: unknown; decoders?: unknown };
  return type === "ByteLevel" || (Array.isArray(decoders) && decoders.some(isByteLevel));
}
