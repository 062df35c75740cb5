// A GGUF that lies in several files, as llama.cpp's gguf-split names and numbers them. Knows no engine.

import { ClinfuseError } from "../../base/errors.ts";
import type { ModelFile } from "../../models/manifest.ts";
import { readGgufMetadata } from "../../weights/gguf.ts";

const numbered = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/;

/**
 * A model's GGUF files in order: one, or all parts of one. Empty when it has none. Throws `model-missing` for a part that the list lacks and
 * `model-unsupported` for files of several models.
 */
export function ggufParts(files: readonly ModelFile[]): readonly ModelFile[] {
  const parts = files.filter((file) => file.name.endsWith(".gguf"));
  const [first] = parts;
  if (!first) return [];
  const name = numbered.exec(first.name);
  if (!name) {
    if (parts.length === 1) return parts;
    throw severalModels(parts);
  }
  const [, stem, , total] = name as unknown as readonly [string, string, string, string];
  const inOrder = Array.from({ length: Number(total) }, (_, i) => {
    const wanted = `${stem}-${String(i + 1).padStart(5, "0")}-of-${total}.gguf`;
    const part = parts.find((file) => file.name === wanted);
    if (part) return part;
    const sentence = `${wanted} is missing: the model lies in ${Number(total)} files, and ${parts.length} are listed`;
    throw new ClinfuseError("model-missing", sentence, { file: wanted, got: parts.length, expected: Number(total) });
  });
  if (inOrder.length !== parts.length) throw severalModels(parts);
  return inOrder;
}

function severalModels(parts: readonly ModelFile[]): ClinfuseError {
  const names = parts.map((part) => part.name).join(", ");
  return new ClinfuseError("model-unsupported", `${names} are not the parts of one GGUF file`, { what: names });
}

/**
 * Checks by their own numbers that files are all parts of one GGUF, in order, and gives the metadata, which the first part holds. Throws
 * `model-altered` for a part out of place, `model-missing` for too few of them, and the errors of reading a header.
 */
export async function readParts(parts: readonly Blob[], id: string): Promise<ReadonlyMap<string, unknown>> {
  const headers = await Promise.all(parts.map((part, i) => readGgufMetadata(part, nameOf(id, i, parts.length))));
  const [first] = headers;
  if (!first) throw new ClinfuseError("model-missing", `${id} has no GGUF file`, { what: id });
  for (const [i, header] of headers.entries()) {
    const count = header.get("split.count") ?? 1;
    const number = header.get("split.no") ?? 0;
    const file = nameOf(id, i, parts.length);
    if (count !== parts.length) {
      const sentence = `${file} says that the model lies in ${String(count)} files; there are ${parts.length}`;
      throw new ClinfuseError("model-missing", sentence, { file, got: parts.length, expected: String(count) });
    }
    if (number !== i) {
      const got = `part ${Number(number) + 1}`;
      const sentence = `${file} calls itself ${got} of ${parts.length}: the parts are out of order or of different models`;
      throw new ClinfuseError("model-altered", sentence, { file, got, expected: `part ${i + 1}` });
    }
  }
  return first;
}

const nameOf = (id: string, i: number, count: number) => (count === 1 ? id : `${id}, file ${i + 1} of ${count}`);
