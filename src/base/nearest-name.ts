// The known name that a misspelt one stands for. Knows no file and no list of names.

/** Undefined where none is near: a third of the letters, and at least one, may differ. Case, hyphens and underscores do not count. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, "");
  const wanted = plain(given);
  if (wanted === "") return undefined;
  const ranked = known
    .map((name) => ({ name, edits: editsBetween(wanted, plain(name)) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.round(Math.max(wanted.length, plain(name).length) / 3)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.name;
}

/** Letters that are inserted, deleted, replaced or exchanged with their neighbour. */
function editsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const exchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), at(i - 1, j) + 1, at(i, j - 1) + 1, exchanged));
    }
  }
  return at(a.length, b.length);
}

/** A clause for a fault; empty where nothing is near. */
export function meantWords(given: unknown, known: readonly string[]): string {
  const meant = typeof given === "string" ? nearestName(given, known) : undefined;
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
