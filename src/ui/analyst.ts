// The worker that measures texts and scores, started by the first question. Knows no run.

import type { AnalyseProcedures } from "../procedures/analyse.ts";
import type { WorkerClient, WorkerProcedures } from "../workers/client.ts";
import type { Services } from "./services.ts";

export class Analyst {
  /** Told of the worker when it is started. */
  onStart: (client: WorkerClient<AnalyseProcedures>) => void = () => undefined;
  readonly #services: Pick<Services, "analyse">;
  #client: WorkerClient<AnalyseProcedures> | undefined;

  constructor(services: Pick<Services, "analyse">) {
    this.#services = services;
  }

  get procedures(): WorkerProcedures<AnalyseProcedures> {
    if (!this.#client) {
      this.#client = this.#services.analyse();
      this.onStart(this.#client);
    }
    return this.#client.procedures;
  }

  /** Ends the worker after a failure of its memory or its script: the next question starts another. */
  end(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
