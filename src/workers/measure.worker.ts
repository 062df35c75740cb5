// The worker that measures this device. Its own, so that what it allocates ends with it.

import { engines } from "../engines/catalogue.ts";
import { adapterFacts } from "../models/gpu-adapter.ts";
import { measureProcedures } from "../procedures/measure.ts";
import { hasJspi, hasRelaxedSimd } from "../runtime/device.ts";
import { measureTraining } from "../train/measure-training.ts";
import { ports } from "./ports.ts";
import { serveWorker } from "./serve-worker.ts";

const machine = () => ({
  cores: navigator.hardwareConcurrency || 1,
  isolated: crossOriginIsolated,
  relaxedSimd: hasRelaxedSimd(),
  jspi: hasJspi(),
});
serveWorker(measureProcedures({ ...ports, adapter: adapterFacts, machine, engines, measureTraining }));
