// Everything of a run for its capsule, gathered from where it lies; and the models that took part, with their hashes. Knows no zip.

import { asMade } from "../../../experiment/as-made.ts";
import { isByBatchFile, writerWords } from "../../../experiment/batch-file.ts";
import { embeddingEncoder } from "../../../experiment/measured.ts";
import type { Notebook } from "../../../experiment/notebook.ts";
import { writerOf } from "../../../generate/sources.ts";
import type { RunModelFiles, RunRecord } from "../../../report/run-record.ts";
import type { Run } from "../run.svelte.ts";

export async function recordOf(run: Run): Promise<RunRecord> {
  const { notebook, lab, analyse } = run;
  const { products: _, logs: __, version: ___, capsule: ____, batch: _____, ...own } = notebook;
  const held = await lab.services.capsules.read(notebook);
  return {
    notebook: own,
    ...held,
    ...(analyse.analysis ? { analysis: analyse.analysis } : {}),
    models: await usedModels(run),
  };
}

/** The notebook with the choices that its examples were made by: those chosen now may be others. */
export async function notebookAsMade({ notebook, lab }: Run): Promise<Notebook> {
  return asMade(notebook, notebook.run === undefined ? undefined : await lab.services.capsules.choicesOf(notebook.run));
}

/** Models that made the run's examples and were trained, by this browser's manifest; their names else by the capsule that the run came in. */
export async function usedModels(run: Run): Promise<readonly RunModelFiles[]> {
  const { notebook, lab, analyse } = run;
  const { config } = await notebookAsMade(run);
  const writer = writerOf(config.source)?.model;
  const encoder = notebook.training?.basis.settings.encoder ?? config.encoder;
  const used = [
    ...(writer === undefined || writer === "scripted" ? [] : [{ role: "writer", id: writer } as const]),
    { role: "encoder", id: encoder } as const,
    ...(analyse.analysis ? [{ role: "embedder", id: embeddingEncoder } as const] : []),
  ];
  const known = used.map(({ role, id }): RunModelFiles => {
    if (role === "writer" && isByBatchFile(config)) return { role, id, name: writerWords(config) ?? id, files: [] };
    const found = lab.models?.find((model) => model.id === id);
    const named = notebook.capsule?.models.find((model) => model.id === id)?.name;
    const licence = found?.licence ? { licence: found.licence } : {};
    const files = (found?.files ?? []).map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }));
    return { role, id, name: found?.name ?? named ?? id, ...licence, files };
  });
  const trained = notebook.training?.model;
  return [...known, ...(trained === undefined ? [] : await trainedFiles(run, trained))];
}

/** Its card has the hash of each of its files. */
async function trainedFiles({ lab }: Run, model: string): Promise<readonly RunModelFiles[]> {
  try {
    const files: Readonly<Record<string, Blob>> = await lab.services.train.trainedFiles({ model });
    const card = JSON.parse((await files["clinfuse.json"]?.text()) ?? "{}") as { sha256?: Readonly<Record<string, string>> };
    const hashes = Object.entries(card.sha256 ?? {}).map(([name, sha256]) => {
      const bytes = files[name]?.size;
      return { name, ...(bytes === undefined ? {} : { bytes }), sha256 };
    });
    return [{ role: "trained", id: model, name: "trained in this run", files: hashes }];
  } catch {
    return []; // its files are gone or damaged, and the page says so where they are asked for
  }
}
