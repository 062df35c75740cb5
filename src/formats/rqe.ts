// MEDIQA-RQE's xml: pairs of a consumer's question and a frequent one. Labels may lie in a table beside it. Knows no disk.

import type { At, Format, Split } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { groundTruth, isGroundTruth } from "./reading/ground-truth.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair, RowIds } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";
import { childNamed, childrenNamed, type Element, readXml } from "./reading/xml.ts";

export const labels = { true: "Entail", false: "Not_entail", "1": "Entail", "0": "Not_entail" };

const isLabels = (path: string): boolean => ["csv", "txt"].includes(extensionOf(path)) && /ground.?truth/i.test(path);

export const rqe: Format = {
  id: "rqe",
  name: "MEDIQA-RQE's xml",
  files: "xml with <pair pid value>, each with <chq> and <faq>",
  extensions: ["xml"],
  serves: (task) => task.shape === "pair" && coversLabels(task, labels),
  fits(heads) {
    const own = [...heads]
      .filter(([path, head]) => extensionOf(path) === "xml" && /<pair\s[^>]*\bpid\s*=/.test(head))
      .map(([path]) => path);
    const truth = [...heads].filter(([path, head]) => isLabels(path) && isGroundTruth(head));
    return own.length === 0 ? [] : [...own, ...truth.map(([path]) => path)];
  },
  claims: (path) => extensionOf(path) === "xml" && /rqe|task2|pairs/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    const truth = await groundTruth(tree, [...tree.keys()].filter(isLabels), task, labels);
    const pairs = new Pairs(rows);
    for (const file of [...tree.keys()].filter((path) => !isLabels(path))) {
      const split = splitOf(file);
      rows.open(split, file);
      const ids = new RowIds();
      for (const pair of pairsIn(readXml(await readText(tree, file), file))) {
        const at = { file, line: pair.line };
        const id = pair.attributes.pid ?? malformed(file, pair.line, "a pair has no pid");
        const [first, second] = ["chq", "faq"].map((name) => questionOf(pair, name, file)) as [string, string];
        const { value } = pair.attributes;
        const label = value === undefined ? undefined : labelAt(task, labels, value, at);
        if (ids.add(at, id, [first, second, value])) pairs.add({ split, id, first, second, label, at });
        else rows.count("repeated-row", file);
      }
    }
    for (const { split, id, first, second, label, at } of pairs.all) {
      const apart = /test/i.test(at.file) ? truth.get(id) : undefined;
      const found = label ?? (apart === undefined ? undefined : labelAt(task, labels, apart, at));
      if (found === undefined) rows.count("no-label", at.file);
      else addPair(rows, split, at, first, second, found);
    }
    const known = new Set([...pairs.all].map(({ id }) => id));
    rows.count("lost-label", "", [...truth.keys()].filter((id) => !known.has(id)).length);
    return rows.finish();
  },
};

interface Pair {
  readonly split: Split;
  readonly id: string;
  readonly first: string;
  readonly second: string;
  /** Undefined where the pair itself has none. */
  readonly label: string | undefined;
  readonly at: At;
}

/** Pairs of several files. A set is published with labels and once more without: a pair of both files is one, with its label. */
class Pairs {
  readonly #pairs = new Map<string, Pair>();

  constructor(readonly rows: Collection) {}

  get all(): Iterable<Pair> {
    return this.#pairs.values();
  }

  /** Throws `file-malformed` for a pair that another file of the set has with another label. */
  add(pair: Pair): void {
    const { split, id, first, second, label, at } = pair;
    const key = JSON.stringify([split, id, first, second]);
    const before = this.#pairs.get(key);
    if (before) this.rows.count("repeated-row", at.file);
    if (!before || before.label === undefined) this.#pairs.set(key, pair);
    else if (label !== undefined && label !== before.label)
      malformed(at.file, at.line, `the pair ${id} has another label in ${before.at.file}, line ${before.at.line}`);
  }
}

function pairsIn(root: Element): readonly Element[] {
  return root.name === "pair" ? [root] : root.children.flatMap(pairsIn);
}

/** A question without the padding of its line. */
function questionOf(pair: Element, name: string, file: string): string {
  if (childrenNamed(pair, name).length > 1) malformed(file, pair.line, `the pair ${pair.attributes.pid} has several <${name}>`);
  return (childNamed(pair, name) ?? malformed(file, pair.line, `the pair ${pair.attributes.pid} has no <${name}>`)).text.trim();
}
