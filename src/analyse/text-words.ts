// Words of texts for counting: lower case, punctuation left out. Knows no measure.

import { wordsOf } from "../tasks/words.ts";

const spoken = /[\p{L}\p{N}]/u;

/** Words of a text with a letter or a digit, in lower case, as BERT's basic tokenizer cuts them. */
export function countedWords(text: string): string[] {
  return wordsOf(text).flatMap(({ start, end }) => {
    const word = text.slice(start, end);
    return spoken.test(word) ? [word.normalize("NFKC").toLowerCase()] : [];
  });
}

/** Each word as a number, the same for the same word over all texts that the numbering has seen. */
export class Numbering {
  readonly #numbers = new Map<string, number>();

  numbersOf(words: readonly string[]): Int32Array {
    return Int32Array.from(words, (word) => {
      const found = this.#numbers.get(word);
      if (found !== undefined) return found;
      this.#numbers.set(word, this.#numbers.size);
      return this.#numbers.size - 1;
    });
  }

  get size(): number {
    return this.#numbers.size;
  }
}
