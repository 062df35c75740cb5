// CASI's snippets and their attributes in columns. Knows no file format.

import { addSnippets, attributesIn, servesCasi } from "../casi.ts";
import { malformed } from "../reading/text-file.ts";
import type { Layout } from "./layout.ts";

export const snippets: Layout = {
  columns: "snippet and annotations",
  serves: servesCasi,
  fits: ({ columns }) => columns.includes("snippet") && columns.includes("annotations"),
  add(rows, tables) {
    for (const table of tables) {
      const { file, split } = table;
      const read = table.rows.map(({ line, value: { snippet, annotations } }) => {
        if (typeof snippet !== "string") return malformed(file, line, '"snippet" must be text');
        return { text: snippet, attributes: attributesIn(annotations, { file, line }), at: { file, line } };
      });
      addSnippets(rows, split, file, read);
    }
  },
};
