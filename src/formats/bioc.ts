// BioC, as xml or JSON: documents of passages, annotations with absolute places, relations between concepts. Knows no disk.

import type { Format } from "./format.ts";
import { labelled } from "./reading/annotated.ts";
import { biocElements } from "./reading/bioc-json.ts";
import { Collection } from "./reading/collection.ts";
import { conceptsOf } from "./reading/concepts.ts";
import {
  addDocument,
  type CorpusDocument,
  cutRemark,
  DocumentIds,
  documentShapes,
  type Mention,
  type Relation,
} from "./reading/documents.ts";
import { layoutOf, type Passage } from "./reading/passages.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";
import { childNamed, childrenNamed, type Element, readXml } from "./reading/xml.ts";

const isJson = (path: string): boolean => /^jsonl?$/.test(extensionOf(path));

/** Fields of BigBio's documents, which have passages too. */
const isBigBio = /"(?:coreferences|offsets)"\s*:/;

export const bioc: Format = {
  id: "bioc",
  name: "BioC",
  files: "xml with <collection>, <document> and <passage>, or JSON with documents and passages",
  extensions: ["xml"],
  serves: (task) => documentShapes.includes(task.shape),
  fits: (heads) =>
    [...heads]
      .filter(([path, head]) =>
        extensionOf(path) === "xml"
          ? /<collection[\s>]/.test(head)
          : isJson(path) && /"passages"\s*:/.test(head) && !isBigBio.test(head),
      )
      .map(([path]) => path),
  claims: (path) => (extensionOf(path) === "xml" || isJson(path)) && /bioc/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    const ids = new DocumentIds(rows);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const text = await readText(tree, file);
      const root = isJson(file) ? biocElements(text, file) : readXml(text, file);
      if (root.name !== "collection") malformed(file, root.line, `the document is a <${root.name}>, expected a <collection>`);
      for (const element of childrenNamed(root, "document")) {
        const document = readDocument(rows, file, element);
        const id = childNamed(element, "id")?.text.trim() ?? malformed(file, element.line, "a document has no <id>");
        if (ids.add(id, document, split)) addDocument(rows, split, document);
      }
    }
    rows.remark(cutRemark(task));
    return rows.finish();
  },
};

const infonsOf = (element: Element): Readonly<Record<string, string>> =>
  Object.fromEntries(childrenNamed(element, "infon").map((infon) => [infon.attributes.key ?? "", infon.text.trim()]));

function readDocument(rows: Collection, file: string, element: Element): CorpusDocument {
  const passages = childrenNamed(element, "passage").flatMap((passage) => passagesIn(passage, file));
  const parts = [
    element,
    ...childrenNamed(element, "passage").flatMap((passage) => [passage, ...childrenNamed(passage, "sentence")]),
  ];
  const mentions = parts.flatMap((part, i) =>
    childrenNamed(part, "annotation").flatMap((annotation) => mentionIn(rows, file, annotation, i)),
  );
  const relations = parts.flatMap((part, i) => {
    const own = new Set(childrenNamed(part, "annotation").map(({ attributes }) => attributes.id));
    const keyOf = (id: string): string => (own.has(id) ? keyIn(i, id) : keyIn("", id));
    return childrenNamed(part, "relation").flatMap((relation) => relationIn(rows, file, relation, keyOf));
  });
  return { file, line: element.line, ...layoutOf(passages, mentions), mentions, relations, closed: true };
}

function passagesIn(passage: Element, file: string): Passage[] {
  const own = childNamed(passage, "text") ? [passage] : childrenNamed(passage, "sentence");
  return own.map((part) => {
    const offset = Number(childNamed(part, "offset")?.text.trim() ?? Number.NaN);
    if (!Number.isInteger(offset) || offset < 0)
      malformed(file, part.line, `a <${part.name}> has no whole number as its <offset>`);
    return { offset, text: childNamed(part, "text")?.text ?? "" };
  });
}

/** Name of an annotation among all of its document, or in one part alone: ids may begin anew in each passage. */
const keyIn = (part: number | "", id: string): string => `${part}#${id}`;

function mentionIn(rows: Collection, file: string, annotation: Element, part: number): Mention[] {
  const { line } = annotation;
  const { type = "", MESH, identifier, CompositeRole } = infonsOf(annotation);
  if (CompositeRole === "IndividualMention" || type === "MeSH_Indexing_Chemical") {
    rows.count(type === "MeSH_Indexing_Chemical" ? "index-term" : "part");
    return [];
  }
  const locations = childrenNamed(annotation, "location");
  if (type === "") malformed(file, line, 'an <annotation> has no <infon key="type">');
  if (locations.length === 0) malformed(file, line, "an <annotation> has no <location>");
  if (locations.length > 1) {
    rows.countAt("fragments", { file, line });
    return [];
  }
  const [offset, length] = ["offset", "length"].map((name) => {
    const value = locations[0]?.attributes[name] ?? "";
    return /^\d+$/.test(value)
      ? Number(value)
      : malformed(file, line, `the ${name} ${JSON.stringify(value)} of a <location> is no whole number`);
  }) as [number, number];
  const said = childNamed(annotation, "text")?.text;
  return [
    {
      file,
      line,
      start: offset,
      end: offset + length,
      ...(said === undefined ? {} : { said }),
      type,
      keys: [
        ...conceptsOf(MESH ?? identifier ?? ""),
        ...(annotation.attributes.id ? [keyIn("", annotation.attributes.id), keyIn(part, annotation.attributes.id)] : []),
      ],
    },
  ];
}

/** Between two concepts, as CDR and BioRED state it, or between two annotations; one between more of them gets no label. */
function relationIn(rows: Collection, file: string, element: Element, keyOf: (id: string) => string): Relation[] {
  if (rows.task.shape !== "relation") return [];
  const at = { file, line: element.line };
  const { relation, type, Chemical, Disease, entity1 = Chemical, entity2 = Disease } = infonsOf(element);
  const nodes = childrenNamed(element, "node").flatMap(({ attributes }) => (attributes.refid ? [keyOf(attributes.refid)] : []));
  const concepts = [conceptsOf(entity1 ?? ""), conceptsOf(entity2 ?? "")] as const;
  if (concepts.every((ids) => ids.length > 0)) return labelled(rows, [{ ...at, name: relation ?? type, ends: concepts }]);
  const [a, b] = nodes;
  if (nodes.length === 2 && a !== undefined && b !== undefined)
    return labelled(rows, [{ ...at, name: relation ?? type, ends: [[a], [b]] }]);
  rows.countAt("no-ends", at);
  return [{ ...at, label: undefined, ends: [nodes, nodes] }];
}
