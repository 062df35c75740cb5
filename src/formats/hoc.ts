// The hallmarks of cancer as published: a folder of texts and a folder of labels, a file a document each. Knows no disk.

import { decodeUtf8 } from "../base/utf8.ts";
import type { Format, Split, Tree } from "./format.ts";
import { servesHallmarks } from "./hoc-table.ts";
import { Collection } from "./reading/collection.ts";
import { labelAt } from "./reading/labels.ts";
import { extensionOf, folderOf, nameOf, splitOf } from "./reading/paths.ts";
import { malformed, readText, refuse } from "./reading/text-file.ts";

const kindOf = (path: string): string => nameOf(folderOf(path)).toLowerCase();
const isText = (path: string): boolean => kindOf(path) === "text" && extensionOf(path) === "txt";
const isLabels = (path: string): boolean => kindOf(path) === "labels" && extensionOf(path) === "txt";
const splitList = /^\uFEFF?\s*\d+\.txt(?:\s*,\s*\d+\.txt)*\s*,?\s*$/;

export const hoc: Format = {
  id: "hoc",
  name: "HoC's folders",
  files: "text/PMID.txt, a sentence a line, with labels/PMID.txt",
  folders: /^(?:text|labels)$/i,
  extensions: [],
  serves: servesHallmarks,
  fits(heads) {
    const paths = [...heads.keys()];
    if (!paths.some(isText) || ![...heads].some(([path, head]) => isLabels(path) && /^\uFEFF?\s*</.test(head))) return [];
    const lists = paths.filter((path) => splitOf(path) !== "pool" && /^\uFEFF?\s*\d+\.txt\s*(?:,|$)/.test(heads.get(path) ?? ""));
    return [...paths.filter((path) => isText(path) || isLabels(path)), ...lists];
  },
  claims: (path) => isText(path) || isLabels(path),
  async read(tree, task) {
    const rows = new Collection(task);
    const labelFiles = new Map([...tree.keys()].filter(isLabels).map((path) => [nameOf(path), path]));
    const lists = await splitLists(tree, rows);
    const opened = new Set<Split>();
    for (const file of [...tree.keys()].filter(isText)) {
      const labelFile =
        labelFiles.get(nameOf(file)) ??
        refuse("file-missing", `labels/${nameOf(file)}`, undefined, `the folder has no labels of ${file}`);
      labelFiles.delete(nameOf(file));
      const split = lists.size === 0 ? "pool" : lists.get(nameOf(file));
      if (split === undefined) {
        rows.count("no-list");
        continue;
      }
      if (!opened.has(split))
        rows.open(split, lists.size === 0 ? "the folder text" : `the ${split === "full" ? "training" : split} list`);
      opened.add(split);
      const sentences = (await readText(tree, file)).split("\n").filter((line) => line.trim() !== "");
      const parts = (await labelText(tree, labelFile)).split("<").slice(1);
      if (parts.length !== sentences.length) {
        malformed(labelFile, 1, `it labels ${parts.length} sentences, ${file} has ${sentences.length}`);
      }
      for (const [i, sentence] of sentences.entries()) {
        const carried = hallmarksIn(parts[i] as string).map((name) => labelAt(task, {}, name, { file: labelFile, line: 1 }));
        const labels = task.labels.map((label) => label.id).filter((id) => carried.includes(id));
        if (labels.length === 0) rows.count("no-hallmark");
        else rows.add(split, { kind: "sentence", text: sentence.trim(), labels });
      }
    }
    const [lost] = labelFiles.values();
    if (lost !== undefined) refuse("file-missing", `text/${nameOf(lost)}`, undefined, `the folder has no text of ${lost}`);
    return rows.finish();
  },
};

/** A part is blank, NULL, or labels joined by AND; the top of "Top--Sub--Sub" is the hallmark. */
function hallmarksIn(part: string): string[] {
  const labels = part.split(/\s*AND\s*(?=[A-Z])/).map((label) => (label.trim().split("--")[0] as string).trim());
  return labels.filter((label) => label !== "" && label !== "NULL");
}

/** Labels of a document: an empty file is refused later, by the count of sentences. */
async function labelText(tree: Tree, file: string): Promise<string> {
  const text = decodeUtf8(new Uint8Array(await (tree.get(file) as Blob).arrayBuffer()), file);
  return text.trim() === "" || text.trimStart().startsWith("<") ? text : malformed(file, 1, 'labels begin with "<"');
}

/** The set of each document, by the lists that lie beside the folders. */
async function splitLists(tree: Tree, rows: Collection): Promise<ReadonlyMap<string, Split>> {
  const lists = new Map<string, Split>();
  const there = new Set([...tree.keys()].filter(isText).map(nameOf));
  for (const path of [...tree.keys()].filter((path) => !isText(path) && !isLabels(path))) {
    const text = await readText(tree, path);
    if (!splitList.test(text)) malformed(path, 1, "expected the names of a set's documents, 1.txt,2.txt and so on");
    for (const name of text.split(",").map((part) => part.trim())) {
      if (name === "") continue;
      const before = lists.get(name);
      if (before !== undefined && before !== splitOf(path)) malformed(path, 1, `${name} stands in the list of another set too`);
      lists.set(name, splitOf(path));
      if (!there.has(name)) rows.count("lost-document", path);
    }
  }
  return lists;
}
