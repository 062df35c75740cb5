// Variants of a classifier: the question behind each input, the words that stand for a label, and what of it is left to other programs.

import { describe, expect, it } from "vitest";
import { readInput, readWindows } from "../../../src/classifier/inputs.ts";
import { predictedExample } from "../../../src/classifier/task-head.ts";
import { labelPieces, leavesAs, queryOf, variantRow, variantSuits } from "../../../src/classifier/variant.ts";
import { headParameters } from "../../../src/nn/heads.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { casi } from "../../../src/tasks/casi.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { ignoredLabel } from "../../../src/text/bio.ts";
import { linearClassifier, tokenExamples, vocabulary } from "../train/toy.ts";

const piece = (text: string) => vocabulary.indexOf(text);
const separator = piece("[SEP]");

describe("a question behind every input", () => {
  const asking = { ...linearClassifier(), query: [piece("[UNK]"), piece("."), separator], maxTokens: 24 };
  const [example] = tokenExamples(1, 3) as [Example];

  it("is the second of a pair, and no word of the example", () => {
    const plain = readInput({ ...asking, query: [] }, example);
    const { encoding, targets, query } = readInput(asking, example);
    const n = plain.encoding.ids.length;
    expect(encoding.ids).toEqual([...plain.encoding.ids, ...asking.query]);
    expect(encoding.types).toEqual([...new Array(n).fill(0), 1, 1, 1]);
    expect(encoding.words.slice(n)).toEqual([-1, -1, -1]);
    expect(targets).toEqual([...plain.targets, ignoredLabel, ignoredLabel, ignoredLabel]);
    expect(query).toBe(3);
  });

  it("leaves no input longer than the encoder reads, and loses no word of a long text", () => {
    const word = (example as { text: string }).text.split(" ")[0] as string;
    const text = new Array(60).fill(word).join(" ");
    const long: Example = { kind: "token", text, spans: [] };
    const windows = readWindows(asking, long);
    expect(windows.length).toBeGreaterThan(2);
    for (const { encoding } of windows) {
      expect(encoding.ids.length).toBeLessThanOrEqual(24);
      expect(encoding.ids.slice(-3)).toEqual(asking.query);
    }
    expect(new Set(windows.flatMap(({ encoding }) => encoding.words.filter((w) => w >= 0))).size).toBe(60);
    // Every word is a disease of its own by every window: all come back, each once.
    const outputs = windows.map(({ encoding }) => encoding.ids.map(() => 1));
    const found = predictedExample(bc5cdrDisease, long, windows, outputs);
    expect(found.kind === "token" && found.spans).toHaveLength(60);
  });

  it("does not count as context of the words at a window's end", () => {
    const word = (example as { text: string }).text.split(" ")[0] as string;
    const long: Example = { kind: "token", text: new Array(60).fill(word).join(" "), spans: [] };
    const of = (classifier: typeof asking) => {
      const windows = readWindows(classifier, long);
      // The first window finds a disease everywhere, the others nothing.
      const outputs = windows.map(({ encoding }, w) => encoding.ids.map(() => (w === 0 ? 1 : 0)));
      const found = predictedExample(bc5cdrDisease, long, windows, outputs);
      return found.kind === "token" ? found.spans.length : -1;
    };
    expect(of(asking)).toBe(of({ ...asking, query: [], maxTokens: 21 })); // the same windows
  });

  it("names every type with its meaning", () => {
    expect(queryOf(bc5cdrDisease)).toBe("Which words are the name of: disease (a disease, disorder, symptom or adverse effect)?");
    const own = { ...bc5cdrDisease, labels: [{ id: "X", name: "allele", description: "" }] };
    expect(queryOf(own)).toBe("Which words are the name of: allele?");
    expect(queryOf(casi)).toContain("; Dosage (");
  });
});

describe("label words", () => {
  const { tokenizer } = linearClassifier().encoder;
  it("are the pieces of each type's name; of a name in no known script the unknown piece", () => {
    const ids = labelPieces(
      {
        ...bc5cdrDisease,
        labels: [
          { id: "D", name: "the patient", description: "" },
          { id: "病", name: "", description: "" },
        ],
      },
      tokenizer,
    );
    expect(ids).toEqual([[piece("the"), piece("patient")], [piece("[UNK]")]]);
  });

  it("stand in the frozen table's rows, whatever the checkpoint calls it", () => {
    const hidden = 8;
    const data = Float32Array.from({ length: vocabulary.length * hidden }, (_, i) => i);
    const weights = new Map([["embeddings.word_embeddings.weight", { shape: [vocabulary.length, hidden], data }]]);
    const task = { ...bc5cdrDisease, labels: [{ id: "D", name: "the patient", description: "" }] };
    const rows = variantRow("lightner").headWeights?.({ ...linearClassifier().encoder, weights }, task);
    const at = (id: number) => [...data.slice(id * hidden, (id + 1) * hidden)];
    expect([...(rows?.keys() ?? [])]).toEqual(["label_words.0.embeddings"]);
    expect([...(rows?.get("label_words.0.embeddings")?.data ?? [])]).toEqual([...at(piece("the")), ...at(piece("patient"))]);
  });
});

it("has LightNER's ten vectors through 800 numbers, and its label words' weights between 1 and 2.5 (Chen et al. 2022)", () => {
  const { trains, head } = variantRow("lightner");
  expect(trains).toEqual({ kind: "prefix", length: 10, width: 800 });
  const { encoder } = linearClassifier();
  const drawn = headParameters(encoder.config, head(bc5cdrDisease, encoder.tokenizer)).filter(({ name }) =>
    /\d+\.weight$/.test(name),
  );
  expect(drawn.map(({ missing }) => missing)).toEqual([{ low: 1, high: 2.5 }]);
});

it("tag words: they suit no other task", () => {
  expect(variantSuits("lightner", bc5cdrDisease)).toBe(true);
  expect(variantSuits("kgpc", mqp)).toBe(false);
  expect(variantSuits("plain", mqp)).toBe(true);
});

it("say in a sentence what other programs make of the saved model", () => {
  expect(leavesAs("plain", bc5cdrDisease)).toBeUndefined();
  expect(leavesAs("lightner", bc5cdrDisease)).toMatch(/transformers has no class/);
  expect(leavesAs("kgpc", bc5cdrDisease)).toContain(queryOf(bc5cdrDisease));
});
