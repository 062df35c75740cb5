// Services of the app, as ports: workers, notebooks, products, model files. main.ts hands the real ones in; tests hand in their own.

import type { Notebook } from "../experiment/notebook.ts";
import type { NotebookPatch } from "../experiment/notebook-patch.ts";
import type { ProductStore } from "../experiment/product.ts";
import type { ModelEntry } from "../models/manifest.ts";
import type { AnalyseProcedures } from "../procedures/analyse.ts";
import type { CapsuleProcedures } from "../procedures/capsules.ts";
import type { GenerateProcedures } from "../procedures/generate.ts";
import type { MeasureProcedures } from "../procedures/measure.ts";
import type { ModelProcedures } from "../procedures/models.ts";
import type { TrainProcedures } from "../procedures/train.ts";
import type { ArenaStore } from "../store/arenas.ts";
import type { Capsules } from "../store/capsules.ts";
import type { Changed, NotebookNews } from "../store/notebook.ts";
import type { OwnTasks } from "../store/own-tasks.ts";
import type { Canary } from "../workers/canary.ts";
import type { WorkerClient, WorkerProcedures } from "../workers/client.ts";
import type { Scope, ScopePolicy } from "../workers/held-policy.ts";
import type { AppService } from "./offline/app-service.svelte.ts";

/** A notebook without its rows: what a list shows. */
export type NotebookHead = Omit<Notebook, "data">;

export interface NotebookStore {
  /** The latest change first. */
  list(): Promise<readonly NotebookHead[]>;
  get(id: string): Promise<Notebook | undefined>;
  /** A new one. */
  put(notebook: Notebook): Promise<void>;
  /** Writes the patch over what is there, unless another tab changed the same fields since `base`. */
  change(base: Notebook, patch: NotebookPatch): Promise<Changed>;
  /** Hears what other tabs and workers change. */
  watch(listener: (news: NotebookNews) => void): void;
}

export interface ModelOnDisk extends Pick<ModelEntry, "id" | "kind" | "name" | "licence" | "homepage"> {
  /** The app's manifest names it; else it is this browser's own. */
  readonly isShipped: boolean;
  readonly bytes: number;
  /** Its files with their hashes. */
  readonly files?: ModelEntry["files"];
  /** Names of its files that the server does not have; empty when it can be used. */
  readonly missing: readonly string[];
}

export interface Services {
  /** The app's service worker; absent where there is none. */
  readonly app?: AppService;
  readonly generate: WorkerProcedures<GenerateProcedures>;
  readonly train: WorkerProcedures<TrainProcedures>;
  readonly library: WorkerProcedures<ModelProcedures>;
  /** Starts the worker that measures this device; whoever starts it ends it. */
  readonly measure: () => WorkerClient<MeasureProcedures>;
  /** Starts the worker that measures texts and scores. */
  readonly analyse: () => WorkerClient<AnalyseProcedures>;
  /** Starts the worker that opens capsules; whoever starts it ends it. */
  readonly capsuleOpener: () => WorkerClient<CapsuleProcedures>;
  readonly notebooks: NotebookStore;
  readonly capsules: Pick<Capsules, "read" | "choicesOf">;
  readonly arenas: ArenaStore;
  /** Tasks of the user's own. */
  readonly tasks: OwnTasks;
  /** Products made before, by their keys. */
  readonly products: ProductStore;
  /** The models of models/manifest.json and this browser's own, and whether their files are there. */
  readonly models: () => Promise<readonly ModelOnDisk[]>;
  /** Policies that the browser holds the page and its workers to. */
  readonly policies: () => Promise<readonly ScopePolicy[]>;
  /** Tries a request that must fail, in the page and from inside of each worker. One that is started for it tells its policy too. */
  readonly canaries: () => Promise<
    readonly { readonly scope: Scope; readonly outcome: Canary; readonly asked?: readonly ScopePolicy[] }[]
  >;
  /** Deletes everything that is stored for this origin and starts the page anew. Throws `storage-unavailable`. */
  readonly wipe: () => Promise<void>;
}
