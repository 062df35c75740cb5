// Other names of the starter graph's diseases: which of the Disease Ontology's synonyms a sentence can hold. Knows no file of the graph's.

/** A term of the Disease Ontology as JSON lists it; only what is used here. */
export interface Term {
  readonly id: string;
  readonly synonyms?: readonly string[];
}

/** Words that would say something of the text itself, or that are a coder's and not a clinician's. */
const coded = /\b(NOS|nos|without|not|no|unspecified|other|type|disorder of|neoplasm of|obsolete|susceptibility)\b/;

/** At most five words of letters; abbreviations of at least three capitals, since two stand for anything. */
function fits(synonym: string): boolean {
  if (!/^\p{L}[\p{L}' -]*$/u.test(synonym) || synonym.length > 40 || synonym.split(" ").length > 5) return false;
  return !coded.test(synonym) && !/^\S{1,2}$/.test(synonym) && !/\b[IVX]{2,}(th)?\b| - /.test(synonym);
}

/** Capitals that the ontology's own names do not have are a heading's: "Viral Infection". No abbreviation has more than eight letters. */
function plainCase(synonym: string, lowerCased: ReadonlySet<string>): string {
  const small = (word: string) => (lowerCased.has(word.toLowerCase()) ? word.toLowerCase() : word);
  return synonym.replace(/\p{Lu}{9,}/gu, (word) => word.toLowerCase()).replace(/\p{Lu}\p{Ll}+/gu, small);
}

/**
 * Synonyms of each disease of `names` (id -> name), in the ontology's order. One that another disease has too, as its name or as a
 * synonym, tells nothing and goes; `taken` are the names of everything else in the graph.
 */
export function synonymsOf(
  names: ReadonlyMap<string, string>,
  terms: readonly Term[],
  taken: readonly string[],
): Map<string, readonly string[]> {
  const lowerCased = new Set([...names.values()].flatMap((name) => name.match(/(?<![\p{L}])\p{Ll}+/gu) ?? []));
  const owners = new Map<string, string | "several">();
  const claim = (name: string, id: string) => {
    const key = name.toLowerCase();
    owners.set(key, owners.has(key) && owners.get(key) !== id ? "several" : id);
  };
  for (const name of taken) claim(name, "elsewhere");
  for (const [id, name] of names) claim(name, id);
  const found = new Map<string, string[]>();
  for (const { id, synonyms = [] } of terms) {
    const name = names.get(id);
    if (name === undefined) continue;
    const own = new Map<string, string>();
    for (const synonym of synonyms.map((s) => plainCase(s.trim().replace(/\s+/g, " "), lowerCased)).filter(fits)) {
      if (synonym.toLowerCase() !== name.toLowerCase()) own.set(synonym.toLowerCase(), synonym);
    }
    for (const synonym of own.values()) claim(synonym, id);
    found.set(id, [...own.values()]);
  }
  return new Map([...found].map(([id, own]) => [id, own.filter((s) => owners.get(s.toLowerCase()) === id)]));
}
