// docs/vllm_uncopied.py over stand-ins for vLLM and transformers: it forbids what the app's own sampler forbids. docs/cluster.md says how it was run.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { copyBan } from "../../../src/engines/sampling/uncopied.ts";
import { requestBody } from "../../../src/generate/batch-lines.ts";
import { hasPython, python } from "../python.ts";

const root = join(import.meta.dirname, "../../..");
const stub = join(root, "test/fixtures/vllm-stub");
const folder = mkdtempSync(join(tmpdir(), "clinfuse-uncopied-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pieces = [
  "does",
  " does",
  "Do",
  " it",
  "'",
  "s",
  "It",
  " ß",
  "β",
  " β-",
  "CURE",
  " cure",
  " Cu",
  "re",
  " 5",
  "½",
  ".",
  " ",
  "_x",
  "é",
  " é",
  " क",
  "ि",
  "\u0301",
];
const tokenizer = {
  vocabulary: pieces,
  encode(text: string): number[] {
    const ids: number[] = [];
    for (let rest = text; rest !== ""; ) {
      const fits = pieces.flatMap((piece, id) => (rest.startsWith(piece) ? [{ piece, id }] : []));
      const best = fits.sort((a, b) => b.piece.length - a.piece.length)[0];
      if (!best) return ids;
      ids.push(best.id);
      rest = rest.slice(best.piece.length);
    }
    return ids;
  },
  decode: (ids: readonly number[]) => ids.map((id) => pieces[id]).join(""),
};

interface Case {
  readonly texts: readonly string[];
  readonly words: number;
  readonly tokens: readonly number[];
  readonly masked?: readonly number[];
}

function bans(cases: readonly Case[]): readonly (readonly number[])[] {
  const vocabulary = join(folder, "pieces.json");
  writeFileSync(vocabulary, JSON.stringify(pieces));
  const env = {
    ...process.env,
    PYTHONPATH: [stub, join(root, "docs")].join(delimiter),
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONIOENCODING: "utf-8",
  };
  const input = cases.map((each) => `${JSON.stringify(each)}\n`).join("");
  const output = execFileSync(python, [join(stub, "bans.py"), vocabulary], { env, input, encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as number[]);
}

describe.skipIf(!hasPython())("docs/vllm_uncopied.py (skipped without Python)", () => {
  it("forbids the tokens that the app's sampler forbids, whatever the text and the length of a run", () => {
    const random = rng("vllm-uncopied");
    const drawn = (least: number, most: number) =>
      Array.from({ length: least + random.int(most - least + 1) }, () => random.int(pieces.length));
    const cases = Array.from({ length: 400 }, (): Case => {
      const source = drawn(4, 14);
      const cut = random.int(source.length);
      const tokens = random.int(2) === 0 ? source.slice(0, cut) : [...drawn(0, 5), ...source.slice(cut)];
      const texts = [tokenizer.decode(source), tokenizer.decode(drawn(0, 6))];
      return { texts, words: 1 + random.int(4), tokens };
    });
    const own = cases.map(({ texts, words, tokens }) => {
      const banned = copyBan(tokenizer, { texts, words })(tokens);
      return [...new Set(banned)].sort((a, b) => a - b);
    });
    expect(own.filter((ids) => ids.length > 0).length).toBeGreaterThan(100);
    expect(bans(cases)).toEqual(own);
  });

  it("lets a copy through where the grammar leaves nothing else, as the app does", () => {
    const texts = ["does it cure"];
    const tokens = tokenizer.encode("does it");
    const openings = bans([{ texts, words: 3, tokens }])[0] as readonly number[];
    expect(openings).toContain(pieces.indexOf(" cure"));
    const others = pieces.map((_, id) => id).filter((id) => !openings.includes(id));
    expect(bans([{ texts, words: 3, tokens, masked: others }])).toEqual([[]]);
  });

  it("is asked by the fields that a request of the form vllm carries, and by none of the others", () => {
    const sampling = { temperature: 1, topP: 1, maxTokens: 8 };
    const request = { messages: [], sampling, seed: 1, uncopied: { texts: ["does it"], words: 2 } };
    expect(requestBody(request, "m", "vllm")).toMatchObject({ vllm_xargs: { uncopied_texts: ["does it"], uncopied_words: 2 } });
    expect(requestBody(request, "m", "none")).not.toHaveProperty("vllm_xargs");
    expect(requestBody(request, "m", "vllm-guided")).not.toHaveProperty("vllm_xargs");
  });
});
