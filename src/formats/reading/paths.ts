// Names of files and folders: which set a file holds, and what lies beside the data. Knows no content.

import type { Split } from "../format.ts";

export const nameOf = (path: string): string => path.split("/").at(-1) ?? path;
export const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");
/** In lower case; JSON Lines go by one of their two extensions. */
export const extensionOf = (path: string): string => {
  const extension = /\.([^./]+)$/.exec(nameOf(path))?.[1]?.toLowerCase() ?? "";
  return extension === "ndjson" ? "jsonl" : extension;
};

/** Words of a name in lower case: runs of letters, parted too where a small letter meets a capital ("TestSet"). */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .match(/[a-z]+/g) ?? [];

/** Words that name a set, alone or run together with others ("NCBItestset"), in order of trial. CoNLL's "testa" is for validation. */
const words: readonly (readonly [RegExp, Split])[] = [
  [/(?<!s)train(?:ing)?(?:set|data|file|dev|val)?s?$|^tr(?:n|ng)(?:set)?$/, "full"],
  [
    /(?:dev(?:el(?:op(?:ment)?)?)?|val(?:id(?:ation)?)?)(?:set|data|file)$|^(?:dev(?:el(?:opment)?)?|val(?:id(?:ation)?|idate)?|testa)$/,
    "dev",
  ],
  [/(?<!la|con|pro|at|de|fas|grea|or)test(?:ing|set|data|file)?s?$|^(?:tst(?:set)?|testb|eval(?:uation)?(?:set)?)$/, "test"],
];

/** The few-shot part of a set. */
const fewOf: Readonly<Partial<Record<Split, Split>>> = { full: "train", dev: "validation", test: "test" };

/** "few-shot", and "few" behind another word: "train_few". */
const saysFew = (own: readonly string[]): boolean =>
  own.some((word, i) => /^fewshots?$/.test(word) || (word === "few" && (i > 0 || /^shots?$/.test(own[1] ?? ""))));

/** The set that a name says. */
function setIn(name: string): Split | undefined {
  const own = wordsOf(name);
  const sets = words.filter(([word]) => own.some((one) => word.test(one))).map(([, split]) => split);
  if (!saysFew(own)) return sets[0];
  return fewOf[sets.find((set) => set !== "full") ?? "full"];
}

/** The set that a file holds by its name, or by the folder that it lies in; `pool` where no name says so. */
export const splitOf = (path: string): Split =>
  [nameOf(path), ...folderOf(path).split("/").reverse()].map(setIn).find((set) => set !== undefined) ?? "pool";

/**
 * The set of each file that is a document, and may be named by any word ("blood_test_results"): that of its folder, or else of its name where
 * the names of all documents of the folder say one.
 */
export function setsOfDocuments(paths: readonly string[]): (path: string) => Split {
  const mute = new Set(paths.filter((path) => setIn(nameOf(path)) === undefined).map(folderOf));
  return (path) => {
    const folder = folderOf(path);
    const told = splitOf(folder);
    return told !== "pool" || mute.has(folder) ? told : splitOf(path);
  };
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

/** Files that come with a corpus and are none of its data: by where they lie, by name, by extension. */
const aside: readonly RegExp[] = [
  /(?:^|\/)(?:\.|__macosx(?:\/|$))/i,
  /(?:^|\/)(?:readme[^/]*|(?:licen[cs]e|copying|notice|citation|changelog)(?:-[a-z0-9.]+)?(?:\.(?:txt|html?|cff))?|thumbs\.db|desktop\.ini|icon\r)$/i,
  /\.(?:md|rst|pdf|docx?|png|jpe?g|gif|svg|py|ipynb|sh|pl|java|jar|dtd|xsd|key|yml|yaml|bib|log|sha256|md5|conf)$/i,
];

export const isAside = (path: string): boolean => aside.some((pattern) => pattern.test(path));

/** Names for a sentence: the first three, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(", ")} and ${more} more` : names.join(", ");
}
