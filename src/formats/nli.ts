// MedNLI's and MEDIQA-NLI's JSONL: premise, hypothesis and label, the label at times in a table beside it. Knows no disk.

import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { groundTruth, isGroundTruth } from "./reading/ground-truth.ts";
import { jsonRows } from "./reading/json.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair, RowIds } from "./reading/pairs.ts";
import { extensionOf, listed, nameOf, splitOf } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";

export const labels = { entailment: "entail", neutral: "neutral", contradiction: "contradict" };
/** Names of the test set of MEDIQA-NLI, made for the shared task of BioNLP 2019. */
const isShared = (path: string): boolean =>
  /shared_task|bionlp19|mediqa/i.test(nameOf(path)) && !["full", "dev"].includes(splitOf(path));
const isLabels = (path: string): boolean => extensionOf(path) === "csv";

export const nli: Format = {
  id: "nli",
  name: "MedNLI's JSONL",
  files: "mli_{train,dev,test}_v1.jsonl, or mednli_bionlp19_shared_task.jsonl with its ground truth",
  extensions: ["jsonl", "json"],
  serves: (task) => task.shape === "pair" && coversLabels(task, labels),
  fits(heads) {
    const own = [...heads].filter(
      ([path, head]) =>
        extensionOf(path).startsWith("json") &&
        /"sentence1"\s*:/.test(head) &&
        /"sentence2"\s*:/.test(head) &&
        (/"gold_label"\s*:/.test(head) || !/"label"\s*:/.test(head)),
    );
    const truth = [...heads].filter(([path, head]) => isLabels(path) && isGroundTruth(head));
    return own.length === 0 ? [] : [...own, ...truth].map(([path]) => path);
  },
  claims: (path) => extensionOf(path) === "jsonl" && /^(?:mli_|mednli)/i.test(nameOf(path)),
  async read(tree, task) {
    const rows = new Collection(task);
    const known = new Set<string>();
    const files = [...tree.keys()].filter((path) => !isLabels(path));
    const shared = files.filter(isShared);
    const both = shared.length > 0 && shared.length < files.length;
    const isMedNli = both && task.id === "mednli";
    if (isMedNli) rows.remark(`${listed(shared)} was left out: it is the test set of MEDIQA-NLI.`);
    const truth = await groundTruth(tree, isMedNli ? [] : [...tree.keys()].filter(isLabels), task, labels);
    for (const file of isMedNli ? files.filter((path) => !shared.includes(path)) : files) {
      const named = splitOf(file);
      // Beside the shared task's test set all of MedNLI is what one may learn from.
      const split = !both || isMedNli ? named : shared.includes(file) ? "test" : named === "test" ? "full" : named;
      rows.open(split, file);
      const ids = new RowIds();
      for (const { value, line } of jsonRows(await readText(tree, file), file)) {
        const at = { file, line };
        const { pairID, sentence1, sentence2 } = value;
        known.add(String(pairID));
        const [id, label] = [String(pairID ?? ""), value.gold_label ?? truth.get(String(pairID))];
        if (typeof sentence1 !== "string") malformed(file, line, 'field "sentence1" must be text');
        if (typeof sentence2 !== "string") malformed(file, line, 'field "sentence2" must be text');
        if (!ids.add(at, id, [sentence1, sentence2, label])) rows.count("repeated-row", file);
        else if (label === undefined || label === null || label === "" || label === "-") rows.count("no-label", file);
        else addPair(rows, split, at, sentence1 as string, sentence2 as string, labelAt(task, labels, String(label), at));
      }
    }
    rows.count("lost-label", "", [...truth.keys()].filter((id) => !known.has(id)).length);
    return rows.finish();
  },
};
