// Opening a capsule: it is checked, then stored as a run of its own beside the others. Knows no worker and no page.

import type { CapsuleOrigin, Notebook } from "../experiment/notebook.ts";
import { type AnyProduct, contentKey } from "../experiment/product.ts";
import type { CapsuleFault } from "../formats/capsule.ts";
import { type OpenedCapsule, openCapsule } from "../report/capsule.ts";
import type { Capsules } from "../store/capsules.ts";

export interface CapsuleReply {
  /** Empty for a capsule that is as it was written. */
  readonly faults: readonly CapsuleFault[];
  /** A run can be read from it. */
  readonly isReadable: boolean;
  /** The run as it was stored, without its rows; absent where none was. */
  readonly stored?: Omit<Notebook, "data">;
}

export type CapsuleProcedures = {
  /**
   * Checks a capsule and stores the run in it. One with faults is stored only on demand (`anyway`), and keeps their list. What is wrong with the file is told in
   * `faults`; the disk's own errors are thrown.
   */
  openCapsule(
    argument: { readonly file: Blob; readonly name: string; readonly anyway: boolean },
    signal: AbortSignal,
  ): Promise<CapsuleReply>;
};

export interface CapsulePorts {
  readonly capsules: () => Promise<Pick<Capsules, "add">>;
}

export function capsuleProcedures(ports: CapsulePorts): CapsuleProcedures {
  return {
    async openCapsule({ file, name, anyway }) {
      const opened = await openCapsule(file, name);
      const { faults, record } = opened;
      const told = { faults, isReadable: record !== undefined };
      if (!record || (faults.length > 0 && !anyway)) return told;
      const { data: _, ...stored } = await store(await ports.capsules(), name, opened);
      return { ...told, stored };
    },
  };
}

async function store(capsules: Pick<Capsules, "add">, file: string, opened: OpenedCapsule): Promise<Notebook> {
  const { record, manifest, faults } = opened;
  if (!record) throw new Error("store: the capsule holds no run");
  const id = crypto.randomUUID().slice(0, 8);
  const analysis = record.analysis && (await contentKey({ capsule: id }));
  const { writtenAt, rows, examplesLeftOut } = manifest?.facts ?? {};
  const capsule: CapsuleOrigin = {
    file,
    ...(typeof writtenAt === "string" ? { writtenAt } : {}),
    withoutRows: rows === false,
    ...(Number.isSafeInteger(examplesLeftOut) && (examplesLeftOut as number) > 0
      ? { examplesLeftOut: examplesLeftOut as number }
      : {}),
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
  return capsules.add(notebook, record.log, products);
}

/** The notebook as this browser can hold it: no weights came along, and rows that were left out are not rows that changed. */
function asOpened({ training, ...notebook }: Notebook, capsule: CapsuleOrigin): Notebook {
  if (!training) return { ...notebook, capsule };
  const { model: _, basis, ...told } = training;
  const { data, ...others } = basis;
  return { ...notebook, capsule, training: { ...told, basis: { ...others, ...(data && !capsule.withoutRows ? { data } : {}) } } };
}
