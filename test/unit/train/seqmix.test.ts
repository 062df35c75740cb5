// SeqMix: which windows are mixed, what is put in their place, and that the same seed makes the same sequences.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { type Input, inputOf, outputNames } from "../../../src/classifier/task-head.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";
import { ignoredLabel } from "../../../src/text/bio.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { tokenSearch } from "../../../src/train/nearest-token.ts";
import { mixedSequences, mixedShares, seqmix } from "../../../src/train/seqmix.ts";
import { compatibleWindows } from "../../../src/train/seqmix-windows.ts";
import type { MethodOf } from "../../../src/train/training-method.ts";
import { linearClassifier, tokenExamples, tokenizerFiles, vocabulary } from "./toy.ts";

const names = outputNames(bc5cdrDisease); // O, B-Disease, I-Disease
const { tokenizer } = readTokenizer(tokenizerFiles);
const none = ignoredLabel;
const never = new AbortController().signal;
const method: MethodOf<"seqmix"> = { kind: "seqmix", variant: "window", alpha: 8, window: 5 };

/** A sequence by its targets; ids rise from 10 times its number. */
function sequence(targets: readonly number[], first: number): Input {
  const zeros = targets.map(() => 0);
  const ids = targets.map((_, i) => first + i);
  return { encoding: { ids, types: zeros, starts: zeros, ends: zeros, words: zeros }, words: [], targets };
}

/** A sequence of words tagged so between its special tokens. */
const words = (tags: string, first = 10) => sequence([none, ...[...tags].map((t) => "OBI".indexOf(t)), none], first);

describe("windows", () => {
  const of = (inputs: readonly Input[], variant: "whole" | "window" | "same-tags" = "window") =>
    compatibleWindows(inputs, { variant, window: 5 }, names);

  it("begin at an entity's tag, end before the last token, and the bar falls until two sequences pass", () => {
    const three = words("OBIIOOO");
    expect(of([three, words("BIIOO")])).toEqual({
      bar: 3,
      windows: [
        { sequence: 0, start: 2, length: 5, group: "" },
        { sequence: 1, start: 1, length: 5, group: "" },
      ],
    });
    expect(of([three, words("OOBIOOO")]).bar).toBe(2);
    const one = of([three, words("OOOOBOOO"), words("OBOOOO")]);
    expect(one.bar).toBe(1);
    // the last window ends with the text; one more word and it would hold the end's own token
    expect(one.windows.map(({ sequence: s, start }) => [s, start])).toEqual([
      [0, 2],
      [0, 3],
      [2, 2],
    ]);
    expect(of([words("OOOB"), three])).toEqual({ bar: 1, windows: [] });
    expect(of([words("OOOOOOO"), words("OOOOOO")]).windows).toEqual([]);
  });

  it("a piece without a tag of its own counts for none", () => {
    const pieces = sequence([none, 1, none, none, 0, 0, none], 10);
    expect(of([pieces, words("BIIOO")]).bar).toBe(1);
  });

  it("of the same tags, and whole sequences of one length, are mixed with their like alone", () => {
    const inputs = [words("BIIOO"), words("BIIOO"), words("BIOOO"), words("OBIIO")];
    expect(of(inputs, "same-tags")).toMatchObject({ bar: 3, windows: [{ sequence: 0 }, { sequence: 1 }] });
    expect(of([...inputs, words("BIIOOO")], "whole").windows.map(({ sequence: s }) => s)).toEqual([0, 1, 3]);
    expect(of([words("BII"), words("BIIO")], "whole").windows).toEqual([]);
  });
});

describe("mixed sequences", () => {
  const table = { shape: [60, 3], data: Float32Array.from({ length: 180 }, (_, i) => (i * 0.37) % 1) };
  const search = tokenSearch(table, (row) => row > 4);
  const inputs = [words("OBIIOOO", 10), words("BOOOO", 30)];
  const pair = [
    { sequence: 0, start: 2, length: 5, group: "" },
    { sequence: 1, start: 1, length: 5, group: "" },
  ] as const;

  it("are two, unchanged outside the windows, with the same window of new tokens inside", () => {
    const [first, second] = mixedSequences(inputs, pair, 0.75, { variant: "window" }, search) as [Input, Input];
    expect(first.encoding.ids.slice(0, 2)).toEqual([10, 11]);
    expect(first.encoding.ids.slice(7)).toEqual([17, 18]);
    expect(second.encoding.ids[0]).toBe(30);
    expect(second.encoding.ids.slice(6)).toEqual([36]);
    const window = first.encoding.ids.slice(2, 7);
    expect(second.encoding.ids.slice(1, 6)).toEqual(window);
    for (const [i, id] of window.entries()) expect([12 + i, 31 + i]).not.toContain(id);
    expect(first.soft?.slice(0, 2)).toEqual([[], [{ output: 0, share: 1 }]]);
    expect(first.soft?.[2]).toEqual([{ output: 1, share: 1 }]); // B and B
    expect(first.soft?.[3]).toEqual([
      { output: 2, share: 0.75 },
      { output: 0, share: 0.25 },
    ]);
    expect(second.soft?.slice(1, 6)).toEqual(first.soft?.slice(2, 7));
  });

  it("of whole sequences are one", () => {
    expect(mixedSequences(inputs, pair, 0.5, { variant: "whole" }, search)).toHaveLength(1);
  });

  it("tags O and B give .75 and .25; a piece without a tag asks nothing for its share", () => {
    expect(mixedShares(0, 1, 0.75)).toEqual([
      { output: 0, share: 0.75 },
      { output: 1, share: 0.25 },
    ]);
    expect(mixedShares(none, 1, 0.75)).toEqual([{ output: 1, share: 0.25 }]);
    expect(mixedShares(none, none, 0.75)).toEqual([]);
  });
});

describe("the method's stage II", () => {
  const draws = rng("embeddings");
  const columns = 4;
  const weights = new Map([
    [
      "embeddings.word_embeddings.weight",
      {
        shape: [vocabulary.length, columns],
        data: Float32Array.from({ length: vocabulary.length * columns }, () => draws.next() - 0.5),
      },
    ],
  ]);
  const few = tokenExamples(5, 1).filter(({ text }) => text.split(" ").length > 6);
  const material = {
    task: bc5cdrDisease,
    encoder: { ...linearClassifier().encoder, weights },
    few,
    synthetic: [],
    size: 12,
    epochs: 3,
    config: { learningRate: 1, batchSize: 8, maxTokens: 64, warmup: 0, weightDecay: 0, clipNorm: 0, seed: 3 },
  };
  const prepare = (changes: Partial<typeof material> = {}, of = method) => seqmix.prepare(of, { ...material, ...changes }, never);

  it("is the few-shot set and so many sequences, none twice, of real tokens alone; the same from the same seed", async () => {
    const { stage, remarks } = await prepare();
    const ids = stage.made!.map(({ encoding }) => encoding.ids);
    expect(stage).toMatchObject({ id: "synthetic", examples: few, epochs: 3 });
    expect(ids).toHaveLength(12);
    const known = few.map((example) => inputOf(bc5cdrDisease, tokenizer, example, 64).encoding.ids.join());
    expect(new Set([...known, ...ids.map((of) => of.join())]).size).toBe(12 + few.length);
    for (const of of ids) for (const id of of.slice(1, -1)) expect(vocabulary[id]).not.toMatch(/^\[/);
    expect((await prepare()).stage.made).toEqual(stage.made);
    expect((await prepare({ config: { ...material.config, seed: 4 } })).stage.made).not.toEqual(stage.made);
    expect(remarks[0]).toMatch(
      /^SeqMix made 12 sequences from \d of \d few-shot texts, which have windows of 5 tokens .* at least [123] entity tags?\.$/,
    );
    expect(remarks).toHaveLength(4);
    expect(remarks[1]).not.toContain("##s ##");
    expect(remarks[1]).toMatch(/^SeqMix wrote: \S/);
  });

  it("ends when nothing new can be made, and says so where nothing can be made at all", async () => {
    const single = await prepare({ few: few.slice(0, 1) });
    expect(single.stage.made).toEqual([]);
    expect(single.remarks).toEqual([expect.stringMatching(/^SeqMix made no sequence: no two few-shot texts/)]);
    const short: TokenExample[] = ["gout", "lupus"].map((text) => ({
      kind: "token",
      text,
      spans: [{ start: 0, end: text.length, label: "Disease" }],
    }));
    const { stage } = await prepare({ few: short, size: 500 }, { ...method, window: 1 });
    expect(stage.made!.length).toBeGreaterThan(0);
    expect(stage.made!.length).toBeLessThan(vocabulary.length);
  });

  it("asks for the text's own tags outside the window, and for no more than one tag's worth inside", async () => {
    const { stage } = await prepare();
    for (const { soft, targets } of stage.made!) {
      const hard = targets.map((output) => (output === none ? [] : [{ output, share: 1 }]));
      const changed = soft!.flatMap((shares, i) => (JSON.stringify(shares) === JSON.stringify(hard[i]) ? [] : [i]));
      if (changed.length > 0) expect(changed.at(-1)! - changed[0]!).toBeLessThan(5);
      for (const shares of soft!) expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-12);
    }
  });
});
