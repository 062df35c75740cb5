// A graph as files that others read: the two tables that an import takes, and JSON-LD. Knows no store and no page.

import { edgeRows, nodeRows } from "./graph/graph-rows.ts";
import { edgeColumns, nodeColumns, synonymSign } from "./graph-files.ts";
import type { StoredGraph } from "./graph-store.ts";
import type { GraphNode } from "./knowledge-graph.ts";

/** Each form of a graph, with its files. */
export const graphForms = { tsv: ["nodes.tsv", "edges.tsv"], jsonld: ["graph.jsonld"] } as const;
export type GraphForm = keyof typeof graphForms;

export interface FilePiece {
  readonly file: string;
  readonly text: string;
  /** Nodes or edges in it. */
  readonly rows: number;
}

/** Pieces of the files, in order: one file after another. */
export const graphPieces: Readonly<Record<GraphForm, (stored: StoredGraph) => AsyncGenerator<FilePiece, void>>> = {
  tsv: tables,
  jsonld: linkedData,
};

/** Tabs and line ends are what parts a table: within a cell they are spaces. A quote at the start would open a cell in quotes (RFC 4180). */
function cell(text: string): string {
  const plain = text.replace(/[\t\r\n]+/g, " ");
  return plain.startsWith('"') ? `"${plain.replaceAll('"', '""')}"` : plain;
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join("\t")}\n`;
const header = (columns: readonly { readonly names: readonly string[] }[]): string =>
  line(columns.map(({ names }) => names[0] as string));

/** Gives each node an id that no other has. Where several share one, their types go before it: "Gene:7". Asked once for each node. */
async function distinctIds(stored: StoredGraph): Promise<(node: GraphNode) => string> {
  const [taken, shared] = [new Set<string>(), new Set<string>()];
  for await (const rows of nodeRows(stored)) for (const { id } of rows) (taken.has(id) ? shared : taken).add(id);
  return ({ id, type }) => {
    if (!shared.has(id)) return id;
    let own = `${type}:${id}`;
    for (let count = 2; taken.has(own); count++) own = `${type}:${id}:${count}`;
    taken.add(own);
    return own;
  };
}

const listed = (parts: readonly string[] = []): string => parts.map((one) => one.replaceAll(synonymSign, "/")).join(synonymSign);

async function* tables(stored: StoredGraph): AsyncGenerator<FilePiece, void> {
  const [nodes, edges] = graphForms.tsv;
  const { id, type, name, source, licence, synonyms } = nodeColumns;
  yield { file: nodes, text: header([id, type, name, source, licence, synonyms, { names: ["xrefs"] }]), rows: 0 };
  const [ids, ownId] = [new Map<string, string>(), await distinctIds(stored)];
  for await (const rows of nodeRows(stored)) {
    let text = "";
    for (const node of rows) {
      const own = ownId(node);
      ids.set(node.key as string, own);
      text += line([own, node.type, node.name, node.source, node.licence, listed(node.synonyms), listed(node.xrefs)]);
    }
    yield { file: nodes, text, rows: rows.length };
  }
  yield {
    file: edges,
    text: header([edgeColumns.head, edgeColumns.relation, edgeColumns.tail, edgeColumns.source, edgeColumns.licence]),
    rows: 0,
  };
  for await (const rows of edgeRows(stored)) {
    const idOf = (key: string) => ids.get(key) as string;
    const text = rows.map(({ head, relation, tail, source, licence }) =>
      line([idOf(head), relation, idOf(tail), source, licence]),
    );
    yield { file: edges, text: text.join(""), rows: rows.length };
  }
}

/** Words of the vocabulary: RDF Schema, SKOS for other names, Dublin Core for source and licence. */
const context = {
  name: "http://www.w3.org/2000/01/rdf-schema#label",
  synonyms: { "@id": "http://www.w3.org/2004/02/skos/core#altLabel", "@container": "@set" },
  xrefs: { "@id": "http://www.geneontology.org/formats/oboInOwl#hasDbXref", "@container": "@set" },
  source: "http://purl.org/dc/terms/source",
  licence: "http://purl.org/dc/terms/license",
  head: { "@id": "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject", "@type": "@id" },
  relation: "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate",
  tail: { "@id": "http://www.w3.org/1999/02/22-rdf-syntax-ns#object", "@type": "@id" },
  Edge: "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement",
} as const;

/** A relative reference, whatever an id holds: no reader takes "DOID:4" or a space for a part of an address. */
const reference = (id: string): string => `#${encodeURIComponent(id)}`;

/** Nodes, then edges as statements, so that each keeps its source and licence. One entry a line: the file is valid JSON. */
async function* linkedData(stored: StoredGraph): AsyncGenerator<FilePiece, void> {
  const [file] = graphForms.jsonld;
  let next = `{"@context":${JSON.stringify(context)},"name":${JSON.stringify(stored.manifest.name)},"@graph":[\n`;
  const entry = (value: object): string => {
    const text = next + JSON.stringify(value);
    next = ",\n";
    return text;
  };
  const [ids, ownId] = [new Map<string, string>(), await distinctIds(stored)];
  for await (const rows of nodeRows(stored)) {
    let text = "";
    for (const node of rows) {
      const { key, id, type, name, source, licence, synonyms = [], xrefs = [] } = node;
      const own = ownId(node);
      ids.set(key as string, own);
      const more = { ...(synonyms.length > 0 ? { synonyms } : {}), ...(xrefs.length > 0 ? { xrefs } : {}) };
      text += entry({ "@id": reference(own), "@type": reference(type), identifier: id, type, name, source, licence, ...more });
    }
    yield { file, text, rows: rows.length };
  }
  for await (const rows of edgeRows(stored)) {
    const idOf = (key: string) => reference(ids.get(key) as string);
    const statement = ({ head, relation, tail, source, licence }: (typeof rows)[number]) =>
      entry({ "@type": "Edge", head: idOf(head), relation, tail: idOf(tail), source, licence });
    yield { file, text: rows.map(statement).join(""), rows: rows.length };
  }
  yield { file, text: `${next === ",\n" ? "" : next}\n]}\n`, rows: 0 };
}
