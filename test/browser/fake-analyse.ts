// The analyse worker for a page under test: the real measures, over embeddings by the words of a text in place of a model's.

import type { Embedder } from "../../src/engines/language-model.ts";
import type { ProductStore } from "../../src/experiment/product.ts";
import { memoryGraphStore } from "../../src/knowledge/graph-store.ts";
import { type AnalyseProcedures, analyseProcedures } from "../../src/procedures/analyse.ts";
import type { WorkerClient } from "../../src/workers/client.ts";

const dimension = 24;

/** Texts that share words lie near each other. */
const byWords: Embedder = {
  id: "words",
  dimension,
  async embed(texts) {
    return texts.map((text) => {
      const vector = new Float32Array(dimension).fill(0.01);
      for (const word of text.toLowerCase().split(/\W+/)) {
        const hash = [...word].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 9973, 7);
        vector[hash % dimension] = (vector[hash % dimension] as number) + 1;
      }
      const length = Math.hypot(...vector);
      return vector.map((x) => x / length);
    });
  },
  close: async () => undefined,
};

export function fakeAnalyse(check: (name: string) => void, products: ProductStore): () => WorkerClient<AnalyseProcedures> {
  const entry = {
    id: "all-minilm-l6-v2",
    kind: "encoder" as const,
    name: "MiniLM",
    licence: "Apache-2.0",
    homepage: "https://example.org",
    sources: [],
    files: [],
  };
  const store = memoryGraphStore();
  const procedures = analyseProcedures({
    models: { manifest: async () => ({ models: [entry] }), read: async () => new Blob() },
    graphs: async () => store,
    products: async () => products,
    openEmbedder: async () => {
      check("openEmbedder");
      return byWords;
    },
  });
  const never = new AbortController().signal;
  return () => ({
    close: () => undefined,
    procedures: {
      policy: async () => undefined,
      canary: async () => "refused" as const,
      async *requests() {
        await new Promise(() => undefined);
      },
      analyse: (argument, signal = never) =>
        procedures.analyse({ ...argument, ...(argument.graph ? { graph: undefined } : {}) } as never, signal),
      map: (argument, signal = never) => procedures.map(argument, signal),
      copies: (argument, signal = never) => procedures.copies(argument, signal),
      factuality: (argument, signal = never) => procedures.factuality(argument, signal),
      intervals: (argument, signal = never) => procedures.intervals(argument, signal),
      stand: (argument, signal = never) => procedures.stand(argument, signal),
    },
  });
}
