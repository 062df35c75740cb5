// LitCovid of BioCreative VII: articles with title, abstract and topics as CSV. Knows no disk.

import { isVisible } from "../tasks/words.ts";
import type { Format } from "./format.ts";
import { Collection } from "./reading/collection.ts";
import { coversLabels, labelAt } from "./reading/labels.ts";
import { RowIds } from "./reading/pairs.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { columnsIn, delimiterOf, headedRows, headerOf, rowsBetween } from "./reading/table.ts";
import { readText } from "./reading/text-file.ts";

const topics = ["Treatment", "Diagnosis", "Prevention", "Mechanism", "Transmission", "Epidemic Forecasting", "Case Report"];
const labels = Object.fromEntries(topics.map((name) => [name.toLowerCase(), name]));
const marks = ["pmid", "title", "abstract"] as const;

export const litcovid: Format = {
  id: "litcovid",
  name: "LitCovid's csv",
  files: "BC7-LitCovid-{Train,Dev,Test}.csv with the columns pmid, title, abstract and label",
  extensions: ["csv"],
  serves: (task) => task.shape === "sentence" && task.carries !== "one" && coversLabels(task, labels),
  fits: (heads) =>
    [...heads]
      .filter(([path, head]) => extensionOf(path) === "csv" && columnsIn(headerOf(head, delimiterOf(path, head)), marks))
      .map(([path]) => path),
  claims: (path) => extensionOf(path) === "csv" && /litcovid/i.test(path),
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      const content = await readText(tree, file);
      const table = rowsBetween(delimiterOf(file, content), content, file);
      if (columnsIn(table[0]?.cells ?? [], marks) && !columnsIn(table[0]?.cells ?? [], ["label"]) && tree.size > 1) {
        if (table.length === 1) rows.open(split, file);
        rows.count("no-label", file, table.length - 1);
        continue;
      }
      rows.open(split, file);
      const ids = new RowIds();
      for (const { of, line } of headedRows(table, file, [...marks, "label"] as const)) {
        const at = { file, line };
        const text = [of.title, of.abstract].filter(isVisible).join(" ");
        const names = of.label.split(";").filter((name) => name.trim() !== "");
        const carried = names.map((name) => labelAt(task, labels, name, at));
        if (!ids.add(at, of.pmid, [text, carried])) rows.count("repeated-row", file);
        else if (carried.length === 0) rows.count("no-label", file);
        else if (text === "") rows.count("empty-text", file);
        else
          rows.add(split, {
            kind: "sentence",
            text,
            labels: task.labels.map((label) => label.id).filter((id) => carried.includes(id)),
          });
      }
    }
    rows.remark("A text is the article's title and abstract, joined by a blank.");
    return rows.finish();
  },
};
