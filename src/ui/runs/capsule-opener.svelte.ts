// Opening a capsule: it is checked, then stored as a run of its own beside the others. Knows no component.

import { remembered } from "../../base/async.ts";
import { ClinfuseError } from "../../base/errors.ts";
import type { CapsuleOrigin, Notebook, Step } from "../../experiment/notebook.ts";
import type { AnyProduct } from "../../experiment/product.ts";
import { contentKey } from "../../experiment/product.ts";
import type { OpenedCapsule } from "../../report/capsule.ts";
import type { Lab } from "../lab.svelte.ts";
import { Work } from "../parts/work.svelte.ts";

// Fetched with the first capsule, so that the app starts without it.
const reading = remembered(() => import("../../report/capsule.ts"));

/** A capsule with faults: told before anything is stored. */
export interface Doubtful {
  readonly file: string;
  readonly opened: OpenedCapsule;
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
    this.work.run("Checking the capsule", async () => {
      this.doubtful = undefined;
      const [file, ...others] = files;
      if (!file) return;
      if (others.length > 0) {
        throw new ClinfuseError("file-malformed", `${files.length} files were given; a capsule is one zip`, { file: file.name });
      }
      const { openCapsule } = await reading();
      const opened = await openCapsule(file, file.name);
      if (opened.faults.length > 0 || !opened.record) this.doubtful = { file: file.name, opened };
      else await this.#store(file.name, opened);
    });

  /** Stores what could be read of a capsule with faults; the run keeps their list. */
  openAllTheSame = (): Promise<boolean> =>
    this.work.run("Storing the run", async () => {
      if (!this.doubtful) return;
      const { file, opened } = this.doubtful;
      await this.#store(file, opened);
      this.doubtful = undefined;
    });

  dismiss = (): void => {
    this.doubtful = undefined;
  };

  async #store(file: string, { record, manifest, faults }: OpenedCapsule): Promise<void> {
    if (!record) return;
    const id = crypto.randomUUID().slice(0, 8);
    const analysis = record.analysis && (await contentKey({ capsule: id }));
    const { writtenAt, rows } = manifest?.facts ?? {};
    const capsule: CapsuleOrigin = {
      file,
      ...(typeof writtenAt === "string" ? { writtenAt } : {}),
      withoutRows: rows === false,
      faults: faults.map((fault) => `${fault.file}: ${fault.what}`),
      ...(analysis === undefined ? {} : { analysis }),
      models: record.models.map(({ role, id: model, name }) => ({ role, id: model, name })),
    };
    const products: AnyProduct[] =
      analysis === undefined || !record.analysis
        ? []
        : [{ kind: "analysis", key: analysis, state: "whole", milliseconds: 0, value: record.analysis }];
    const notebook = {
      ...asOpened(record.notebook, capsule),
      id,
      ...(products.length > 0 ? { products: products.map(({ key }) => key) } : {}),
    };
    const stored = await this.#lab.services.capsules.add(notebook, record.log, products);
    this.#lab.noteSaved(stored);
    this.#lab.router.go({ page: "run", id, step: lastStepOf(stored) });
  }
}

/** The notebook as this browser can hold it: no weights came along, and rows that were left out are not rows that changed. */
function asOpened({ training, ...notebook }: Notebook, capsule: CapsuleOrigin): Notebook {
  if (!training) return { ...notebook, capsule };
  const { model: _, basis, ...told } = training;
  const { data, ...others } = basis;
  return { ...notebook, capsule, training: { ...told, basis: { ...others, ...(data && !capsule.withoutRows ? { data } : {}) } } };
}

function lastStepOf({ training, run, knowledge }: Notebook): Step {
  if (training) return "evaluate";
  if (run) return "generate";
  return knowledge ? "knowledge" : "task";
}
