// The worker that owns the model files. It loads no model.

import { modelLock, whileHeld } from "../base/locks.ts";
import { deviceFacts } from "../models/gpu-adapter.ts";
import type { ModelHost } from "../models/kept.ts";
import { modelProcedures } from "../procedures/models.ts";
import { modelStore } from "../store/model-store.ts";
import { serveWorker } from "./serve-worker.ts";

const held: ModelHost["held"] = ({ id, name }, wait, work) => whileHeld(modelLock(id), wait, { file: name }, work);
serveWorker(modelProcedures({ store: modelStore(), held, device: deviceFacts }));
