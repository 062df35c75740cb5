// Ties the app together: opens the store, starts the workers' clients, mounts the page.

import { mount } from "svelte";
import { breathe } from "./base/async.ts";
import { type Notebook, upgradedNotebook } from "./experiment/notebook.ts";
import { modelAccess } from "./models/access.ts";
import { openDb } from "./store/db.ts";
import { modelStore } from "./store/model-store.ts";
import { notebooks } from "./store/notebook.ts";
import { wipeAll } from "./store/wipe.ts";
import App from "./ui/App.svelte";
import Insecure from "./ui/Insecure.svelte";
import { modelFiles } from "./ui/models/model-files.ts";
import type { NotebookHead, NotebookStore, Services } from "./ui/services.ts";
import { generateClient } from "./workers/generate.client.ts";
import { sentPolicy } from "./workers/held-policy.ts";
import { measureClient } from "./workers/measure.client.ts";
import { modelClient } from "./workers/models.client.ts";
import { trainClient } from "./workers/train.client.ts";

/** The database opens with the first question to it, so that a refusal reaches the page and not an empty screen. */
function notebookStore(): NotebookStore {
  let opened: Promise<NotebookStore> | undefined;
  const store = () => {
    opened ??= openDb().then(notebooks);
    opened.catch(() => {
      opened = undefined; // the next question tries again
    });
    return opened;
  };
  return {
    list: async () => (await (await store()).list()).map(upgradedNotebook<NotebookHead>),
    get: async (id) => {
      const found = await (await store()).get(id);
      return found && upgradedNotebook<Notebook>(found);
    },
    put: async (notebook) => (await store()).put(notebook),
  };
}

/** The script from which onnxruntime's threads start. */
const threadScript = "/vendor/ort/ort-wasm-simd-threaded.mjs";

// Evaluating this script, starting the workers and drawing the page are tasks of their own, so that none of them is long.
async function start(target: HTMLElement): Promise<void> {
  await breathe();
  const generate = generateClient().procedures;
  const train = trainClient().procedures;
  const library = modelClient().procedures;
  await breathe();
  const services: Services = {
    generate,
    train,
    library,
    measure: measureClient,
    notebooks: notebookStore(),
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
    async wipe() {
      await wipeAll(await openDb());
      // Without the address of a run that is no more. The reload ends the workers, whose connections are closed by now.
      history.replaceState(null, "", location.pathname);
      location.reload();
    },
  };
  mount(App, { target, props: { services } });
}

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
// Elsewhere a browser offers neither storage nor threads, and every button would fail.
if (isSecureContext) await start(target);
else mount(Insecure, { target });
