// ChemProt of BioCreative VI: abstracts, entities and relations in tables that belong together. Knows no disk.

import type { Format, Split, Tree } from "./format.ts";
import { chemprotGroups, servesChemprot } from "./reading/chemprot-groups.ts";
import { Collection } from "./reading/collection.ts";
import { addDocument, DocumentIds, type Mention, type Relation } from "./reading/documents.ts";
import { labelNamed } from "./reading/labels.ts";
import { extensionOf, folderOf, nameOf, splitOf } from "./reading/paths.ts";
import { ofWidth, type TableRow, tsvRows } from "./reading/table.ts";
import { malformed, readText, refuse } from "./reading/text-file.ts";

const kinds = ["abstracts", "entities", "relations", "gold_standard"] as const;
type Kind = (typeof kinds)[number];
const kindOf = (path: string): Kind | undefined => kinds.find((kind) => nameOf(path).toLowerCase().includes(kind));

/** Tells the test set with its annotations from the one that was given out without. */
const isGold = (path: string): boolean => /_gs\b/i.test(nameOf(path));

export const chemprot: Format = {
  id: "chemprot",
  name: "ChemProt's tsv files",
  files: "chemprot_{training,development,test}_{abstracts,entities,relations}.tsv",
  extensions: [],
  serves: servesChemprot,
  fits(heads) {
    const own = [...heads].filter(([path, head]) => extensionOf(path) === "tsv" && kindOf(path) && /^\uFEFF?\d+\t/.test(head));
    return own.some(([path]) => kindOf(path) === "entities") ? own.map(([path]) => path) : [];
  },
  claims: (path) => extensionOf(path) === "tsv" && /chemprot/i.test(nameOf(path)) && kindOf(path) !== undefined,
  async read(tree, task) {
    const rows = new Collection(task);
    const ofSet = (split: Split, kind: Kind): string | undefined => {
      const [first, ...others] = [...tree.keys()]
        .filter((path) => kindOf(path) === kind && splitOf(path) === split)
        .sort((a, b) => Number(isGold(b)) - Number(isGold(a)));
      for (const other of others) rows.remark(`${other} was passed over: ${first} is of the same set.`);
      return first;
    };
    for (const split of [...new Set([...tree.keys()].map(splitOf))]) {
      const paths = Object.fromEntries(kinds.map((kind) => [kind, ofSet(split, kind)])) as Readonly<
        Record<Kind, string | undefined>
      >;
      const sibling = Object.values(paths).find((path) => path !== undefined) as string;
      const need = (kind: Kind): string => paths[kind] ?? missing(sibling, kind);
      const [abstracts, entities, relations] = [
        need("abstracts"),
        need("entities"),
        paths.relations ?? paths.gold_standard ?? missing(sibling, "relations"),
      ];
      rows.open(split, abstracts);
      const mentions = await mentionsIn(tree, entities);
      const stated = await relationsIn(tree, relations, rows, mentions);
      await addAbstracts(rows, split, tree, abstracts, mentions, stated);
    }
    rows.remark(
      "Abstracts were cut into sentences; each pair of a chemical and a gene in one sentence that has a stated relation is an example.",
    );
    return rows.finish();
  },
};

function missing(sibling: string, kind: Kind): never {
  const found = kindOf(sibling) as Kind;
  const name = nameOf(sibling).replace(new RegExp(found, "i"), kind);
  return refuse("file-missing", name, undefined, `${folderOf(sibling) || "the folder"} has no ${name} beside ${nameOf(sibling)}`);
}

type ByDocument<T> = Map<string, T[]>;

function put<T>(map: ByDocument<T>, id: string, value: T): void {
  const known = map.get(id);
  if (known) known.push(value);
  else map.set(id, [value]);
}

async function addAbstracts(
  rows: Collection,
  split: Split,
  tree: Tree,
  file: string,
  mentions: ByDocument<Mention>,
  relations: ByDocument<Relation>,
): Promise<void> {
  const ids = new DocumentIds(rows);
  for (const { cells, line } of ofWidth(tsvRows(await readText(tree, file)), file, [3], "PMID, title and abstract")) {
    const [id = "", title = "", abstract = ""] = cells;
    const text = `${title} ${abstract}`;
    const sections = [
      { start: 0, end: title.length },
      { start: title.length + 1, end: text.length },
    ];
    const document = {
      file,
      line,
      text,
      sections,
      mentions: mentions.get(id) ?? [],
      relations: relations.get(id) ?? [],
      closed: false,
    };
    mentions.delete(id);
    if (ids.add(id, document)) addDocument(rows, split, document);
  }
  const [lost] = mentions;
  if (lost) malformed(lost[1][0]?.file as string, lost[1][0]?.line, `${file} has no abstract of the document ${lost[0]}`);
}

async function mentionsIn(tree: Tree, file: string): Promise<ByDocument<Mention>> {
  const mentions: ByDocument<Mention> = new Map();
  const seen = new Map<string, number>();
  for (const { cells, line } of ofWidth(tsvRows(await readText(tree, file)), file, [6], "PMID, id, type, start, end and text")) {
    const [document = "", id = "", type = "", from = "", to = "", said = ""] = cells;
    const before = seen.get(`${document} ${id}`);
    if (before !== undefined) malformed(file, line, `the entity ${id} of ${document} stands on line ${before} already`);
    seen.set(`${document} ${id}`, line);
    const offset = (cell: string): number =>
      /^\d+$/.test(cell.trim()) ? Number(cell) : malformed(file, line, `the offset ${JSON.stringify(cell)} is no whole number`);
    put(mentions, document, { file, line, start: offset(from), end: offset(to), said, type: type.trim(), keys: [id] });
  }
  return mentions;
}

/** Rows of relations.tsv (six columns) or of gold_standard.tsv (four). */
async function relationsIn(
  tree: Tree,
  file: string,
  rows: Collection,
  mentions: ByDocument<Mention>,
): Promise<ByDocument<Relation>> {
  const relations: ByDocument<Relation> = new Map();
  for (const row of ofWidth(tsvRows(await readText(tree, file)), file, [4, 6], "PMID, group, ..., Arg1:id and Arg2:id")) {
    const { cells, line } = row;
    const [document = "", group = ""] = cells;
    const [a, b] = [argument(row, file, 1), argument(row, file, 2)];
    for (const id of [a, b]) {
      if (!mentions.get(document)?.some(({ keys }) => keys.includes(id)))
        malformed(file, line, `the document ${document} has no entity ${id}`);
    }
    if (!/^CPR:(?:10|\d)$/.test(group.trim()))
      refuse("unknown-label", file, line, `${JSON.stringify(group)} is no group of ChemProt; expected CPR:0 to CPR:10`, {
        got: group,
        expected: "CPR:0 to CPR:10",
      });
    const label = labelNamed(rows.task, chemprotGroups, group);
    if (label === undefined) rows.count("other-label", group.trim());
    put(relations, document, { file, line, label, ends: [[a], [b]] });
  }
  return relations;
}

function argument({ cells, line }: TableRow, file: string, number: 1 | 2): string {
  const cell = cells[cells.length - 3 + number] ?? "";
  const [, id] = new RegExp(`^Arg${number}:(\\S+)\\s*$`).exec(cell) ?? [];
  return id ?? malformed(file, line, `expected Arg${number}:id, got ${JSON.stringify(cell)}`);
}
