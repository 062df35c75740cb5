// The worker that opens capsules. Its own, so that a large one is checked beside the page, and what it allocates ends with it.

import { capsuleProcedures } from "../procedures/capsules.ts";
import { ports } from "./ports.ts";
import { serveWorker } from "./serve-worker.ts";

serveWorker(capsuleProcedures(ports));
