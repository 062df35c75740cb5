// The worker that owns the encoder: training, scoring, prediction, and the trained model's files.

import { openClassifier } from "../classifier/classifier.ts";
import { openMaskedModel } from "../classifier/masked-model.ts";
import { loadModel } from "../classifier/saved-model.ts";
import { trainProcedures } from "../procedures/train.ts";
import { devices } from "../runtime/device.ts";
import { ports } from "./ports.ts";
import { serveWorker } from "./serve-worker.ts";

serveWorker(trainProcedures({ ...ports, devices, openClassifier, openMaskedModel, loadModel }));
