// Names of files and folders: which set a file holds, and what lies beside the data. Knows no content.

import type { Split } from "../format.ts";

export const nameOf = (path: string): string => path.split("/").at(-1) ?? path;
export const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");
export const extensionOf = (path: string): string => /\.([^./]+)$/.exec(nameOf(path))?.[1]?.toLowerCase() ?? "";

/** Words of names, in order of trial. A file's own name goes before its folders'. */
const words: readonly (readonly [RegExp, Split])[] = [
  [/(?:dev\w*|valid\w*|val)[_-]few(?:.?shot)?\b/, "validation"],
  [/test[_-]few(?:.?shot)?\b/, "test"],
  [/few.?shot|_few\b|-few\b/, "train"],
  [/(?<!s)train|trng/, "full"],
  [/devel|valid|(?:^|[^a-z])dev(?:[^a-z]|$)|(?:^|[^a-z])val(?:[^a-z]|$)/, "dev"],
  [/(?<!la|con)test|evaluation|(?:^|[^a-z])eval(?:[^a-z]|$)/, "test"],
];

/** The set that a file holds by its name, or by the folder that it lies in; `pool` where no name says so. */
export function splitOf(path: string): Split {
  for (const part of [nameOf(path), ...folderOf(path).split("/").reverse()]) {
    const name = part.toLowerCase().replace(/\.[^.]*$/, "");
    const found = words.find(([word]) => word.test(name));
    if (found) return found[1];
  }
  return "pool";
}

/** Names of a training and a validation set in one, as BioBERT's copies of the corpora have beside the two. */
const union = /tr(?:ai)?n(?:ing)?[^a-z]*(?:and|plus)?[^a-z]*(?:dev|val)/i;

/** Files that hold the rows of two others beside them once more. */
export function unionsIn(paths: readonly string[]): readonly string[] {
  const apart = (folder: string): ReadonlySet<Split> =>
    new Set(paths.filter((path) => folderOf(path) === folder && !union.test(nameOf(path))).map(splitOf));
  return paths.filter((path) => {
    if (!union.test(nameOf(path))) return false;
    const sets = apart(folderOf(path));
    return sets.has("full") && sets.has("dev");
  });
}

/** Files that come with a corpus and are none of its data. */
const aside =
  /(?:^|\/)(?:\.|__macosx|readme|licen[cs]e|copying|notice|citation|changelog|thumbs\.db|desktop\.ini|icon\r)|\.(?:md|rst|pdf|docx?|png|jpe?g|gif|svg|py|ipynb|sh|pl|java|jar|dtd|xsd|key|yml|yaml|bib|log|sha256|md5|conf)$/i;

export const isAside = (path: string): boolean => aside.test(path);

/** Names for a sentence: the first three, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(", ")} and ${more} more` : names.join(", ");
}
