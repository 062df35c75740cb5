// MEDIQA-RQE's xml: pairs of a consumer's question and a frequent one. Labels may lie in a table beside it. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { groundTruth, isGroundTruth } from "./reading/ground-truth.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair, RowIds } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";
import { childNamed, childrenNamed, type Element, readXml } from "./reading/xml.ts";

const labels = { true: "Entail", false: "Not_entail", "1": "Entail", "0": "Not_entail" };

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
    const known = new Set<string>();
    for (const file of [...tree.keys()].filter((path) => !isLabels(path))) {
      const split = splitOf(file);
      rows.open(split, file);
      const ids = new RowIds();
      for (const pair of pairsIn(readXml(await readText(tree, file), file))) {
        const at = { file, line: pair.line };
        const id = pair.attributes.pid ?? malformed(file, pair.line, "a pair has no pid");
        const [first, second] = ["chq", "faq"].map((name) => questionOf(pair, name, file)) as [string, string];
        const value = pair.attributes.value ?? (/test/i.test(file) ? truth.get(id) : undefined);
        known.add(id);
        if (!ids.add(at, id, [first, second, value])) rows.count("repeated-row", file);
        else if (value === undefined) rows.count("no-label", file);
        else addPair(rows, split, at, first, second, labelAt(task, labels, value, at));
      }
    }
    rows.count("lost-label", "", [...truth.keys()].filter((id) => !known.has(id)).length);
    return rows.finish();
  },
};

function pairsIn(root: Element): readonly Element[] {
  return root.name === "pair" ? [root] : root.children.flatMap(pairsIn);
}

/** A question without the padding of its line. */
function questionOf(pair: Element, name: string, file: string): string {
  if (childrenNamed(pair, name).length > 1) malformed(file, pair.line, `the pair ${pair.attributes.pid} has several <${name}>`);
  return (childNamed(pair, name) ?? malformed(file, pair.line, `the pair ${pair.attributes.pid} has no <${name}>`)).text.trim();
}
