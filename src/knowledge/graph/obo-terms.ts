// Terms of ontologies, in whatever form they are written: type, source and licence, names. Knows no form.

import { notStated } from "../graph-files.ts";
import { isNoName } from "../name-words.ts";
import type { EdgeProvenance } from "../topic.ts";

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

/** An ontology as it tells of itself; empty where it does not. */
export interface Ontology {
  readonly name: string;
  /** Namespace of the terms that name none. */
  readonly namespace: string;
  readonly licence: string;
}

export function originOf(id: string, own: string, ontology: Ontology, provenance: EdgeProvenance) {
  const prefix = id.includes(":") ? id.slice(0, id.indexOf(":")) : "";
  const known = ontologies[prefix] ?? ontologies[ontology.name.toUpperCase()];
  const namespace = own || ontology.namespace;
  const licence = ontology.licence || (known?.licence ?? provenance.licence);
  return {
    type: ontologies[prefix]?.type ?? namespaces[namespace] ?? (namespace || prefix || ontology.name || "Term"),
    source: known?.name ?? (ontology.name === "" ? provenance.source : ontology.name),
    licence: licence === "" ? notStated : licence,
  };
}

/** The short name of a Creative Commons licence by its address; empty for another. */
export function licenceAt(address: string): string {
  const [, kind, version] = /creativecommons\.org\/(?:licenses|publicdomain)\/([a-z-]+)\/([\d.]+)/i.exec(address) ?? [];
  if (!kind || !version) return "";
  return kind.toLowerCase() === "zero" ? `CC0-${version}` : `CC-${kind.toUpperCase()}-${version}`;
}

/** Synonyms that are names, each once whatever its case, and none that is the term's own. */
export function synonymsOf(name: string, synonyms: readonly string[]): string[] {
  const byKey = new Map(synonyms.filter((one) => !isNoName(one)).map((one) => [one.toLowerCase(), one]));
  byKey.delete(name.toLowerCase());
  return [...byKey.values()];
}
