// Licences of the rows that topics rest on: which of them a run may draw, and how many of its examples rest on each. Knows no graph.

import { licenceKey } from "./graph-files.ts";
import type { EdgeProvenance, Topic } from "./topic.ts";

/** Licences of a topic; those of two nodes that no edge joins are two. */
export const licencesOf = ({ licence }: EdgeProvenance): readonly string[] => licence.split("; ");

/** Tells whether every licence of a topic is among the chosen ones; all are where none is chosen. A row that states none says "not stated". */
export function licenceFilter(chosen: readonly string[] | undefined): (topic: Pick<Topic, "provenance">) => boolean {
  if (chosen === undefined) return () => true;
  const keys = new Set(chosen.map(licenceKey));
  return ({ provenance }) => provenance === undefined || licencesOf(provenance).every((licence) => keys.has(licenceKey(licence)));
}

/** Tells of a row's provenance, by its number in the graph's, whether the row is under the chosen licences. */
export function provenanceFilter(
  { provenances }: { readonly provenances: readonly EdgeProvenance[] },
  chosen: readonly string[] | undefined,
): (at: number) => boolean {
  const isAllowed = licenceFilter(chosen);
  const allowed = provenances.map((provenance) => isAllowed({ provenance }));
  return (at) => chosen === undefined || allowed[at] === true;
}

/** Rows of a graph by their licence, whatever it is called. */
export function rowsByLicence(
  provenance: readonly { readonly licence: string; readonly rows: number }[],
): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { licence, rows } of provenance) counts.set(licence, (counts.get(licence) ?? 0) + rows);
  return Object.fromEntries(counts);
}

/** Tells whether a licence forbids commercial use, by its name: "CC BY-NC-SA 4.0", "non-commercial". */
export const isNonCommercial = (licence: string): boolean => /(^|[\s-])nc([\s-]|$)|non-?\s?commercial/i.test(licence);

export interface LicenceCount {
  readonly licence: string;
  /** Parts of the graph that the topics are: edges between two nodes, or nodes. */
  readonly rests: "edges" | "nodes";
  readonly examples: number;
  readonly nonCommercial: boolean;
}

/** Examples by the licence of their topic's row, the most first. Topics without a row (a model's, a list's) rest on none. */
export function licenceCounts(topics: readonly (Topic | undefined)[]): readonly LicenceCount[] {
  const counts = new Map<string, LicenceCount>();
  for (const topic of topics) {
    if (!topic?.provenance) continue;
    const rests = topic.relation === undefined ? "nodes" : "edges";
    for (const licence of new Set(licencesOf(topic.provenance))) {
      const key = `${rests}\t${licence}`;
      const examples = (counts.get(key)?.examples ?? 0) + 1;
      counts.set(key, { licence, rests, examples, nonCommercial: isNonCommercial(licence) });
    }
  }
  return [...counts.values()].sort((a, b) => b.examples - a.examples || (a.licence < b.licence ? -1 : 1));
}

/** A sentence for each licence: "3 of 200 examples rest on CC BY-NC 4.0 edges; that licence allows no commercial use." */
export function licenceSentences(topics: readonly (Topic | undefined)[], noun = "example"): readonly string[] {
  const plural = `${noun}s`;
  return licenceCounts(topics).map(({ licence, rests, examples, nonCommercial }) => {
    const on = licence === "not stated" ? `${rests} whose licence is not stated` : `${licence} ${rests}`;
    const verb = examples === 1 ? "rests" : "rest";
    const limit = nonCommercial ? "; that licence allows no commercial use" : "";
    return `${examples} of ${topics.length} ${topics.length === 1 ? noun : plural} ${verb} on ${on}${limit}.`;
  });
}
