// Entity types of corpora as entity types of a task: names that mean the same. Knows no file format.

/** Names of one kind of entity, as corpora spell them, in lower case. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  disease: ["disease", "specificdisease", "modifier", "diseaseclass", "compositemention", "diseaseorphenotypicfeature"],
  chemical: [
    "chemical",
    "chem",
    "drug",
    "chemicalentity",
    "abbreviation",
    "family",
    "formula",
    "identifier",
    "multiple",
    "systematic",
    "trivial",
    "no class",
    "no_class",
  ],
  gene: ["gene", "protein", "gene-y", "gene-n", "geneorgeneproduct"],
};

const folded = (name: string): string => name.normalize("NFC").trim().toLowerCase();
const kindOf = (name: string): string | undefined => Object.keys(kinds).find((kind) => kinds[kind]?.includes(folded(name)));

/** Tells whether a corpus's type is the task's, by its own name or as another name of the same kind. */
export function isType(wanted: string, raw: string): boolean {
  if (folded(wanted) === folded(raw)) return true;
  const kind = kindOf(wanted);
  return kind !== undefined && kind === kindOf(raw);
}

/** The first of the wanted types that the corpus's type is. */
export const typeAmong = (wanted: readonly string[], raw: string): string | undefined => wanted.find((type) => isType(type, raw));

/** A wanted type, or a name of its kind, of which the raw name is a misspelling; undefined where it is another word. */
export function misspelt(wanted: readonly string[], raw: string): string | undefined {
  const names = wanted.flatMap((type) => [type, ...(kinds[kindOf(type) ?? ""] ?? [])]);
  const given = folded(raw);
  return names.find((name) => name.length > 4 && editsWithin(folded(name), given, 2));
}

/** Tells whether at most `most` letters are inserted, deleted or replaced. */
function editsWithin(a: string, b: string, most: number): boolean {
  if (Math.abs(a.length - b.length) > most) return false;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return (row[b.length] as number) <= most;
}
