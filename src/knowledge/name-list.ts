// A pasted list of names as the table of a small graph. Knows no store.

import { ClinfuseError } from "../base/errors.ts";
import type { TextFile } from "./graph/text-pieces.ts";
import { nodeColumns, synonymSign } from "./graph-files.ts";
import { withoutMark } from "./list-answer.ts";
import { isNoName } from "./name-words.ts";

/** Longest list, in characters: what is longer is a file. */
const longestList = 20_000_000;

/**
 * A name a line, without the number or bullet of its list, its synonyms after it between "|"; each name once, whatever its case. Throws `file-empty`
 * for a list without a name and `file-too-large` for one that is no list.
 */
export function nameListFile(text: string, type: string): TextFile {
  if (text.length > longestList) {
    const what = `a list of more than ${longestList} characters: choose it as a file`;
    throw new ClinfuseError("file-too-large", what, { what, got: text.length, expected: longestList });
  }
  const kind = type.replace(/\s+/g, " ").trim() || "Name";
  const seen = new Map<string, readonly string[]>();
  for (const line of text.split(/\r\n?|\n/)) {
    const names = withoutMark(line)
      .split(synonymSign)
      .map((name) => name.replace(/\s+/g, " ").trim())
      .filter((name) => name !== "" && !isNoName(name));
    const [name] = names;
    if (name !== undefined && !seen.has(name.toLowerCase())) seen.set(name.toLowerCase(), names);
  }
  if (seen.size === 0)
    throw new ClinfuseError("file-empty", "the list holds no name", { file: "the list", what: "the list holds no name" });
  const { id, type: of, name, synonyms } = nodeColumns;
  const header = [id, of, name, synonyms].map(({ names }) => names[0]).join("\t");
  // The id is the name itself: graphs are put together by their ids, and two lists share no numbers.
  const rows = [...seen].map(([key, [first, ...others]]) =>
    [`name:${encodeURIComponent(key.normalize())}`, kind, first, others.join(synonymSign)].join("\t"),
  );
  return { name: "nodes.tsv", data: new Blob([`${header}\n${rows.join("\n")}\n`]) };
}
