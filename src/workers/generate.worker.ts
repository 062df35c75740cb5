// The worker that owns the language model and the pipeline beside it. Tokens do not cross threads.

import { openWith } from "../engines/catalogue.ts";
import { generateProcedures } from "../procedures/generate.ts";
import { ports } from "./ports.ts";
import { serveWorker } from "./serve-worker.ts";

serveWorker(generateProcedures({ ...ports, openEngine: openWith }));
