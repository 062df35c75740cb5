// Ontologies in the OBO format, or in the JSON that is made of it: terms with synonyms and ids elsewhere, their places and relationships. Knows no store.

import type { EdgeProvenance } from "../topic.ts";
import type { FileHead, GraphSink, GraphSource } from "./graph-source.ts";
import { isOboGraphs, oboGraphSteps } from "./obo-graphs.ts";
import { licenceAt, type Ontology, originOf, synonymsOf } from "./obo-terms.ts";
import { nameOf, stemOf } from "./paths.ts";
import { tableRows } from "./table-rows.ts";
import type { TextFile } from "./text-pieces.ts";

export const oboSource: GraphSource = {
  name: "OBO",
  strict: false,
  role({ file, text }: FileHead) {
    if (isOboGraphs(text)) return "graphs";
    const isObo =
      /^\s*format-version:/.test(text) || /^\[Term\]\s*$/m.test(text) || /\.obo(\.gz|\.bz2)?$/i.test(nameOf(file.name));
    return isObo ? "ontology" : undefined;
  },
  /** Their makers give out both forms under one name. */
  choose(files) {
    const written = new Set((files.get("ontology") ?? []).map(({ file }) => stemOf(file.name)));
    const graphs = (files.get("graphs") ?? []).filter(({ file }) => !written.has(stemOf(file.name)));
    return new Map([...files, ["graphs", graphs]]);
  },
  missing: () => undefined,
  steps: (provenance) => [
    { role: "ontology", read: (file, sink) => readTerms(file, sink, provenance, takeNode) },
    ...oboGraphSteps("graphs", provenance),
    { role: "ontology", read: (file, sink) => readTerms(file, sink, provenance, takeEdges) },
  ],
};

interface Term {
  readonly line: number;
  /** Values of each tag, with their lines. */
  readonly tags: Map<string, { readonly value: string; readonly line: number }[]>;
}

type TakeTerm = (term: Term, header: Term, file: string, sink: GraphSink, provenance: EdgeProvenance) => void;

const value = ({ tags }: Term, tag: string): string => tags.get(tag)?.[0]?.value ?? "";

/** Terms one by one; other stanzas are passed over. */
async function* readTerms(
  file: TextFile,
  sink: GraphSink,
  provenance: EdgeProvenance,
  take: TakeTerm,
): AsyncGenerator<number, void> {
  const header: Term = { line: 1, tags: new Map() };
  let open: Term | undefined = header;
  const close = () => {
    if (open && open !== header) take(open, header, file.name, sink, provenance);
    open = undefined;
  };
  for await (const { rows, bytes } of tableRows(file, () => "\n", "\n")) {
    for (const { cells, line } of rows) {
      const text = (cells[0] as string).trim();
      if (text.startsWith("[")) {
        close();
        if (/^\[Term\]/i.test(text)) open = { line, tags: new Map() };
      } else if (open && !text.startsWith("!")) readTag(text, line, open, file.name, take === takeNode ? sink : undefined);
    }
    yield bytes;
  }
  close();
}

function readTag(text: string, line: number, { tags }: Term, file: string, sink: GraphSink | undefined): void {
  const colon = text.indexOf(":");
  if (colon <= 0) {
    sink?.broken(`neither a stanza nor "tag: value" but "${text.slice(0, 40)}"`, { file, line });
    return;
  }
  const tag = text.slice(0, colon);
  const values = tags.get(tag) ?? [];
  values.push({ value: text.slice(colon + 1).trim(), line });
  tags.set(tag, values);
}

/** A value without its modifiers in braces, which may be quoted, and its comment. */
const bare = (text: string): string =>
  text
    .replace(/\s+![^"]*$/, "")
    .replace(/\s+\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}$/, "")
    .trim();

/** A value that is made of ids: whatever follows them, quotes and braces included, is modifiers or a comment. */
const idsIn = (text: string): string => text.replace(/(?:^|\s+)[!{].*$/, "").trim();

const plain = (text: string): string =>
  text
    .replace(/\\n|\\t|\\W/g, " ")
    .replace(/\\(.)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

/** The ontology as its header tells of it. */
function ontologyOf(header: Term): Ontology {
  const lines = [...header.tags.values()].flat().map((tag) => tag.value);
  return {
    name: value(header, "ontology"),
    namespace: value(header, "default-namespace"),
    licence: licenceAt(lines.find((text) => /licen[cs]e/i.test(text) && /creativecommons\.org/i.test(text)) ?? ""),
  };
}

const termOrigin = (id: string, term: Term, header: Term, provenance: EdgeProvenance) =>
  originOf(id, value(term, "namespace"), ontologyOf(header), provenance);

function takeNode(term: Term, header: Term, file: string, sink: GraphSink, provenance: EdgeProvenance): void {
  const [id, at] = [idsIn(value(term, "id")), { file, line: term.line }];
  if (id === "") return sink.broken("a term without an id", at);
  if (/^true\b/.test(value(term, "is_obsolete"))) return sink.leaveNode(id, "obsolete");
  const name = plain(bare(value(term, "name")));
  const synonyms = synonymsOf(
    name,
    (term.tags.get("synonym") ?? []).flatMap((tag) => exactSynonym(tag.value)),
  );
  const xrefs = (term.tags.get("xref") ?? []).map((tag) => bare(tag.value).split(/\s/)[0] as string).filter((of) => of !== "");
  sink.node({ id, name, ...termOrigin(id, term, header, provenance), synonyms, xrefs: [...new Set(xrefs)] }, at);
}

/** Narrower, broader and related synonyms name something else. */
function exactSynonym(text: string): string[] {
  const [, quoted, scope] = /^"((?:[^"\\]|\\.)*)"\s*([A-Z]+)?/.exec(text) ?? [];
  return scope === "EXACT" ? [plain(quoted ?? "")] : [];
}

function takeEdges(term: Term, header: Term, file: string, sink: GraphSink, provenance: EdgeProvenance): void {
  const head = idsIn(value(term, "id"));
  if (head === "" || !sink.has(head)) return; // it was told of in the first reading
  const { source, licence } = termOrigin(head, term, header, provenance);
  for (const tag of term.tags.get("is_a") ?? []) {
    const tail = idsIn(tag.value);
    if (tail === "") sink.broken("is_a names no term", { file, line: tag.line });
    else sink.edge({ head, relation: "is_a", tail, source, licence }, { file, line: tag.line });
  }
  for (const tag of term.tags.get("relationship") ?? []) {
    const [relation = "", tail = ""] = idsIn(tag.value).split(/\s+/);
    if (relation === "" || tail === "") sink.broken("a relationship needs a relation and a term", { file, line: tag.line });
    else sink.edge({ head, relation, tail, source, licence }, { file, line: tag.line });
  }
}
