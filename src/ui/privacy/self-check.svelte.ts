// The app's check of itself, on demand: what holds where, a request that must fail, each model's hash again. Knows no component.

import type { PrivacyFacts } from "../../report/privacy-proof.ts";
import { canaryAddress } from "../../workers/canary.ts";
import type { Lab } from "../lab.svelte.ts";
import { storageRoom } from "../parts/storage-room.ts";
import { Work } from "../parts/work.svelte.ts";
import { reachable } from "./connect-rules.ts";
import { metaPolicy } from "./guard.svelte.ts";
import type { Requests } from "./requests.svelte.ts";

export class SelfCheck {
  readonly work = new Work();
  facts = $state.raw<PrivacyFacts>();
  readonly #lab: Lab;
  readonly #requests: Requests;

  constructor(lab: Lab, requests: Requests) {
    this.#lab = lab;
    this.#requests = requests;
  }

  check = (): Promise<boolean> =>
    this.work.run("Asking each place for its policy", async (signal) => {
      const { services } = this.#lab;
      const answers = await services.policies();
      this.work.tell("Trying a request that must fail");
      const tried = await services.canaries();
      const outcomes = tried.map(({ scope, outcome }) => ({ place: scope, outcome }));
      const policies = [...answers, ...tried.flatMap(({ asked = [] }) => asked)].map(({ scope, policy }) => {
        const held = policy ?? (scope === "page" ? metaPolicy() : undefined);
        return { place: scope, policy: held ?? null, lets: held === undefined ? ["*"] : reachable(held, location.origin) };
      });
      const models = await this.#models(signal);
      const { total, foreign } = this.#requests;
      const room = await storageRoom();
      this.facts = {
        app: "Clinfuse",
        address: location.href.replace(/#.*$/, ""),
        checkedAt: new Date().toISOString(),
        browser: navigator.userAgent,
        isolated: crossOriginIsolated,
        serviceWorker: services.app?.controls ?? false,
        sealed: services.app?.sealed ?? false,
        policies,
        canary: { address: canaryAddress, outcomes },
        requests: { total, foreign: foreign.map(({ url, by, refused }) => ({ url, by, refused })) },
        models,
        kept: await this.#kept(signal),
        storage: room ? { usage: room.usage, quota: room.quota, persisted: room.persisted } : null,
      };
    });

  /** Asks what lies here. The lists of the pages may be older, or not read yet; models on the server are not kept here. */
  async #kept(signal: AbortSignal): Promise<PrivacyFacts["kept"]> {
    const { notebooks, generate, library, train } = this.#lab.services;
    const files = "the origin's private file system";
    const models = (await library.models(null, signal)).filter(({ stored }) => stored > 0);
    return [
      { what: "runs with their examples", where: "IndexedDB", count: (await notebooks.list()).length },
      { what: "knowledge graphs", where: "IndexedDB", count: (await generate.graphs(null, signal)).length },
      { what: "copies of models, parts included", where: files, count: models.length },
      { what: "trained models", where: files, count: (await train.trainedModels(null, signal)).length },
    ];
  }

  /** Reads each file of the models that are here again. A model that is not what its hashes say is a finding, not a failure. */
  async #models(signal: AbortSignal): Promise<PrivacyFacts["models"]> {
    const { services } = this.#lab;
    const here = (await services.models()).filter(({ missing }) => missing.length === 0);
    const found: PrivacyFacts["models"][number][] = [];
    for (const { id, name, licence, files = [] } of here) {
      let fault: string | null = null;
      try {
        for await (const event of services.library.verify({ id }, signal))
          this.work.tell(`Reading ${name} again`, event.done, event.total);
      } catch (error) {
        if (signal.aborted) throw error;
        fault = error instanceof Error ? error.message : String(error);
      }
      found.push({ name, licence, files: files.map((file) => ({ name: file.name, sha256: file.sha256 })), fault });
    }
    return found;
  }
}
