// Inputs of a masked model: labels before the text or tags around the words, and the places that may be masked, never another.

import { describe, expect, it } from "vitest";
import { type MaskedInput, maskedInput, tagTokens } from "../../../src/classifier/masked-input.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { addTokens } from "../../../src/text/added-tokens.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import type { WordPiece } from "../../../src/text/word-piece.ts";

const pieces = [
  "acute",
  "renal",
  "failure",
  "occurred",
  "after",
  "heparin",
  "fever",
  "neph",
  "##ritis",
  "not",
  "induce",
  "is",
  "it",
];
const more = ["equivalent", "evading", "growth", "suppressors", "inducing", "angio", "##genesis", "-", ",", "."];
const vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...pieces, ...more];
const files = new Map([["vocab.txt", `${vocab.join("\n")}\n`]]);
const plain = readTokenizer(files).tokenizer;
const tagged = addTokens(plain, files, tagTokens(bc5cdrDisease)).tokenizer;

const shown = ({ encoding }: MaskedInput, { vocabulary }: WordPiece) => encoding.ids.map((id) => vocabulary[id]).join(" ");
const surfaces = ({ places }: MaskedInput, texts: readonly string[]) =>
  places.map(({ text, start, end }) => (texts[text] as string).slice(start, end));
const mark = (text: string, word: string, label: string) => {
  const start = text.indexOf(word);
  return { start, end: start + word.length, label };
};

const failure = "Acute renal failure occurred";
const entity: TokenExample = { kind: "token", text: failure, spans: [mark(failure, "Acute renal failure", "Disease")] };

describe("tags around words", () => {
  it("stand on both sides of each of the three words, and the text can be read back from between them", () => {
    const input = maskedInput("around", bc5cdrDisease, tagged, entity, 64);
    const inner = "<B-Disease> acute <B-Disease> <I-Disease> renal <I-Disease> <I-Disease> failure <I-Disease>";
    expect(shown(input, tagged)).toBe(`[CLS] ${inner} occurred [SEP]`);
    expect(surfaces(input, [failure])).toEqual(["Acute", "renal", "failure"]);
    const { encoding } = input;
    const text = encoding.ids.flatMap((_, i) =>
      (encoding.words[i] as number) < 0 ? [] : [failure.slice(encoding.starts[i], encoding.ends[i])],
    );
    expect(text.join(" ")).toBe(failure);
  });

  it("wrap a word of several pieces once, and beginnings and ends of words are told", () => {
    const text = "Nephritis-fever after nephritis";
    const spans = [mark(text, "Nephritis-fever", "Disease"), { start: 22, end: 31, label: "Disease" }];
    const input = maskedInput("around", bc5cdrDisease, tagged, { kind: "token", text, spans }, 64);
    expect(shown(input, tagged)).toContain("<B-Disease> neph ##ritis <B-Disease> <I-Disease> - <I-Disease> <I-Disease> fever");
    expect(surfaces(input, [text])).toEqual(["Neph", "ritis", "-", "fever", "neph", "ritis"]);
    expect(input.places.map(({ begins, ends }) => `${begins} ${ends}`)).toEqual([
      "true false",
      "false true",
      "true true",
      "true true",
      "true false",
      "false true",
    ]);
    expect(new Set(input.places.map(({ word }) => word)).size).toBe(4);
  });

  it("never stand without their word where the input ends, and a word beyond it has no places", () => {
    for (let most = 3; most < 12; most++) {
      const input = maskedInput("around", bc5cdrDisease, tagged, entity, most);
      expect(input.encoding.ids.length).toBeLessThanOrEqual(most);
      const tags = input.encoding.ids.filter((id) => id >= plain.vocabulary.length).length;
      expect(tags).toBe(2 * input.places.length);
    }
  });

  it("take a piece with the accents that stand on it, composed or not", () => {
    const text = "fe\u0301ve\u0301r\u0301 ne\u0301ph\u0301ritis\u0301 f\u00e9ver";
    const spans = [{ start: 0, end: text.length, label: "Disease" }];
    const input = maskedInput("around", bc5cdrDisease, tagged, { kind: "token", text, spans }, 64);
    expect(surfaces(input, [text])).toEqual(["fe\u0301ve\u0301r\u0301", "ne\u0301ph\u0301", "ritis\u0301", "f\u00e9ver"]);
  });

  it("leave a word alone that the vocabulary does not know", () => {
    const text = "zzz fever";
    const spans = [mark(text, "zzz fever", "Disease")];
    expect(surfaces(maskedInput("around", bc5cdrDisease, tagged, { kind: "token", text, spans }, 64), [text])).toEqual(["fever"]);
  });
});

describe("labels before the text", () => {
  const textAt = (task: Task, example: Example, most = 64) => maskedInput("before", task, plain, example, most);

  it("are the words of their names, all of them where there are several, and have no places", () => {
    const text = "fever after heparin";
    const labels = ["evading growth suppressors", "inducing angiogenesis"];
    const input = textAt(hoc, { kind: "sentence", text, labels });
    expect(shown(input, plain)).toBe("[CLS] evading growth suppressors , inducing angio ##genesis fever after heparin [SEP]");
    expect(input.condition).toBe(7);
    expect(surfaces(input, [text])).toEqual(["fever", "after", "heparin"]);
    expect(Math.min(...input.places.map(({ at }) => at))).toBe(8);
  });

  it("stand before the first text of a pair, and both texts have places of their own", () => {
    const [first, second] = ["is it fever", "heparin occurred"];
    const label = mqp.labels[0]?.id as string;
    const input = textAt(mqp, { kind: "pair", first, second, label });
    expect(surfaces(input, [first, second])).toEqual(["is", "it", "fever", "heparin", "occurred"]);
    expect(input.places.map(({ text }) => text)).toEqual([0, 0, 0, 1, 1]);
    expect(input.encoding.types.filter((type) => type === 1)).toHaveLength(3); // with its [SEP]
  });

  it("and the entities of a relation are never masked, also where one is a part of a word", () => {
    const text = "heparin-fever occurred after nephritis";
    const relation: Example = {
      kind: "relation",
      text,
      head: mark(text, "heparin", "Chemical"),
      tail: mark(text, "ritis", "Disease"),
      label: "induce",
    };
    expect(surfaces(textAt(cdr, relation), [text])).toEqual(["-", "fever", "occurred", "after", "neph"]);
  });

  it("give way to the text where they alone would fill the input", () => {
    const text = "fever after heparin";
    const input = textAt(hoc, { kind: "sentence", text, labels: hoc.labels.map(({ id }) => id) }, 16);
    expect(input.encoding.ids).toHaveLength(13);
    expect(input.condition).toBe(8);
  });
});
