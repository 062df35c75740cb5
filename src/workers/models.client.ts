// The page's side of the worker that owns the model files.

import { modelAnswers } from "../procedures/answers.ts";
import type { ModelProcedures } from "../procedures/models.ts";
import { client } from "./client.ts";

const start = () => new Worker(new URL("./models.worker.ts", import.meta.url), { type: "module", name: "models" });
export const modelClient = client<ModelProcedures>(start, modelAnswers);
