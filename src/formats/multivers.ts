// HealthVer as MultiVerS has it: claims in one JSONL, abstracts in another. Each claim and cited abstract is a pair. Knows no disk.

import type { Format, Tree } from "./format.ts";
import { verdicts } from "./healthver.ts";
import { Collection } from "./reading/collection.ts";
import { jsonRows } from "./reading/json.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { addPair, RowIds } from "./reading/pairs.ts";
import { nameOf, splitOf } from "./reading/paths.ts";
import { malformed, readText, refuse } from "./reading/text-file.ts";

export const labels = { ...verdicts, support: "Support", contradict: "Refute", noinfo: "Unproven", nei: "Unproven" };
const isCorpus = (path: string): boolean => /corpus/i.test(nameOf(path));

interface Rationale {
  readonly label?: unknown;
}

export const multivers: Format = {
  id: "multivers",
  name: "MultiVerS' JSONL",
  files: "claims_{train,dev,test}.jsonl with corpus.jsonl",
  extensions: [],
  serves: (task) => task.shape === "pair" && coversLabels(task, labels),
  fits(heads) {
    const claims = [...heads].filter(
      ([, head]) => /^\uFEFF?\s*\{/.test(head) && /"claim"\s*:/.test(head) && /"doc_ids"\s*:/.test(head),
    );
    const corpus = [...heads].filter(([path, head]) => isCorpus(path) && /"doc_id"\s*:/.test(head));
    return claims.length === 0 ? [] : [...claims, ...corpus].map(([path]) => path);
  },
  claims: (path) => /^(?:claims_\w+|corpus)\.jsonl$/.test(nameOf(path)),
  async read(tree, task) {
    const rows = new Collection(task);
    const abstracts = await abstractsIn(tree);
    for (const file of [...tree.keys()].filter((path) => !isCorpus(path))) {
      const split = splitOf(file);
      rows.open(split, file);
      const ids = new RowIds();
      for (const { value, line } of jsonRows(await readText(tree, file), file)) {
        const { id, claim, doc_ids: documents, evidence } = value;
        const at = { file, line };
        if (typeof claim !== "string" || !Array.isArray(documents)) malformed(file, line, 'a claim needs "claim" and "doc_ids"');
        if (!ids.add(at, String(id), [claim, documents, evidence])) {
          rows.count("repeated-row", file);
          continue;
        }
        const found = (evidence ?? {}) as Readonly<Record<string, Rationale | readonly Rationale[]>>;
        const cited = (documents as readonly unknown[]).map(String);
        if (evidence === undefined || evidence === null) {
          rows.count("no-label", file, Math.max(cited.length, 1));
          continue;
        }
        rows.count("no-citation", file, cited.length === 0 ? 1 : 0);
        rows.count("lost-evidence", file, Object.keys(found).filter((key) => !cited.includes(key)).length);
        for (const key of cited) {
          const text = abstracts.get(key) ?? malformed(file, line, `the document ${key} is not in the corpus file`);
          const entry = Object.hasOwn(found, key) ? found[key] : undefined;
          const said = new Set([entry ?? []].flat().map(({ label }) => String(label ?? "NOINFO")));
          if (said.size > 1)
            malformed(file, line, `the evidence in the document ${key} carries several labels: ${[...said].join(", ")}`);
          const [label = "NOINFO"] = said;
          addPair(rows, split, at, claim as string, text, labelAt(task, labels, label, at));
        }
      }
    }
    rows.remark("Each claim and each abstract that it cites is a pair; an abstract without evidence is read as neutral.");
    return rows.finish();
  },
};

async function abstractsIn(tree: Tree): Promise<ReadonlyMap<string, string>> {
  const files = [...tree.keys()].filter(isCorpus);
  if (files.length === 0) refuse("file-missing", "corpus.jsonl", undefined, "the folder has no corpus.jsonl beside its claims");
  const abstracts = new Map<string, string>();
  for (const file of files) {
    const ids = new RowIds();
    for (const { value, line } of jsonRows(await readText(tree, file), file)) {
      const { doc_id: id, abstract } = value;
      if (id === undefined || !Array.isArray(abstract))
        malformed(file, line, 'a document needs "doc_id" and "abstract", a list of sentences');
      ids.add({ file, line }, String(id), [abstract]);
      abstracts.set(String(id), (abstract as readonly unknown[]).map(String).join(" "));
    }
  }
  return abstracts;
}
