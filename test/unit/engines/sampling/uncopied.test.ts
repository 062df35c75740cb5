// The ban on runs of words, on a small vocabulary whose words are one or two tokens.

import { describe, expect, it } from "vitest";
import { takesOver } from "../../../../src/base/word-runs.ts";
import { copyBan } from "../../../../src/engines/sampling/uncopied.ts";

const pieces = ["What", "what", " what", " is", " the", " best", " cure", " for", " hydro", "xy", "chlor", "?", " now", " Best"];
/** Greedy from the left, the longest piece first. */
const tokenizer = {
  vocabulary: pieces,
  encode(text: string): number[] {
    const ids: number[] = [];
    for (let rest = text; rest !== ""; ) {
      const fits = pieces.map((piece, id) => ({ piece, id })).filter(({ piece }) => rest.startsWith(piece));
      const best = fits.sort((a, b) => b.piece.length - a.piece.length)[0];
      if (!best) return ids;
      ids.push(best.id);
      rest = rest.slice(best.piece.length);
    }
    return ids;
  },
  decode: (ids: readonly number[]) => ids.map((id) => pieces[id]).join(""),
};
const first = "What is the best cure for hydroxychlor?";
const forbidden = (text: string, words: number) =>
  copyBan(tokenizer, { texts: [first], words })(tokenizer.encode(text)).map((id) => pieces[id]);

describe("copyBan", () => {
  it("forbids the word that would complete a run, with a capital too, and nothing before that", () => {
    expect(forbidden("what is", 4)).toEqual([]);
    expect(forbidden("what is the", 4)).toEqual([" best", " Best"]);
    expect(forbidden(" now what is the", 4)).toEqual([" best", " Best"]);
    expect(forbidden("what is the now", 4)).toEqual([]);
  });

  it("forbids the first token of a word of several, and none within it", () => {
    expect(forbidden(" best cure for", 4)).toEqual([" hydro"]);
    expect(forbidden(" now best cure for hydro", 5)).toEqual([]);
    expect(forbidden(" the best cure for hydroxy", 6)).toEqual([]);
  });

  it("keeps a writer that would copy from ever taking a run over", () => {
    const copy = tokenizer.encode(first);
    const ban = copyBan(tokenizer, { texts: [first], words: 3 });
    const written: number[] = [];
    for (const id of copy) written.push(ban(written).includes(id) ? pieces.indexOf(" now") : id);
    expect(tokenizer.decode(written)).toBe("What is now best cure now hydroxychlor?");
    expect(takesOver(tokenizer.decode(written), [first], 3)).toBe(false);
  });

  it("forbids no run that spans two texts", () => {
    const ban = copyBan(tokenizer, { texts: ["What is the", " best cure for"], words: 3 });
    expect(ban(tokenizer.encode("What is")).map((id) => pieces[id])).toEqual([" the"]);
    expect(ban(tokenizer.encode("What is the"))).toEqual([]);
  });

  it("forbids nothing where the text is shorter than a run", () => {
    expect(copyBan(tokenizer, { texts: ["What is"], words: 3 })(tokenizer.encode("What is"))).toEqual([]);
  });
});
