// Words and tags as lines or a list of JSON: "tokens", and "ner_tags" by name, or by number beside a file that names them. Knows no disk.

import type { Format, Tree } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { firstRow } from "./reading/first-row.ts";
import { jsonRows } from "./reading/json.ts";
import { extensionOf, nameOf, splitOf } from "./reading/paths.ts";
import { addTagged, tagForm } from "./reading/tags.ts";
import { malformed, readText } from "./reading/text-file.ts";

function looksTagged(head: string): boolean {
  const row = firstRow(head);
  return /"tokens"\s*:\s*\[\s*["\]]/.test(row) && /"(?:ner_tags|tags|labels)"\s*:\s*\[/.test(row) && !/"_id"\s*:/.test(row);
}

const tagFields = ["ner_tags", "tags", "labels"];
/** Names of the numbers, {"O": 0, "B-Disease": 1} as TNER's data sets have them, or the other way round. */
const isNames = (path: string): boolean => /^labels?(?:2id|_to_id)?\.json$/i.test(nameOf(path));

export const taggedRows: Format = {
  id: "tagged-rows",
  name: "words and tags as JSON Lines",
  files:
    'lines of JSON with the lists "tokens" and "ner_tags" (or "tags"): B-Disease, I-Disease, O, or numbers beside label.json',
  extensions: [],
  serves: (task) => task.shape === "token",
  fits(heads) {
    const rows = [...heads].filter(([path, head]) => /^jsonl?$/.test(extensionOf(path)) && looksTagged(head));
    return rows.length === 0 ? [] : [...rows.map(([path]) => path), ...[...heads.keys()].filter(isNames)];
  },
  claims: () => false,
  besides: isNames,
  async read(tree, task) {
    const rows = new Collection(task);
    const names = await namesIn(tree);
    for (const file of [...tree.keys()].filter((path) => !isNames(path))) {
      const split = splitOf(file);
      rows.open(split, file);
      for (const { value, line } of jsonRows(await readText(tree, file), file)) {
        const { tokens } = value;
        const tags = value[tagFields.find((name) => value[name] !== undefined) ?? "ner_tags"];
        if (!Array.isArray(tokens) || !tokens.every((word) => typeof word === "string") || !Array.isArray(tags))
          return malformed(file, line, '"tokens" must be a list of words and "ner_tags" a list of their tags');
        if (tokens.length !== tags.length) malformed(file, line, `${tokens.length} tokens and ${tags.length} tags`);
        const words = tokens.map((word, n) => ({ word, tag: tagOf(tags[n], names, file, line), line }));
        addTagged(rows, split, file, words);
      }
    }
    return rows.finish();
  },
};

/** Names by number, of all files that have them; undefined where none does. Throws `file-malformed` for two names of one number. */
async function namesIn(tree: Tree): Promise<ReadonlyMap<unknown, string> | undefined> {
  const files = [...tree.keys()].filter(isNames);
  const names = new Map<unknown, { readonly name: string; readonly file: string }>();
  for (const file of files) {
    const [row] = jsonRows(`[${await readText(tree, file)}]`, file);
    for (const [one, other] of Object.entries(row?.value ?? {})) {
      const [number, name] = typeof other === "string" ? [Number(one), other] : [other, one];
      const before = names.get(number);
      if (before && before.name !== name)
        malformed(file, undefined, `it names ${number} ${name}, and ${before.file} names it ${before.name}: read the two apart`);
      names.set(number, { name, file });
    }
  }
  return files.length === 0 ? undefined : new Map([...names].map(([number, { name }]) => [number, name]));
}

function tagOf(raw: unknown, names: ReadonlyMap<unknown, string> | undefined, file: string, line: number): string {
  const tag = typeof raw === "string" ? raw : names?.get(raw);
  if (tag !== undefined && tagForm.test(tag)) return tag;
  const remedy = `write tags by name ("B-Disease"), or put label.json beside the rows: {"O": 0, "B-Disease": 1}`;
  const why =
    typeof raw === "number" && !names ? `a number, and no file names it: ${remedy}` : "none of B-, I-, O and their like";
  return malformed(file, line, `the tag ${JSON.stringify(tag ?? raw)} is ${why}`);
}
