// Every format that can be read. A new one is one file and one entry here.

import { clingen } from "./clingen.ts";
import type { Format, Tree } from "./format.ts";

export const formats: readonly Format[] = [clingen];

/** Characters of a file that tell its format. */
const headLength = 4096;

/** The first format that the folder looks like; ClinGen's, which says what is missing, where it looks like none. */
export async function formatOf(tree: Tree): Promise<Format> {
  const heads = new Map<string, string>();
  for (const [path, file] of tree) heads.set(path, await file.slice(0, headLength).text());
  return formats.find((format) => format.fits(heads)) ?? clingen;
}
