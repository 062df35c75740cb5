// Opening a capsule on the page: a worker checks and stores it, and its faults are told before anything is stored. Knows no component.

import { ClinfuseError } from "../../base/errors.ts";
import type { Notebook, Step } from "../../experiment/notebook.ts";
import type { CapsuleReply } from "../../procedures/capsules.ts";
import type { Lab } from "../lab.svelte.ts";
import { Work } from "../parts/work.svelte.ts";

/** A capsule with faults. Nothing of it is stored. */
export interface Doubtful extends CapsuleReply {
  readonly file: File;
}

export class CapsuleOpener {
  readonly work = new Work();
  doubtful = $state.raw<Doubtful>();
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** One that is as it was written opens at once; of another the faults are told first. */
  open = (files: readonly File[]): Promise<boolean> =>
    this.work.run("Checking the capsule", async (signal) => {
      this.doubtful = undefined;
      const [file, ...others] = files;
      if (!file) return;
      if (others.length > 0) {
        throw new ClinfuseError("file-malformed", `${files.length} files were given; a capsule is one zip`, { file: file.name });
      }
      await this.#ask(file, false, signal);
    });

  /** Stores what can be read of a capsule with faults; the run keeps their list. */
  openAllTheSame = (): Promise<boolean> =>
    this.work.run("Storing the run", async (signal) => {
      const { doubtful } = this;
      if (!doubtful) return;
      await this.#ask(doubtful.file, true, signal);
    });

  dismiss = (): void => {
    this.doubtful = undefined;
  };

  async #ask(file: File, anyway: boolean, signal: AbortSignal): Promise<void> {
    const client = this.#lab.services.capsuleOpener();
    this.#lab.onCapsuleOpener(client);
    const { procedures, close } = client;
    signal.addEventListener("abort", close, { once: true });
    try {
      const reply = await procedures.openCapsule({ file, name: file.name, anyway }, signal);
      this.doubtful = reply.stored ? undefined : { ...reply, file };
      if (!reply.stored) return;
      this.#lab.noteSaved(reply.stored);
      this.#lab.router.go({ page: "run", id: reply.stored.id, step: lastStepOf(reply.stored) });
    } finally {
      close();
    }
  }
}

function lastStepOf({ training, run, knowledge }: Omit<Notebook, "data">): Step {
  if (training) return "evaluate";
  if (run) return "generate";
  return knowledge ? "knowledge" : "task";
}
