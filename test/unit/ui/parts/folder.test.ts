// Names of what was picked: a folder's own, a file's own, or the first file's with how many more there are.

import { expect, it } from "vitest";
import { pickedFolder } from "../../../../src/ui/parts/folder.ts";

/** As an `<input type="file">` gives it: the path is empty but for a picked folder's file. */
function picked(name: string, webkitRelativePath = ""): File {
  return Object.defineProperty(new File(["a"], name), "webkitRelativePath", { value: webkitRelativePath });
}

it.each([
  [
    "a folder",
    [picked("nodes.tsv", "hetionet/nodes.tsv"), picked("edges.tsv", "hetionet/raw/edges.tsv")],
    "hetionet",
    ["nodes.tsv", "raw/edges.tsv"],
  ],
  ["one file", [picked("corpus.csv")], "corpus.csv", ["corpus.csv"]],
  [
    "several files",
    [picked("nodes.tsv"), picked("edges.tsv"), picked("names.tsv")],
    "nodes.tsv and 2 more",
    ["nodes.tsv", "edges.tsv", "names.tsv"],
  ],
  ["nothing", [], "folder", []],
] as const)("%s", async (_, files, name, paths) => {
  const folder = await pickedFolder(files);
  expect([folder.name, Object.keys(folder.files)]).toEqual([name, paths]);
});
