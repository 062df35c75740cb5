// PubTator's documents: title and abstract, mentions with offsets, relations between concepts. BC5CDR, CDR and NCBI come so. Knows no disk.

import type { At, Format } from "./format.ts";
import { labelled } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import { conceptsOf } from "./reading/concepts.ts";
import { addDocument, cutRemark, DocumentIds, documentShapes, type Mention, type Relation } from "./reading/documents.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";

/** The `s` flag: a text may hold a line separator of Unicode, which ends no line here. */
const sectionLine = /^([^|\t]+)\|([a-z])\|(.*)$/s;

export const pubtator: Format = {
  id: "pubtator",
  name: "PubTator",
  files: "documents as PubTator writes them (PMID|t|..., PMID|a|..., a mention a line)",
  extensions: ["txt", "pubtator"],
  serves: (task) => documentShapes.includes(task.shape),
  fits: (heads) => [...heads].filter(([, head]) => /^\uFEFF?\s*[^\s|]+\|t\|/.test(head)).map(([path]) => path),
  claims: (path) => /pubtator|corpus\.txt$/i.test(path) && ["txt", "pubtator"].includes(extensionOf(path)),
  async read(tree, task) {
    const rows = new Collection(task);
    const ids = new DocumentIds(rows);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      if (ncbiClass.test(text)) rows.corpora.add("ncbi-disease");
      for (const block of blocksOf(text)) {
        const { id, document } = readDocument(rows, file, block);
        if (ids.add(id, document, split)) addDocument(rows, split, document);
      }
    }
    rows.remark(cutRemark(task));
    return rows.finish();
  },
};

/** Classes of diseases that NCBI's corpus alone has. */
const ncbiClass = /\t(?:SpecificDisease|DiseaseClass|CompositeMention)\b/;

interface Numbered {
  readonly text: string;
  readonly line: number;
}

/** Lines of each document: they end at a blank line, or where another title begins. */
function blocksOf(text: string): Numbered[][] {
  const blocks: Numbered[][] = [];
  let open: Numbered[] | undefined;
  for (const [i, content] of text.split("\n").entries()) {
    if (content.trim() === "") open = undefined;
    else if (open && sectionLine.exec(content)?.[2] !== "t") open.push({ text: content, line: i + 1 });
    else blocks.push((open = [{ text: content, line: i + 1 }]));
  }
  return blocks;
}

function readDocument(rows: Collection, file: string, block: readonly Numbered[]) {
  const first = block[0] as Numbered;
  const title = sectionLine.exec(first.text);
  if (title?.[2] !== "t")
    return malformed(file, first.line, `expected a title (PMID|t|...), got ${JSON.stringify(first.text.slice(0, 60))}`);
  const second = block[1] && sectionLine.exec(block[1].text);
  if (second?.[2] !== "a") {
    return malformed(file, (block[1] ?? first).line, `the document ${title[1]} has no abstract (PMID|a|...) after its title`);
  }
  const id = title[1] as string;
  const [head, abstract] = [title[3] as string, second[3] as string];
  const text = `${head} ${abstract}`;
  const mentions: Mention[] = [];
  const relations: Relation[] = [];
  for (const row of [block[1] as Numbered, ...block.slice(2)]) {
    const at = { file, line: row.line };
    const own = row === block[1] ? second[1] : row.text.split("\t")[0];
    if (own !== id) return malformed(file, row.line, `the row is of the document ${JSON.stringify(own)}, inside of ${id}`);
    if (row === block[1]) continue;
    const cells = row.text.split("\t");
    if (/^\s*-?\d/.test(cells[1] ?? "")) mentions.push(readMention(at, cells));
    else if (cells.length >= 4) relations.push(...readRelation(rows, at, cells));
    else return malformed(file, row.line, `${cells.length} columns: a mention has 5 to 7, a relation 4`);
  }
  const sections = [
    { start: 0, end: head.length },
    { start: head.length + 1, end: text.length },
  ];
  return { id, document: { file, line: first.line, text, sections, mentions, relations, closed: true } };
}

function readMention(at: At, cells: readonly string[]): Mention {
  const [, from, to, said, type, concept = ""] = cells;
  if (from === undefined || to === undefined || said === undefined || !type?.trim() || cells.length > 8) {
    return malformed(at.file, at.line, `${cells.length} columns: a mention has 5 to 7 (PMID, start, end, text, type, concept)`);
  }
  return { ...at, start: offset(at, from), end: offset(at, to), said, type: type.trim(), keys: conceptsOf(concept) };
}

function offset({ file, line }: At, text: string): number {
  return /^\d+$/.test(text.trim())
    ? Number(text)
    : malformed(file, line, `the offset ${JSON.stringify(text)} is no whole number`);
}

function readRelation(rows: Collection, at: At, cells: readonly string[]): Relation[] {
  if (rows.task.shape !== "relation") return [];
  const [, name = "", first = "", second = ""] = cells;
  const ends = [conceptsOf(first), conceptsOf(second)] as const;
  const named = ends.every((concepts) => concepts.length > 0);
  if (!named) rows.countAt("no-ends", at);
  return named ? labelled(rows, [{ ...at, name, ends }]) : [];
}
