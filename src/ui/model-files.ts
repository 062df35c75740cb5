// Which models the server has: the manifest, and one HEAD request per file. Knows no engine.

import { ClinfuseError } from "../base/errors.ts";
import type { Manifest, ModelEntry } from "../engines/manifest.ts";
import type { ModelOnDisk } from "./services.ts";

/** `parse` reads and checks the manifest. Throws `model-missing` when there is no manifest, and what `parse` throws. */
export async function modelFiles(parse: (text: string) => Manifest): Promise<readonly ModelOnDisk[]> {
  const response = await fetch("/models/manifest.json");
  if (!response.ok)
    throw new ClinfuseError("model-missing", "the server has no models/manifest.json", { file: "models/manifest.json" });
  const { models } = parse(await response.text());
  return Promise.all(models.map(onDisk));
}

async function onDisk({ id, kind, name, licence, homepage, files }: ModelEntry): Promise<ModelOnDisk> {
  const there = await Promise.all(files.map(async (file) => (await fetch(`/models/${id}/${file.name}`, { method: "HEAD" })).ok));
  return {
    id,
    kind,
    name,
    licence,
    homepage,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    missing: files.filter((_, i) => !there[i]).map((file) => file.name),
  };
}
