// The open embedder, and the embeddings of texts that were read before, in memory and as products. Knows no measure.

import { type Vectors, vectorsOf } from "../analyse/vectors.ts";
import { throwIfAborted } from "../base/errors.ts";
import { reporting } from "../base/progress.ts";
import type { Embedder } from "../engines/language-model.ts";
import { type ProductStore, productKey } from "../experiment/product.ts";
import { findModel, type ModelReader, readModel } from "../models/reader.ts";

export interface EmbedPorts {
  readonly models: Pick<ModelReader, "manifest" | "read">;
  /** Keeps embeddings. Absent: the worker's memory alone has them. */
  readonly products?: () => Promise<ProductStore>;
  readonly openEmbedder: (id: string, files: ReadonlyMap<string, Blob>) => Promise<Embedder>;
}

export type EmbedEvent =
  | { readonly type: "loading"; readonly done: number; readonly total: number } // bytes
  | { readonly type: "embedding"; readonly done: number; readonly total: number } // texts
  /** Embeddings of a set are in the store under this key, now or from before: whoever looks at them holds them. */
  | { readonly type: "kept"; readonly key: string };

/** Texts embedded between two reports and chances to stop. */
const batch = 64;

type Loading = Extract<EmbedEvent, { type: "loading" }>;

/** A second look at the same texts costs nothing, and after a reload a read of the store. */
export function embedderPool({ models, openEmbedder, products }: EmbedPorts) {
  let opened: { readonly id: string; readonly embedder: Embedder } | undefined;
  const known = new Map<string, Vectors>();
  /** Keys that are in the store. */
  const held = new Set<string>();

  async function* open(id: string, signal: AbortSignal): AsyncGenerator<Loading, Embedder> {
    if (opened?.id === id) return opened.embedder;
    await opened?.embedder.close();
    opened = undefined;
    const entry = await findModel(models, id);
    const files = yield* reporting((tell: (event: Loading) => void) =>
      readModel(models, entry, { signal, onBytes: (done, total) => tell({ type: "loading", done, total }) }),
    );
    opened = { id, embedder: await openEmbedder(id, files) };
    return opened.embedder;
  }

  return {
    /** Embeddings of each set's texts. Throws what opening the model throws. */
    async *embed(id: string, sets: readonly (readonly string[])[], signal: AbortSignal): AsyncGenerator<EmbedEvent, Vectors[]> {
      const store = await products?.();
      const keys = await Promise.all(sets.map((texts) => productKey("embeddings", [id], { texts })));
      for (const [i, key] of keys.entries()) {
        const kept = known.has(key) ? undefined : await keptIn(store, key, (sets[i] as readonly string[]).length);
        if (!kept) continue;
        known.set(key, kept);
        held.add(key);
      }
      const fresh = [...new Set(keys)].filter((key) => !known.has(key));
      const textsOf = (key: string) => sets[keys.indexOf(key)] as readonly string[];
      const total = fresh.reduce((sum, key) => sum + textsOf(key).length, 0);
      let done = 0;
      for (const key of fresh) {
        const texts = textsOf(key);
        const from = performance.now();
        const embedder = texts.length > 0 ? yield* open(id, signal) : undefined;
        const rows: Float32Array[] = [];
        for (let at = 0; embedder && at < texts.length; at += batch) {
          yield { type: "embedding", done: done + at, total };
          throwIfAborted(signal);
          rows.push(...(await embedder.embed(texts.slice(at, at + batch))));
        }
        done += texts.length;
        const vectors = vectorsOf(rows, embedder?.dimension);
        known.set(key, vectors);
        if (store && vectors.rows > 0 && (await keep(store, key, vectors, performance.now() - from))) held.add(key);
      }
      for (const key of new Set(keys)) if (held.has(key)) yield { type: "kept", key };
      const found = keys.map((key) => known.get(key) as Vectors);
      const columns = Math.max(0, ...found.map((vectors) => vectors.columns));
      return found.map((vectors) => (vectors.rows === 0 ? { ...vectors, columns } : vectors)); // no text: as wide as the others
    },
  };
}

async function keptIn(store: ProductStore | undefined, key: string, rows: number): Promise<Vectors | undefined> {
  const found = await store?.find("embeddings", key);
  if (found?.state !== "whole" || found.value.data.length !== rows * found.value.columns) return undefined;
  return { rows, ...found.value };
}

/** False where there is no room: embeddings can be computed again. */
async function keep(store: ProductStore, key: string, { columns, data }: Vectors, milliseconds: number): Promise<boolean> {
  const product = {
    kind: "embeddings",
    key,
    state: "whole",
    milliseconds: Math.round(milliseconds),
    value: { columns, data },
  } as const;
  return store.put(product).then(
    () => true,
    () => false,
  );
}
