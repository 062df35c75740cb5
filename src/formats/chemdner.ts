// CHEMDNER's abstracts and annotations, tab-separated, with offsets counted from the start of title or abstract. Knows no disk.

import type { Format, Tree } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { addDocument, DocumentIds, type Mention, typesOf } from "./reading/documents.ts";
import { extensionOf, nameOf, splitOf } from "./reading/paths.ts";
import { ofWidth, type TableRow, tsvRows } from "./reading/table.ts";
import { malformed, readText, refuse } from "./reading/text-file.ts";
import { isType } from "./reading/types.ts";

const annotationLine = /^\uFEFF?\d+\t[TA]\t\d+\t\d+\t/;
const abstractLine = /^\uFEFF?\d+\t[^\t\n]+\t[^\t\n]*(?:\n|\r|$)/;
const isAnnotations = (path: string): boolean => /annotation/i.test(nameOf(path));

export const chemdner: Format = {
  id: "chemdner",
  name: "CHEMDNER",
  files: "abstracts.txt (PMID, title, abstract) with annotations.txt (PMID, T or A, start, end, text, type), tab-separated",
  extensions: [],
  serves: (task) => task.shape === "token" && typesOf(task).some((type) => isType(type, "Chemical")),
  fits(heads) {
    const own = [...heads].filter(([path, head]) =>
      isAnnotations(path) ? annotationLine.test(head) : /abstract/i.test(nameOf(path)) && abstractLine.test(head),
    );
    const named = [...heads.keys()].filter((path) => isAnnotations(path) || own.some(([name]) => name === path));
    return own.length > 0 && named.some(isAnnotations) ? named : [];
  },
  claims: (path) =>
    /abstracts|annotations/i.test(nameOf(path)) && ["txt", "tsv"].includes(extensionOf(path)) && !/chemprot/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    rows.corpora.add("chemdner");
    const all = [...tree.keys()].filter((path) => !isAnnotations(path));
    const some = all.some((path) => partnerIn(tree, path) !== undefined);
    for (const file of all) {
      const split = splitOf(file);
      if (some && split === "pool" && partnerIn(tree, file) === undefined) {
        rows.remark(`${file} has no annotations and was left out.`);
        continue;
      }
      rows.open(split, file);
      const partner = partnerOf(tree, file);
      const mentions = await mentionsIn(tree, partner);
      const ids = new DocumentIds(rows);
      for (const { cells, line } of ofWidth(tsvRows(await readText(tree, file)), file, [3], "PMID, title and abstract")) {
        const [id = "", title = "", abstract = ""] = cells;
        const own = mentions.get(id.trim()) ?? [];
        mentions.delete(id.trim());
        const text = `${title} ${abstract}`;
        const sections = [
          { start: 0, end: title.length },
          { start: title.length + 1, end: text.length },
        ];
        const placed = own.map((row) => mentionOf(row, partner, title.length + 1));
        const document = { file, line, text, sections, mentions: placed, relations: [], closed: false };
        if (ids.add(id.trim(), document)) addDocument(rows, split, document);
      }
      const [lost] = mentions;
      if (lost) malformed(partner, lost[1][0]?.line, `${file} has no abstract of the document ${lost[0]}`);
    }
    if ([...tree.keys()].every(isAnnotations)) {
      const file = [...tree.keys()][0]?.replace(/annotations/i, "abstracts") ?? "abstracts.txt";
      refuse("file-missing", file, undefined, "the folder has annotations and no abstracts");
    }
    rows.remark("Documents were cut into sentences; each sentence is an example.");
    return rows.finish();
  },
};

const partnerName = (abstracts: string): string =>
  abstracts.replace(/abstracts?/i, (word) => (/s$/i.test(word) ? "annotations" : "annotation"));

/** The annotations of a file of abstracts: by the name, or else of the same set. */
function partnerIn(tree: Tree, abstracts: string): string | undefined {
  const all = [...tree.keys()].filter(isAnnotations);
  return all.find((path) => path === partnerName(abstracts)) ?? all.find((path) => splitOf(path) === splitOf(abstracts));
}

const partnerOf = (tree: Tree, abstracts: string): string =>
  partnerIn(tree, abstracts) ??
  refuse("file-missing", partnerName(abstracts), undefined, `the folder has no annotations of ${abstracts}`);

async function mentionsIn(tree: Tree, file: string): Promise<Map<string, TableRow[]>> {
  const mentions = new Map<string, TableRow[]>();
  for (const row of ofWidth(tsvRows(await readText(tree, file)), file, [6], "PMID, T or A, start, end, text and type")) {
    const id = row.cells[0]?.trim() ?? "";
    mentions.set(id, [...(mentions.get(id) ?? []), row]);
  }
  return mentions;
}

/** A row's mention, counted from its own part of the text. */
function mentionOf({ cells, line }: TableRow, file: string, abstractAt: number): Mention {
  const [, part, from = "", to = "", said = "", type = ""] = cells;
  if (part !== "T" && part !== "A")
    return malformed(file, line, `column 2 is ${JSON.stringify(part)}, expected T (title) or A (abstract)`);
  const [start, end] = [from, to].map((cell) =>
    /^\d+$/.test(cell.trim()) ? Number(cell) : malformed(file, line, `the offset ${JSON.stringify(cell)} is no whole number`),
  ) as [number, number];
  return { file, line, base: part === "T" ? 0 : abstractAt, start, end, said, type: type.trim(), keys: [] };
}
