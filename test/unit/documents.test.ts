// The documents against the tree: links, files of the paper's tables, and tables that are whole.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const folders = [".", "docs", "models"];
const documents = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);
const linesOf = (path: string) => readFileSync(join(root, path), "utf8").split("\n");

/** Rows of the tables of a document, each with its cells. */
const rowsOf = (path: string) =>
  linesOf(path)
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

describe.each(documents)("%s", (path) => {
  it("links to what is there", () => {
    const links = linesOf(path).flatMap((line) => [...line.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, to]) => to as string));
    const own = links.filter((to) => !/^https?:/.test(to));
    expect(own.filter((to) => !existsSync(join(root, dirname(path), to)))).toEqual([]);
  });

  it("has no table that lost its head", () => {
    const lines = linesOf(path);
    const firsts = [...lines.keys()].filter((i) => lines[i]?.startsWith("|") && !lines[i - 1]?.startsWith("|"));
    expect(firsts.filter((i) => !/^\|[\s:|-]+\|$/.test(lines[i + 1] ?? "")).map((i) => lines[i])).toEqual([]);
  });
});

describe("docs/paper.md", () => {
  const files = rowsOf("docs/paper.md").flatMap((cells) =>
    [...(cells[3] ?? "").matchAll(/`([^`\s]+\/[^`\s]*)`/g)].map(([, file]) => file as string),
  );

  it("names files that are there", () => {
    expect(files.length).toBeGreaterThan(60);
    expect(files.filter((file) => !existsSync(join(root, "src", file)))).toEqual([]);
  });

  it("says where each of the 13 listings is", () => {
    const lines = linesOf("docs/paper.md");
    const from = lines.indexOf("## Listings");
    const section = lines.slice(from, lines.indexOf("## Tables and figures"));
    const numbers = section.flatMap((line) => /^\| ([\d, ]+)\|/.exec(line)?.[1]?.split(",").map(Number) ?? []);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
  });
});
