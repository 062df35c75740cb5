// Lines of JSON in which notes leave Clinfuse: a text with its spans, or with its labelled pieces. Offsets count code points. Knows no disk.

import type { Format } from "./format.ts";
import { addAnnotated } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import type { Mention } from "./reading/documents.ts";
import { type JsonObject, jsonRows } from "./reading/json.ts";
import { placed } from "./reading/offsets.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";

/** Fields in the order in which they are written; the marks may stand behind the part that is looked at. */
const begins =
  /^\uFEFF?\s*\{\s*"id"\s*:\s*"(?:[^"\\\n]|\\.)*"\s*,\s*"file"\s*:\s*"(?:[^"\\\n]|\\.)*"\s*,\s*(?:"line"\s*:\s*\d+\s*,\s*)?"text"\s*:\s*"/;

export const ownNotes: Format = {
  id: "notes",
  name: "Clinfuse's JSON Lines of notes",
  files: 'lines of JSON with "id", "file" and "text", and "spans" or "pieces" with labels, as a model\'s finds are written',
  extensions: [],
  serves: (task) => task.shape !== "relation",
  fits: (heads) =>
    [...heads].filter(([path, head]) => /^jsonl?$/.test(extensionOf(path)) && begins.test(head)).map(([path]) => path),
  claims: () => false,
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      for (const { value, line } of jsonRows(await readText(tree, file), file)) {
        const at = { file, line };
        const { text, second } = value;
        if (typeof text !== "string") return malformed(file, line, 'the row has no "text"');
        if (second !== undefined && typeof second !== "string") malformed(file, line, '"second" must be a text');
        const one = { ...at, relations: [], ...(typeof second === "string" ? { second } : {}) };
        if (value.spans !== undefined || text.trim() === "")
          addAnnotated(rows, split, { ...one, text, mentions: marksIn(value, "spans", at).map(mentionOf), labels: undefined });
        else if (task.shape === "token") malformed(file, line, 'the row has no "spans", and the task marks spans');
        else
          for (const { start, end, stated } of placed(text, marksIn(value, "pieces", at)))
            addAnnotated(rows, split, { ...one, text: text.slice(start, end), mentions: [], labels: stated.labels });
      }
    }
    return rows.finish();
  },
};

interface Mark {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly said?: string;
  readonly labels: readonly string[];
}

const mentionOf = ({ labels, ...mark }: Mark): Mention => ({ ...mark, type: labels[0] as string, keys: [] });

function marksIn(row: JsonObject, name: "spans" | "pieces", { file, line }: { file: string; line: number }): Mark[] {
  const list = row[name] ?? [];
  if (row[name] === undefined && name === "pieces") malformed(file, line, 'the row has neither "spans" nor "pieces"');
  if (!Array.isArray(list)) return malformed(file, line, `"${name}" must be a list, got ${JSON.stringify(list).slice(0, 40)}`);
  return list.map((given: unknown): Mark => {
    const { start, end, text, label, labels } = (given ?? {}) as JsonObject;
    const carried = name === "spans" ? [label] : labels;
    const wanted = name === "spans" ? 'a span has "start", "end" and "label"' : 'a piece has "start", "end" and "labels", a list';
    const named = Array.isArray(carried) && carried.every((one) => typeof one === "string" && one.trim() !== "");
    const whole = [start, end].every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
    if (!whole || !named || (text !== undefined && typeof text !== "string"))
      return malformed(file, line, `${wanted}; got ${JSON.stringify(given)?.slice(0, 60)}`);
    return {
      file,
      line,
      start: start as number,
      end: end as number,
      ...(typeof text === "string" ? { said: text } : {}),
      labels: carried as readonly string[],
    };
  });
}
