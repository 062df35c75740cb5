// Entity types of corpora as entity types of a task: names that mean the same. Knows no file format.

import { plainName } from "../clingen/labels.ts";

/** Names of one kind of entity, as corpora spell them, in lower case. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  disease: ["disease", "specificdisease", "diseaseclass", "compositemention", "diseaseorphenotypicfeature"],
  chemical: ["chemical", "chem", "drug", "chemicalentity"],
  gene: ["gene", "protein", "gene-y", "gene-n", "geneorgeneproduct"],
};

/** Names that one corpus alone gives to a kind: elsewhere a "modifier" or a "family" is something else. */
const ownNames = {
  "ncbi-disease": { kind: "disease", names: ["modifier"] },
  chemdner: {
    kind: "chemical",
    names: ["abbreviation", "family", "formula", "identifier", "multiple", "systematic", "trivial", "no class", "no_class"],
  },
} as const satisfies Readonly<Record<string, { readonly kind: string; readonly names: readonly string[] }>>;

/** A corpus with names of its own, by the id of the paper's task on it. */
export type OwnCorpus = keyof typeof ownNames;

/** Tells a class of diseases that NCBI's corpus alone has. */
export const isNcbiClass = (type: string): boolean => /^(?:SpecificDisease|DiseaseClass|CompositeMention)$/.test(type.trim());

export const isOwnCorpus = (id: string): id is OwnCorpus => Object.hasOwn(ownNames, id);

const none: ReadonlySet<OwnCorpus> = new Set();

/** Blanks, hyphens and underscores are one: BRAT and CoNLL have no blank in the name of a type. */
const folded = plainName;

const kindOf = (name: string, corpora: ReadonlySet<OwnCorpus>): string | undefined =>
  Object.keys(kinds).find((kind) => namesOf(kind, corpora).map(folded).includes(folded(name)));

function namesOf(kind: string | undefined, corpora: ReadonlySet<OwnCorpus>): readonly string[] {
  const own = [...corpora].map((id) => ownNames[id]).filter((of) => of.kind === kind);
  return [...(kinds[kind ?? ""] ?? []), ...own.flatMap(({ names }) => names)];
}

/** Tells whether a corpus's type is the task's, by its own name or as another name of the same kind. */
export function isType(wanted: string, raw: string, corpora = none): boolean {
  if (folded(wanted) === folded(raw)) return true;
  const kind = kindOf(wanted, corpora);
  return kind !== undefined && kind === kindOf(raw, corpora);
}

/** The wanted type that the corpus's type is: by name, or else the only one of its kind. */
export function typeAmong(wanted: readonly string[], raw: string, corpora = none): string | undefined {
  const types = [...new Set(wanted)];
  const exact = types.find((type) => type.trim().toLowerCase() === raw.trim().toLowerCase());
  if (exact !== undefined) return exact;
  const [named, other] = types.filter((type) => folded(type) === folded(raw));
  if (named !== undefined) return other === undefined ? named : undefined;
  const alike = types.filter((type) => isType(type, raw, corpora));
  return alike.length === 1 ? alike[0] : undefined;
}

/** A wanted type, or a name of its kind, of which the raw name is a slip of one letter; undefined where it is another word. */
export function misspelt(wanted: readonly string[], raw: string, corpora = none): string | undefined {
  const names = wanted.flatMap((type) => [type, ...namesOf(kindOf(type, corpora), corpora)]);
  const given = folded(raw);
  return names.find((name) => name.length > 6 && isSlip(folded(name), given));
}

/** Tells whether one letter is inserted, deleted or replaced, or two neighbours are exchanged. */
function isSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  const [restA, restB] = [a.slice(from), b.slice(from)];
  const exchanged = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return exchanged || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
