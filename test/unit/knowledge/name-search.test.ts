// Search of names as they are typed: its ranks against a plain reading of every name, its distance against the textbook's table.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { nameIndexBuilder } from "../../../src/knowledge/graph/name-index.ts";
import { searchKey } from "../../../src/knowledge/graph/name-keys.ts";
import { rankedNames } from "../../../src/knowledge/graph/name-ranks.ts";
import { nameSearch } from "../../../src/knowledge/graph/name-search.ts";
import { prefixDistance } from "../../../src/knowledge/graph/name-spellings.ts";
import { edgesFile, importText, nodesFile } from "./rows.ts";

const found = (names: readonly string[], query: string, most = 20): string[] => {
  const builder = nameIndexBuilder();
  for (const [i, name] of names.entries()) builder.add(name, i);
  const index = builder.close();
  return rankedNames(index, query, most).map(({ name, rank }) => `${rank} ${names[index.rows[name] as number]}`);
};

describe("search keys", () => {
  it("forget case, marks, apostrophes and signs, and spell Greek letters out", () => {
    expect(searchKey("Crohn's  disease")).toBe("crohns disease");
    expect(searchKey("Sjögren’s syndrome (primary)")).toBe("sjogrens syndrome primary");
    expect(searchKey("TNF-α")).toBe("tnf alpha");
    expect(searchKey("高血圧")).toBe("高血圧");
    expect(searchKey("--")).toBe("");
  });
});

describe("ranked names", () => {
  const names = ["asthma", "Asthma, allergic", "bronchial asthma", "asthenia", "cardiac asthma attack", "cat"];

  it("put the very name first, then what begins so, then words, then misspellings", () => {
    expect(found(names, "asthma")).toEqual([
      "exact asthma",
      "prefix Asthma, allergic",
      "word bronchial asthma",
      "word cardiac asthma attack",
    ]);
    expect(found(names, "astmha")).toEqual([
      "fuzzy asthma",
      "fuzzy Asthma, allergic",
      "fuzzy bronchial asthma",
      "fuzzy cardiac asthma attack",
    ]);
  });

  it.each([
    ["sthma", "a letter left out at the beginning"],
    ["qasthma", "one too many"],
    ["bsthma", "one changed"],
    ["sathma", "two swapped"],
    ["asthms", "one changed at the end"],
  ])("find asthma by %s: %s", (query) => {
    expect(found(names, query)[0]).toBe("fuzzy asthma");
  });

  it("take two errors of a long query, and none of a short one", () => {
    expect(found(["cholestasis", "cat"], "colestesis")).toEqual(["fuzzy cholestasis"]);
    expect(found(["cholestasis", "cat"], "cst")).toEqual([]);
  });

  it("find words in any order, each by its beginning", () => {
    expect(found(["heart failure, acute", "acute renal failure", "heart attack"], "acute hea fail")).toEqual([
      "word heart failure, acute",
    ]);
  });

  it("find by one letter, the shortest names first", () => {
    expect(found(["beta", "alpha one", "al", "a", "gamma a"], "a")).toEqual([
      "exact a",
      "prefix al",
      "prefix alpha one",
      "word gamma a",
    ]);
  });

  it("find names of other scripts, and by an accent that was not typed", () => {
    expect(found(["高血圧", "高尿酸血症", "Ménière disease"], "高血")).toEqual(["prefix 高血圧"]);
    expect(found(["Ménière disease"], "menie")).toEqual(["prefix Ménière disease"]);
  });

  it("find nothing for an empty query or in an empty graph", () => {
    expect(found(names, " - ")).toEqual([]);
    expect(found([], "asthma")).toEqual([]);
  });

  it("agree with a reading of every name on 3,000 made up ones", () => {
    const draws = rng("names", 1);
    const word = () => Array.from({ length: 1 + draws.int(5) }, () => "abc"[draws.int(3)]).join("");
    const many = Array.from({ length: 3000 }, () => Array.from({ length: 1 + draws.int(3) }, word).join(" "));
    for (const query of ["a", "ab", "abca", "cc a", "b", "bacab", "a b c", "ca"]) {
      const rank = (name: string) => {
        if (name.startsWith(query)) return name === query ? 0 : 1;
        return ` ${name}`.includes(` ${query}`) ? 2 : 3;
      };
      const ranked = many
        .map((name, i) => ({ name, i, rank: rank(name) }))
        .filter((at) => at.rank < 3)
        .sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || a.i - b.i)
        .slice(0, 20)
        .map(({ name, rank }) => `${["exact", "prefix", "word"][rank]} ${name}`);
      expect(found(many, query).slice(0, ranked.length)).toEqual(ranked);
    }
  });
});

/** Optimal string alignment, whole table, to every beginning of the text. */
function textbook(key: string, text: string): number {
  const d: number[][] = [Array.from({ length: text.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => d[i]?.[j] as number;
  for (let i = 1; i <= key.length; i++) {
    d[i] = [i];
    for (let j = 1; j <= text.length; j++) {
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (key[i - 1] === text[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && key[i - 1] === text[j - 2] && key[i - 2] === text[j - 1])
        least = Math.min(least, at(i - 2, j - 2) + 1);
      (d[i] as number[])[j] = least;
    }
  }
  return Math.min(...(d[key.length] as number[]));
}

describe("distance to what begins a name", () => {
  it("is the textbook's, up to its limit", () => {
    const draws = rng("distance", 1);
    const word = (length: number) => Array.from({ length }, () => "ab"[draws.int(2)]).join("");
    const encode = (text: string) => new TextEncoder().encode(text);
    const seen = new Set<number>();
    for (let round = 0; round < 2000; round++) {
      const [key, text] = [word(3 + draws.int(6)), word(1 + draws.int(10))];
      const limit = 1 + draws.int(2);
      const distance = prefixDistance(encode(key), limit)(encode(`${text}\nabab`), 0);
      expect({ key, text, distance }).toEqual({ key, text, distance: Math.min(limit + 1, textbook(key, text)) });
      seen.add(distance);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe("search in a stored graph", () => {
  it("gives nodes with their types, a synonym where that was found, and each node once", async () => {
    const nodes = [
      "id\ttype\tname\tsynonyms",
      "d0\tDisease\tRenal failure\tkidney failure|failure of the kidney",
      "d1\tDisease\tNaN\t",
      "s0\tSymptom\tkidney pain\t",
    ].join("\n");
    const { store } = await importText(nodes, edgesFile("d0 presents s0"));
    const stored = await store.open("g");
    if (!stored) throw new Error("the graph is not there");
    const search = await nameSearch(stored, new AbortController().signal);
    expect(search.find("kidney", 10)).toEqual([
      { id: "s0", type: "Symptom", ordinal: 0, name: "kidney pain", rank: "prefix" },
      { id: "d0", type: "Disease", ordinal: 0, name: "Renal failure", synonym: "kidney failure", rank: "prefix" },
    ]);
    expect(search.find("renal", 10)).toEqual([{ id: "d0", type: "Disease", ordinal: 0, name: "Renal failure", rank: "prefix" }]);
    expect(search.find("nan", 10)).toEqual([]);
  });

  it("keeps ordinals over several chunks", async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `disease number ${i}`);
    const { store } = await importText(
      nodesFile({ Symptom: ["fever"], Disease: names }),
      edgesFile("Disease:0 presents Symptom:0"),
    );
    const stored = await store.open("g");
    if (!stored) throw new Error("the graph is not there");
    const [first] = (await nameSearch(stored, new AbortController().signal)).find("disease number 4711", 1);
    expect(first).toMatchObject({ id: "Disease:4711", ordinal: 4711, rank: "exact" });
  });

  it("stops when it is told to", async () => {
    const { store } = await importText(nodesFile({ Disease: ["gout", "asthma"] }), edgesFile("Disease:0 resembles Disease:1"));
    const stored = await store.open("g");
    if (!stored) throw new Error("the graph is not there");
    await expect(nameSearch(stored, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });
});
