// Files of a folder as values that cross from a script to a page. Knows no disk and no format.

import type { Tree } from "./format.ts";

/** Files by path: UTF-8 as text, byte order mark and all, other bytes as base64. */
export type FolderFiles = Readonly<Record<string, string | { readonly base64: string }>>;

/** The files with the bytes that they have on the disk: their encoding is told by who reads them. */
export function treeOf(folder: FolderFiles): Tree {
  const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Map(
    Object.entries(folder).map(([path, file]) => [path, new Blob([typeof file === "string" ? file : bytesOf(file.base64)])]),
  );
}
