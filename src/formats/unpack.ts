// Picked files with their archives opened: zip and gzip. Paths lose the folder that all of them share. Knows no format.

import { ClinfuseError } from "../base/errors.ts";
import { GzipFault, gunzip } from "../base/gunzip.ts";
import type { Tree } from "./format.ts";
import { isAside, splitOf } from "./reading/paths.ts";
import { mostBytes } from "./reading/text-file.ts";
import { readZip } from "./zip.ts";

const limits = { entries: 20_000, bytes: 1_000_000_000 };

const zip = /\.zip$/i;
const gzip = /\.gz$/i;
const isGzip = (path: string): boolean => gzip.test(path) && !/\.tar\.gz$/i.test(path);

/** Archives in an archive that holds nothing else, as ChemProt's release has them; none in those. */
const deepest = 2;

/** Throws what an archive that cannot be opened throws: `file-malformed`, `file-too-large`. */
export async function unpacked(picked: Tree): Promise<Tree> {
  const files = new Map<string, Blob>();
  for (const [path, file] of picked) {
    if (zip.test(path)) {
      const folder = picked.size === 1 ? "" : `${path.replace(zip, "")}/`;
      for (const [name, content] of await zipped(file, path, 1, { left: limits.bytes })) files.set(`${folder}${name}`, content);
    } else if (isGzip(path)) files.set(path.replace(gzip, ""), await plain(file, path));
    else files.set(path, file);
  }
  return withoutSharedFolder(files);
}

/** `budget` counts the bytes that the archives in it may still hold. */
async function zipped(file: Blob, name: string, depth: number, budget: { left: number }): Promise<ReadonlyMap<string, Blob>> {
  const entries = await readZip(file, name, { ...limits, bytes: budget.left });
  budget.left -= entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const files = new Map<string, Blob>();
  const holdsArchives = depth < deepest && entries.every(({ path }) => zip.test(path) || isAside(path));
  for (const { path, bytes, stream } of entries) {
    if (bytes > mostBytes)
      throw new ClinfuseError("file-too-large", `${name}: ${path} is too large`, { file: path, got: bytes, expected: mostBytes });
    const content = await new Response(stream()).blob();
    if (zip.test(path) && holdsArchives) {
      for (const [inner, one] of await zipped(content, `${name}: ${path}`, depth + 1, budget))
        files.set(`${path.replace(zip, "")}/${inner}`, one);
    } else if (isGzip(path)) files.set(path.replace(gzip, ""), await plain(content, `${name}: ${path}`));
    else files.set(path, content);
  }
  return files;
}

async function plain(file: Blob, name: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  const malformed = (what: string) => new ClinfuseError("file-malformed", `${name}: ${what}`, { file: name, what });
  try {
    for await (const part of gunzip(file.stream().getReader())) {
      total += part.length;
      if (total > mostBytes)
        throw new ClinfuseError("file-too-large", `${name} is too large when it is unpacked`, {
          file: name,
          expected: mostBytes,
        });
      parts.push(part.slice());
    }
  } catch (error) {
    throw error instanceof GzipFault ? malformed(`the gzip stream ${error.message}`) : error;
  }
  return new Blob(parts);
}

/** Paths from the first folder that they part in. A folder whose name says which set it is stays. */
function withoutSharedFolder(files: ReadonlyMap<string, Blob>): Tree {
  let all = [...files].map(([path, file]) => [path.split("/"), file] as const);
  for (;;) {
    const first = all.find(([parts]) => !parts.some((part) => part === "__MACOSX"))?.[0][0];
    const shared = all.filter(([parts]) => parts[0] !== "__MACOSX");
    if (
      first === undefined ||
      !shared.every(([parts]) => parts.length > 1 && parts[0] === first) ||
      splitOf(`${first}/x`) !== "pool"
    )
      break;
    all = shared.map(([parts, file]) => [parts.slice(1), file] as const);
  }
  return new Map(all.map(([parts, file]) => [parts.join("/"), file]));
}
