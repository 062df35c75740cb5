// Ids of concepts as corpora write them: MeSH's with a prefix or without, those of a composite joined. Knows no file format.

/** "D012345", "OMIM:1", "7157"; no variant of a gene, such as "c.76+1G>A". */
const isId = (text: string): boolean => /^(?:[a-z]+:)?[a-z]?\d+$/i.test(text.trim());

/** A composite joined by a plus, apart. */
function apart(ids: string): string[] {
  const parts = ids.split("+");
  return parts.every(isId) ? parts : [ids];
}

/** Ids without the prefix "MESH:", those of a composite apart; none for "-1" and "-". */
export function conceptsOf(concept: string): string[] {
  const ids = concept.split(/[|,;]/).flatMap(apart);
  return ids.map((id) => id.trim().replace(/^MESH:/i, "")).filter((id) => id !== "" && id !== "-1" && id !== "-");
}
