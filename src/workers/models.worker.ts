// The worker that owns the model files. It loads no model.

import { modelLock, whileHeld } from "../base/locks.ts";
import { deviceFacts } from "../models/gpu-adapter.ts";
import { modelProcedures } from "../procedures/models.ts";
import { modelStore } from "../store/model-store.ts";
import { serve } from "./rpc.ts";
import { recordRequests } from "./seen-requests.ts";

const requests = recordRequests();
const offered = modelProcedures({
  store: modelStore(),
  held: ({ id, name }, wait, work) => whileHeld(modelLock(id), wait, { file: name }, work),
  device: deviceFacts,
});
serve(self, { ...offered, requests });
