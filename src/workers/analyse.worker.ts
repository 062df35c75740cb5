// The worker that measures texts and scores. Its own, so that a long map never waits for a training, and what it holds ends with it.

import { openEmbedder } from "../engines/embedder.ts";
import { analyseProcedures } from "../procedures/analyse.ts";
import { mapThreads } from "./map-threads.ts";
import { ports } from "./ports.ts";
import { serveWorker } from "./serve-worker.ts";

serveWorker(
  analyseProcedures({ ...ports, mapThreads, openEmbedder: (id, files) => openEmbedder({ id, files: new Map(files) }) }),
);
