// Ontologies as OBO Graphs, the JSON that is made of OBO: the same terms and edges, with addresses for ids. Knows no store.

import type { EdgeProvenance } from "../topic.ts";
import type { GraphSink, Step } from "./graph-source.ts";
import { type JsonItem, jsonItems } from "./json-items.ts";
import { licenceAt, type Ontology, originOf, synonymsOf } from "./obo-terms.ts";
import { stemOf } from "./paths.ts";
import type { TextFile } from "./text-pieces.ts";

/** Tells an ontology's JSON by its beginning. */
export const isOboGraphs = (text: string): boolean =>
  /^\s*\{\s*"(@context|graphs|meta)"\s*:/.test(text) && /"graphs"\s*:\s*\[/.test(text);

/** Three readings: the ontology's own licence and namespace may stand below its nodes, and edges lead to nodes further down. */
export function oboGraphSteps(role: string, provenance: EdgeProvenance): readonly Step[] {
  const known = new Map<TextFile, Known>();
  return [
    { role, read: (file) => readOntology(file, known) },
    { role, read: (file, sink) => readNodes(file, sink, known.get(file) as Known, provenance) },
    { role, read: (file, sink) => readEdges(file, sink, known.get(file) as Known, provenance) },
  ];
}

/** Knowledge of one file that its later readings need. */
interface Known {
  readonly ontology: Ontology;
  /** Names of relations by the addresses of their properties. */
  readonly relations: Map<string, string>;
  /** Namespaces of the terms that name one. */
  readonly namespaces: Map<string, string>;
}

interface Meta {
  readonly basicPropertyValues?: unknown;
  readonly deprecated?: unknown;
  readonly synonyms?: unknown;
  readonly xrefs?: unknown;
}

const within = "graphs";

async function* readOntology(file: TextFile, known: Map<TextFile, Known>): AsyncGenerator<number, void> {
  let [id, meta]: [string, Meta | undefined] = ["", undefined];
  for await (const { items, bytes } of jsonItems(file, { within, arrays: [], values: ["id", "meta"] })) {
    for (const { array, value } of items) {
      if (array === "id") id ||= textOf(value);
      else meta ??= objectOf(value);
    }
    yield bytes;
  }
  const licence = propertyOf(meta, (name) => /licen[cs]e$/i.test(name)).map(licenceAt);
  const [namespace = ""] = propertyOf(meta, (name) => name === "default-namespace");
  const name = id.includes("/") ? stemOf(id) : id; // "http://purl.obolibrary.org/obo/doid.owl" is "doid"
  const ontology = { name, namespace, licence: licence.find((one) => one !== "") ?? "" };
  known.set(file, { ontology, relations: new Map(ownRelations), namespaces: new Map() });
}

/** Relations that OBO itself defines, so that a file may use them without a property of its own. */
const ownRelations: readonly (readonly [string, string])[] = [
  ["BFO:0000050", "part_of"],
  ["BFO:0000051", "has_part"],
];

async function* readNodes(
  file: TextFile,
  sink: GraphSink,
  known: Known,
  provenance: EdgeProvenance,
): AsyncGenerator<number, void> {
  for await (const { items, bytes } of jsonItems(file, { within, arrays: ["nodes"] })) {
    for (const item of items) readNode(item, file.name, sink, known, provenance);
    yield bytes;
  }
}

function readNode({ value, line }: JsonItem, file: string, sink: GraphSink, known: Known, provenance: EdgeProvenance): void {
  const node = objectOf(value);
  const [id, name, meta] = [idOf(textOf(node.id)), textOf(node.lbl), objectOf(node.meta) as Meta];
  if (id === "") return sink.broken('a node lacks its "id"', { file, line });
  if (node.type === "PROPERTY") {
    const [shorthand] = propertyOf(meta, (one) => one === "shorthand");
    known.relations.set(id, shorthand || name.replaceAll(" ", "_") || id);
    return;
  }
  // Individuals are no terms, and a node without type and name is a term of another ontology that an edge leads to.
  if (node.type === "INDIVIDUAL" || (node.type === undefined && name === "")) return;
  if (meta.deprecated === true) return sink.leaveNode(id, "obsolete");
  const [namespace = ""] = propertyOf(meta, (one) => one === "hasOBONamespace");
  if (namespace !== "") known.namespaces.set(id, namespace);
  const exact = listOf(meta.synonyms).filter(({ pred }) => pred === "hasExactSynonym");
  const synonyms = synonymsOf(
    name,
    exact.map(({ val }) => textOf(val)),
  );
  const xrefs = listOf(meta.xrefs).map(({ val }) => textOf(val).split(" ")[0] as string);
  const origin = originOf(id, namespace, known.ontology, provenance);
  sink.node({ id, name, ...origin, synonyms, xrefs: [...new Set(xrefs.filter((one) => one !== ""))] }, { file, line });
}

async function* readEdges(
  file: TextFile,
  sink: GraphSink,
  known: Known,
  provenance: EdgeProvenance,
): AsyncGenerator<number, void> {
  for await (const { items, bytes } of jsonItems(file, { within, arrays: ["edges"] })) {
    for (const { value, line } of items) {
      const at = { file: file.name, line };
      const edge = objectOf(value);
      const [head, tail, pred] = [idOf(textOf(edge.sub)), idOf(textOf(edge.obj)), idOf(textOf(edge.pred))];
      const lacking = head === "" ? "sub" : tail === "" ? "obj" : pred === "" ? "pred" : undefined;
      if (lacking) sink.broken(`an edge lacks its "${lacking}"`, at);
      else if (sink.has(head)) {
        const { source, licence } = originOf(head, known.namespaces.get(head) ?? "", known.ontology, provenance);
        sink.edge({ head, relation: known.relations.get(pred) ?? pred, tail, source, licence }, at);
      }
    }
    yield bytes;
  }
}

/** "http://purl.obolibrary.org/obo/DOID_1438" is "DOID:1438", and ".../obo/doid#derives_from" is "derives_from"; other addresses stay. */
export function idOf(address: string): string {
  const [, prefix, own] = /^https?:\/\/purl\.obolibrary\.org\/obo\/([A-Za-z][\w.-]*)_([^/#_]+)$/.exec(address) ?? [];
  if (prefix !== undefined && own !== undefined) return `${prefix}:${own}`;
  const [, local] = /^https?:\/\/purl\.obolibrary\.org\/obo\/[\w.-]+#_?([\w-]+)$/.exec(address) ?? [];
  const [, vocabulary, number] = /[/#]([A-Za-z]+)_(\d+)$/.exec(address) ?? [];
  return local ?? (vocabulary === undefined ? address : `${vocabulary}:${number}`);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.replace(/\s+/g, " ").trim() : "");

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(objectOf) : [];

/** Values of the properties whose name, the end of their address, is wanted. */
function propertyOf(meta: Meta | undefined, isWanted: (name: string) => boolean): string[] {
  return listOf(meta?.basicPropertyValues)
    .filter(({ pred }) => isWanted(textOf(pred).replace(/^.*[/#:]/, "")))
    .map(({ val }) => textOf(val));
}
