// Ontologies in the OBO format: terms with synonyms and ids elsewhere, their places and relationships. Knows no store.

import { notStated } from "../graph-files.ts";
import { isNoName } from "../name-words.ts";
import type { EdgeProvenance } from "../topic.ts";
import type { FileHead, GraphSink, GraphSource } from "./graph-source.ts";
import { nameOf } from "./paths.ts";
import { tableRows } from "./table-rows.ts";
import type { TextFile } from "./text-pieces.ts";

/** Ontologies by the prefix of their ids: the type of their terms, their name and their terms of use. */
const ontologies: Readonly<Record<string, { readonly type: string; readonly name: string; readonly licence: string }>> = {
  DOID: { type: "Disease", name: "Disease Ontology", licence: "CC0-1.0" },
  MONDO: { type: "Disease", name: "Mondo", licence: "CC-BY-4.0" },
  HP: { type: "Symptom", name: "Human Phenotype Ontology", licence: "Human Phenotype Ontology's own terms" },
  SYMP: { type: "Symptom", name: "Symptom Ontology", licence: "CC0-1.0" },
  UBERON: { type: "Anatomy", name: "Uberon", licence: "CC-BY-3.0" },
  CHEBI: { type: "Chemical", name: "ChEBI", licence: "CC-BY-4.0" },
  CL: { type: "Cell", name: "Cell Ontology", licence: "CC-BY-4.0" },
};

/** Types by the namespaces of the Gene Ontology. */
const namespaces: Readonly<Record<string, string>> = {
  biological_process: "Biological process",
  molecular_function: "Molecular function",
  cellular_component: "Cellular component",
};

export const oboSource: GraphSource = {
  name: "OBO",
  strict: false,
  role: ({ file, text }: FileHead) =>
    /^\s*format-version:/.test(text) || /^\[Term\]\s*$/m.test(text) || /\.obo(\.gz|\.bz2)?$/i.test(nameOf(file.name))
      ? "ontology"
      : undefined,
  missing: () => undefined,
  steps: (provenance) => [
    { role: "ontology", read: (file, sink) => readTerms(file, sink, provenance, takeNode) },
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

/** A value without its modifiers in braces and its comment. */
const bare = (text: string): string =>
  text
    .replace(/\s+![^"]*$/, "")
    .replace(/\s+\{[^{}]*\}$/, "")
    .trim();

const plain = (text: string): string =>
  text
    .replace(/\\n|\\t|\\W/g, " ")
    .replace(/\\(.)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

function licenceOf(header: Term): string | undefined {
  const lines = [...header.tags.values()].flat().map((tag) => tag.value);
  const line = lines.find((text) => /licen[cs]e/i.test(text) && /creativecommons\.org/i.test(text));
  const [, kind, version] = /creativecommons\.org\/(?:licenses|publicdomain)\/([a-z-]+)\/([\d.]+)/i.exec(line ?? "") ?? [];
  if (!kind || !version) return undefined;
  return kind.toLowerCase() === "zero" ? `CC0-${version}` : `CC-${kind.toUpperCase()}-${version}`;
}

function originOf(id: string, term: Term, header: Term, provenance: EdgeProvenance) {
  const prefix = id.includes(":") ? id.slice(0, id.indexOf(":")) : "";
  const own = value(header, "ontology");
  const known = ontologies[prefix] ?? ontologies[own.toUpperCase()];
  const namespace = value(term, "namespace") || value(header, "default-namespace");
  const licence = licenceOf(header) ?? known?.licence ?? provenance.licence;
  return {
    type: ontologies[prefix]?.type ?? namespaces[namespace] ?? (namespace || prefix || own || "Term"),
    source: known?.name ?? (own === "" ? provenance.source : own),
    licence: licence === "" ? notStated : licence,
  };
}

function takeNode(term: Term, header: Term, file: string, sink: GraphSink, provenance: EdgeProvenance): void {
  const [id, at] = [bare(value(term, "id")), { file, line: term.line }];
  if (id === "") return sink.broken("a term without an id", at);
  if (/^true\b/.test(value(term, "is_obsolete"))) return sink.leaveNode(id, "obsolete");
  const name = plain(bare(value(term, "name")));
  const synonyms = new Map((term.tags.get("synonym") ?? []).flatMap((tag) => exactSynonym(tag.value)));
  synonyms.delete(name.toLowerCase());
  const xrefs = (term.tags.get("xref") ?? []).map((tag) => bare(tag.value).split(/\s/)[0] as string).filter((of) => of !== "");
  sink.node(
    { id, name, ...originOf(id, term, header, provenance), synonyms: [...synonyms.values()], xrefs: [...new Set(xrefs)] },
    at,
  );
}

/** Narrower, broader and related synonyms name something else. */
function exactSynonym(text: string): [string, string][] {
  const [, quoted, scope] = /^"((?:[^"\\]|\\.)*)"\s*([A-Z]+)?/.exec(text) ?? [];
  const name = plain(quoted ?? "");
  return scope === "EXACT" && !isNoName(name) ? [[name.toLowerCase(), name]] : [];
}

function takeEdges(term: Term, header: Term, file: string, sink: GraphSink, provenance: EdgeProvenance): void {
  const head = bare(value(term, "id"));
  if (head === "" || !sink.has(head)) return; // it was told of in the first reading
  const { source, licence } = originOf(head, term, header, provenance);
  for (const tag of term.tags.get("is_a") ?? []) {
    const tail = bare(tag.value);
    if (tail === "") sink.broken("is_a names no term", { file, line: tag.line });
    else sink.edge({ head, relation: "is_a", tail, source, licence }, { file, line: tag.line });
  }
  for (const tag of term.tags.get("relationship") ?? []) {
    const [relation = "", tail = ""] = bare(tag.value).split(/\s+/);
    if (relation === "" || tail === "") sink.broken("a relationship needs a relation and a term", { file, line: tag.line });
    else sink.edge({ head, relation, tail, source, licence }, { file, line: tag.line });
  }
}
