// Picked files of a graph with their zip archives opened. Nothing is unpacked before it is read, but for zips in a zip. Knows no format of a graph.

import { ClinfuseError } from "../base/errors.ts";
import { readZip } from "../formats/zip.ts";
import { type GraphFile, refuseBomb } from "../knowledge/graphs.ts";

/** iBKH's relations are some gigabytes. */
const limits = { entries: 20_000, bytes: 64_000_000_000 };

/** Files that systems leave beside others. */
const isClutter = (path: string): boolean => /(^|\/)(__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)/.test(path);

/** Throws `file-malformed` for an archive that is cut off or is none, `file-too-large` for a bomb, `file-empty` for one that holds nothing. */
export async function graphFilesIn(picked: ReadonlyMap<string, Blob>): Promise<readonly GraphFile[]> {
  const files: GraphFile[] = [];
  for (const [name, blob] of picked) {
    if (isClutter(name)) continue;
    if (await isZip(name, blob)) files.push(...(await filesInZip(name, blob)));
    else files.push({ name, data: blob });
  }
  return files;
}

async function isZip(name: string, blob: Blob): Promise<boolean> {
  const mark = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
  const marked = mark[0] === 0x50 && mark[1] === 0x4b && (mark[2] === 3 || mark[2] === 5);
  return marked || /\.zip$/i.test(name);
}

/** Opens archives in the outermost one too: whoever was given several zips often zips their folder. */
async function filesInZip(name: string, blob: Blob, isOutermost = true): Promise<readonly GraphFile[]> {
  const entries = (await readZip(blob, name, limits)).filter(({ path }) => !isClutter(path));
  if (entries.length === 0) throw new ClinfuseError("file-empty", `${name} holds no files`, { file: name });
  const files: GraphFile[] = [];
  for (const { path, bytes, packed, stream } of entries) {
    const within = `${name}/${path}`;
    refuseBomb(within, packed, bytes);
    if (isOutermost && /\.zip$/i.test(path))
      files.push(...(await filesInZip(within, await new Response(stream()).blob(), false)));
    else files.push({ name: within, data: { size: bytes, stream } });
  }
  return files;
}
