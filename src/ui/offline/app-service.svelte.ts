// The app's service worker as the page sees it: whether it answers, how much of the app is here, a newer version, the seal. Knows no component.

import { appAddress } from "../../base/app-address.ts";
import type { Filled } from "../../workers/app-cache.ts";
import type { AppMessage, AppReply } from "../../workers/app-worker.ts";

/** Set before the page is loaded again for the worker's headers, so that it is loaded again once. */
const reloadedKey = "clinfuse:reloaded";

export interface AppServicePorts {
  readonly container: ServiceWorkerContainer;
  /** Tells whether the server itself sends the headers that the app needs. */
  readonly serverSends: () => Promise<boolean>;
  readonly reload: () => void;
  /** Remembers for this tab; undefined where the browser remembers nothing, which then never loads the page again. */
  readonly memory: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined;
}

export class AppService {
  /** The worker answers this page's requests. */
  controls = $state(false);
  /** Bytes of the app that are in this browser; undefined until the worker has told. */
  filled = $state.raw<Filled>();
  /** Why the rest of the app did not come. */
  failure = $state<string>();
  sealed = $state(false);
  /** A newer version is here and waits. */
  newer = $state(false);
  /** Tabs of the app that hold the newer version back, this one among them. */
  tabs = $state(0);
  readonly #ports: AppServicePorts;
  #registration: ServiceWorkerRegistration | undefined;

  constructor(ports: AppServicePorts) {
    this.#ports = ports;
    const { container } = ports;
    this.controls = container.controller !== null;
    container.addEventListener("message", (event: MessageEvent) => this.#heard(event.data as AppReply));
    container.addEventListener("controllerchange", () => {
      this.controls = true;
      if (this.#asked) ports.reload(); // this tab alone asked for the newer version
    });
  }

  #asked = false;

  /**
   * Resolves to "reload" when the page was told to load again under the worker's headers; to "go" when the app can start. `waiting` is called
   * where the worker is yet to be set up, because the server sends no headers.
   */
  async start(waiting: () => void): Promise<"go" | "reload"> {
    const { container, memory, reload, serverSends } = this.#ports;
    const address = appAddress("sw.js");
    // A browser may refuse, and an odd one give nothing: the app starts without.
    this.#registration = await container.register(address, { updateViaCache: "none" }).catch(() => undefined);
    if (!this.#registration) {
      this.failure = "the browser runs no service worker here";
      return "go";
    }
    this.#watch(this.#registration);
    if (container.controller || (await serverSends())) {
      memory?.removeItem(reloadedKey);
      return "go";
    }
    if (!memory || memory.getItem(reloadedKey) !== null) return "go"; // once is enough: what holds is said on the Privacy page
    waiting();
    if (!(await isActive(this.#registration))) return "go";
    memory.setItem(reloadedKey, "yes");
    reload();
    return "reload";
  }

  /** Fetches the rest of the app, so that it works without a network. */
  keep(): void {
    const { active } = this.#registration ?? {};
    if (active) this.#post(active, { type: "state" }, { type: "fill" });
    else void this.#ports.container.ready.then(({ active }) => active && this.#post(active, { type: "state" }, { type: "fill" }));
  }

  /** Uses the newer version, where no other tab is open. */
  takeNewer = (): void => {
    const { waiting } = this.#registration ?? {};
    if (!waiting) return;
    this.#asked = true;
    this.#post(waiting, { type: "state" });
  };

  /** From then on no request leaves for another host, or again only for the hub. The page loads again, under that policy. */
  seal = (sealed: boolean): void => {
    const { controller } = this.#ports.container;
    if (!controller) return;
    this.#sealing = sealed;
    this.#post(controller, { type: "seal", sealed });
  };

  #sealing: boolean | undefined;

  #heard(reply: AppReply): void {
    if (reply.type === "failed") this.failure = reply.why;
    else this.filled = reply.filled;
    if (reply.type !== "state") return;
    this.sealed = reply.sealed;
    if (reply.sealed === this.#sealing) this.#ports.reload();
    if (!this.#asked) return;
    this.tabs = reply.tabs;
    if (reply.tabs > 1) this.#asked = false;
    else if (this.#registration?.waiting) this.#post(this.#registration.waiting, { type: "activate" });
  }

  #watch(registration: ServiceWorkerRegistration): void {
    const note = () => {
      this.newer = registration.waiting !== null && this.#ports.container.controller !== null;
    };
    note();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", note));
  }

  #post(worker: ServiceWorker, ...messages: readonly AppMessage[]): void {
    for (const message of messages) worker.postMessage(message);
  }
}

/** Resolves when the worker is set up, or will never be. */
function isActive(registration: ServiceWorkerRegistration): Promise<boolean> {
  return new Promise((resolve) => {
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    const look = () => {
      if (worker?.state === "activated") resolve(true);
      else if (!worker || worker.state === "redundant") resolve(false);
    };
    worker?.addEventListener("statechange", look);
    look();
  });
}
