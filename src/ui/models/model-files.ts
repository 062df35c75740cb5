// Models that can be used: this browser's own files, and one HEAD request for each other file of the app's manifest. Knows no engine.

import { appAddress } from "../../base/app-address.ts";
import { ClinfuseError } from "../../base/errors.ts";
import type { ModelStore, StoredModel } from "../../models/kept.ts";
import type { Manifest, ModelEntry } from "../../models/manifest.ts";
import type { ModelOnDisk } from "../services.ts";

/** Missing files of each model, here and on the server. The server is not asked for this browser's own. */
export async function modelFiles(
  shipped: Manifest,
  own: readonly ModelEntry[],
  store: ModelStore,
): Promise<readonly ModelOnDisk[]> {
  const stored = await store.stored().catch(() => new Map<string, StoredModel>()); // the server's models need no storage
  const rows = [...shipped.models.map((entry) => [entry, true] as const), ...own.map((entry) => [entry, false] as const)];
  return Promise.all(rows.map(([entry, isShipped]) => onDisk(entry, isShipped, stored.get(entry.id))));
}

async function onDisk(
  { id, kind, name, licence, homepage, files }: ModelEntry,
  isShipped: boolean,
  stored?: StoredModel,
): Promise<ModelOnDisk> {
  // A server that does not answer tells nothing; opening the model will say so.
  const isServed = async (file: string) =>
    isShipped &&
    (await fetch(appAddress(`models/${id}/${file}`), { method: "HEAD" }).then(
      ({ ok }) => ok,
      () => true,
    ));
  const isHere = async (file: ModelEntry["files"][number]) => stored?.whole.get(file.name) === file.bytes || isServed(file.name);
  const here = await Promise.all(files.map(isHere));
  return {
    id,
    kind,
    name,
    licence,
    homepage,
    isShipped,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
    missing: files.filter((_, i) => !here[i]).map((file) => file.name),
  };
}

/**
 * Matches the picked files to the missing ones, by name; the last one missing may have any name. Throws
 * `file-not-the-model` for a file of another name.
 */
export function matchPicked(
  model: Pick<ModelOnDisk, "name" | "missing">,
  picked: readonly File[],
): readonly { readonly name: string; readonly file: File }[] {
  const [only, ...others] = model.missing;
  if (only !== undefined && others.length === 0 && picked.length === 1) return picked.map((file) => ({ name: only, file }));
  const strange = picked.find((file) => !model.missing.includes(file.name));
  if (!strange) return picked.map((file) => ({ name: file.name, file }));
  const what = `one of ${model.missing.join(", ")}`;
  throw new ClinfuseError("file-not-the-model", `${strange.name} is not ${what}`, { file: strange.name, what });
}
