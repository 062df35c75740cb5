// The worker's side of analyse.page.ts: a map of clusters, picture by picture, as the app's worker gives it.

import { rng } from "../../src/base/rng.ts";
import { analyseProcedures } from "../../src/procedures/analyse.ts";
import { mapThreads } from "../../src/workers/map-threads.ts";

const dimension = 384;

self.addEventListener("message", async ({ data: rows }: MessageEvent<number>) => {
  const stream = rng("page", 1);
  const centres = Array.from({ length: 10 }, () => Array.from({ length: dimension }, () => stream.next() - 0.5));
  const entry = { id: "clusters", kind: "encoder" as const, name: "", licence: "", homepage: "", sources: [], files: [] };
  const procedures = analyseProcedures({
    models: { manifest: async () => ({ models: [entry] }), read: async () => new Blob() },
    mapThreads,
    graphs: () => Promise.reject(new Error("no graph is asked for")),
    openEmbedder: async (id) => ({
      id,
      dimension,
      embed: async (texts) =>
        texts.map((text) =>
          Float32Array.from(centres[Number(text) % 10] as number[], (x) => (x + 0.8 * (stream.next() - 0.5)) / 7),
        ),
      close: async () => undefined,
    }),
  });
  const examples = Array.from({ length: rows }, (_, i) => ({ kind: "sentence" as const, text: String(i), labels: [] }));
  const request = { sets: [{ name: "all", examples }], encoder: "clusters", method: "tsne" as const, seed: 1 };
  for await (const event of procedures.map(request, new AbortController().signal)) {
    if (event.type === "points") self.postMessage(event);
  }
});
