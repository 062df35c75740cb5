// Ties the app together: the store and the workers, each opened by the first question to it, and the page.

import { mount, unmount } from "svelte";
import { appAddress } from "./base/app-address.ts";
import { breathe, remembered } from "./base/async.ts";
import { type Notebook, upgradedNotebook } from "./experiment/notebook.ts";
import type { ProductStore } from "./experiment/product.ts";
import { logFormat } from "./generate/log.ts";
import { modelAccess } from "./models/access.ts";
import { generateAnswers, modelAnswers, trainAnswers } from "./procedures/answers.ts";
import { type ArenaStore, arenaStore } from "./store/arenas.ts";
import { capsules } from "./store/capsules.ts";
import { openDb } from "./store/db.ts";
import { modelStore } from "./store/model-store.ts";
import { notebooks } from "./store/notebook.ts";
import { type OwnTasks, ownTasks } from "./store/own-tasks.ts";
import { productStore } from "./store/products.ts";
import { wipeAll } from "./store/wipe.ts";
import App from "./ui/App.svelte";
import Insecure from "./ui/Insecure.svelte";
import { modelFiles } from "./ui/models/model-files.ts";
import { AppService } from "./ui/offline/app-service.svelte.ts";
import Preparing from "./ui/offline/Preparing.svelte";
import type { NotebookHead, NotebookStore, Services } from "./ui/services.ts";
import { analyseClient } from "./workers/analyse.client.ts";
import { type Canary, tryCanary } from "./workers/canary.ts";
import { capsulesClient } from "./workers/capsules.client.ts";
import type { WorkerClient } from "./workers/client.ts";
import { generateClient } from "./workers/generate.client.ts";
import { type Scope, type ScopePolicy, sentPolicy } from "./workers/held-policy.ts";
import { measureClient } from "./workers/measure.client.ts";
import { modelClient } from "./workers/models.client.ts";
import { trainClient } from "./workers/train.client.ts";
import { whenAsked } from "./workers/when-asked.ts";

/** The database opens with the first question to it, so that a refusal reaches the page and not an empty screen. */
const database = remembered(async () => {
  const db = await openDb();
  return {
    notebooks: notebooks(db),
    products: productStore(db),
    arenas: arenaStore(db),
    tasks: ownTasks(db),
    capsules: capsules(db, logFormat),
  };
});

const notebookStore: NotebookStore = {
  list: async () => (await (await database()).notebooks.list()).map(upgradedNotebook<NotebookHead>),
  get: async (id) => {
    const found = await (await database()).notebooks.get(id);
    return found && upgradedNotebook<Notebook>(found);
  },
  put: async (notebook) => (await database()).notebooks.put(notebook),
  change: async (base, patch) => {
    const changed = await (await database()).notebooks.change(base, patch);
    return changed.kind === "deleted" ? changed : { ...changed, notebook: upgradedNotebook<Notebook>(changed.notebook) };
  },
  watch: (listener) =>
    void database().then(
      (store) => store.notebooks.watch(listener),
      () => undefined, // who reads or writes is told why there is no store
    ),
};

/** Listens to one store's news from when the database is open, until the returned function is called. */
function watched(
  of: (open: Awaited<ReturnType<typeof database>>) => Pick<OwnTasks, "watch">,
  listener: (id: string) => void,
): () => void {
  const watching = database().then(
    (open) => of(open).watch(listener),
    () => undefined, // who reads or writes is told why there is no store
  );
  return () => void watching.then((leave) => leave?.());
}

const tasks: OwnTasks = {
  list: async () => (await database()).tasks.list(),
  get: async (id) => (await database()).tasks.get(id),
  put: async (task, since) => (await database()).tasks.put(task, since),
  delete: async (id) => (await database()).tasks.delete(id),
  watch: (listener) => watched((store) => store.tasks, listener),
};

const products: ProductStore = {
  find: async (kind, key) => (await database()).products.find(kind, key),
  put: async (...made) => (await database()).products.put(...made),
};

const runCapsules: Services["capsules"] = {
  read: async (notebook) => (await database()).capsules.read(notebook),
  choicesOf: async (run) => (await database()).capsules.choicesOf(run),
};

const arenas: ArenaStore = {
  list: async () => (await database()).arenas.list(),
  put: async (arena) => (await database()).arenas.put(arena),
  change: async (id, change) => (await database()).arenas.change(id, change),
  delete: async (id) => (await database()).arenas.delete(id),
  watch: (listener) => watched((store) => store.arenas, listener),
};

/** The script from which onnxruntime's threads start. */
const threadScript = appAddress("vendor/ort/ort-wasm-simd-threaded.mjs");

// Evaluating this script and drawing the page are tasks of their own, so that none of them is long.
async function start(target: HTMLElement): Promise<void> {
  await breathe();
  const app = appService();
  let preparing: ReturnType<typeof mount> | undefined;
  const outcome = await app?.start(() => {
    preparing = mount(Preparing, { target });
  });
  if (outcome === "reload") return;
  if (preparing) await unmount(preparing);
  const generate = whenAsked(generateClient, generateAnswers);
  const train = whenAsked(trainClient, trainAnswers);
  const library = whenAsked(modelClient, modelAnswers);
  const services: Services = {
    generate,
    train,
    library,
    measure: measureClient,
    analyse: analyseClient,
    ...(app ? { app } : {}),
    capsuleOpener: capsulesClient,
    notebooks: notebookStore,
    products,
    capsules: runCapsules,
    arenas,
    tasks,
    async models() {
      const store = modelStore();
      const access = modelAccess(store);
      const shipped = await access.shipped();
      return modelFiles(shipped, await access.own(shipped), store);
    },
    policies: async () => [
      { scope: "page", policy: await sentPolicy(location.pathname) },
      { scope: "generate worker", policy: await generate.policy(null) },
      { scope: "train worker", policy: await train.policy(null) },
      { scope: "models worker", policy: await library.policy(null) },
      { scope: "threads", policy: await sentPolicy(threadScript) },
    ],
    canaries: async () => [
      { scope: "page", outcome: await tryCanary() },
      { scope: "generate worker", outcome: await generate.canary(null) },
      { scope: "train worker", outcome: await train.canary(null) },
      { scope: "models worker", outcome: await library.canary(null) },
      await asked("analyse worker", analyseClient()),
      await asked("measure worker", measureClient()),
      await asked("capsules worker", capsulesClient()),
    ],
    async wipe() {
      await wipeAll(await openDb());
      // Without the address of a run that is no more. The reload ends the workers, whose connections are closed by now.
      history.replaceState(null, "", location.pathname);
      location.reload();
    },
  };
  mount(App, { target, props: { services } });
  setTimeout(() => app?.keep(), 2000); // the page comes first
}

/** Tries the canary from inside of a worker that is started for it, asks for its policy, and ends the worker. */
async function asked(
  scope: Scope,
  { procedures, close }: Pick<WorkerClient<Record<never, never>>, "procedures" | "close">,
): Promise<{ scope: Scope; outcome: Canary; asked: readonly ScopePolicy[] }> {
  try {
    const outcome = await procedures.canary(null);
    return { scope, outcome, asked: [{ scope, policy: await procedures.policy(null) }] };
  } finally {
    close();
  }
}

/** Undefined in development, whose files change at each moment, and where a browser has no service workers. */
function appService(): AppService | undefined {
  const { serviceWorker: container } = navigator;
  if (!import.meta.env.PROD || !container) return undefined;
  return new AppService({
    container,
    serverSends: async () => crossOriginIsolated && (await sentPolicy(location.pathname)) !== undefined,
    reload: () => location.reload(),
    memory: tabMemory(),
  });
}

function tabMemory(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined; // withheld
  }
}

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
// Elsewhere a browser offers neither storage nor threads, and every button would fail.
if (isSecureContext) await start(target);
else mount(Insecure, { target });
