// The page's side of the worker that owns the model files.

import type { ModelProcedures } from "../procedures/models.ts";
import { type Client, connect } from "./rpc.ts";
import type { SeenRequest } from "./seen-requests.ts";

export type ModelWorker = ModelProcedures & {
  /** What this worker asks of any network, as it asks. */
  requests(argument: null, signal: AbortSignal): AsyncGenerator<readonly SeenRequest[], void>;
};

export interface ModelClient {
  readonly procedures: Client<ModelWorker>;
  readonly close: () => void;
}

export function modelClient(): ModelClient {
  const worker = new Worker(new URL("./models.worker.ts", import.meta.url), { type: "module", name: "models" });
  const client = connect<ModelWorker>(worker, ["requests", "download", "verify", "add", "import", "export"]);
  return { procedures: client, close: () => worker.terminate() };
}
