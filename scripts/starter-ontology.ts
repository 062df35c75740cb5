// The Disease Ontology as tables: diseases, symptoms, is_a, has_symptom. Knows nothing of what the starter graph keeps.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixCase } from "./starter-names.ts";

export interface Ontology {
  readonly diseases: ReadonlyMap<string, string>; // id -> name
  readonly symptoms: ReadonlyMap<string, string>;
  readonly parents: ReadonlyMap<string, readonly string[]>; // is_a, diseases alone
  readonly hasSymptom: readonly (readonly [disease: string, symptom: string])[];
}

/** Rows of a three-column TSV below its header. */
export function readTable(folder: string, name: string): [string, string, string][] {
  const lines = readFileSync(join(folder, name), "utf8").split("\n").slice(1);
  return lines.filter((line) => line !== "").map((line) => line.split("\t") as [string, string, string]);
}

export function readOntology(folder: string): Ontology {
  const rows = readTable(folder, "nodes.tsv");
  const named = (wanted: string) =>
    new Map(
      rows.filter(([, type, name]) => type === wanted && !/obsolete/i.test(name)).map(([id, , name]) => [id, fixCase(name)]),
    );
  const [diseases, symptoms] = [named("Disease"), named("Symptom")];
  const parents = new Map<string, string[]>();
  const hasSymptom: [string, string][] = [];
  for (const [src, relation, dst] of readTable(folder, "edges.tsv")) {
    if (!diseases.has(src)) continue;
    if (relation === "is_a" && diseases.has(dst)) parents.set(src, [...(parents.get(src) ?? []), dst]);
    if (relation === "has_symptom" && symptoms.has(dst)) hasSymptom.push([src, dst]);
  }
  return { diseases, symptoms, parents, hasSymptom };
}

export function ancestors(id: string, parents: Ontology["parents"]): Set<string> {
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const parent of parents.get(next) ?? []) {
      if (found.has(parent)) continue;
      found.add(parent);
      open.push(parent);
    }
  }
  return found;
}
