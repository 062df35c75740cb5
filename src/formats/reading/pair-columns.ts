// Names under which tables and tools keep the two texts of a pair. Knows no file.

/** Columns of the first and of the second text. */
const pairs: readonly (readonly [RegExp, RegExp])[] = [
  [/^(text|sentence|question)_?(1|a)$/i, /^(text|sentence|question)_?(2|b)$/i],
  [/^(first|premise|claim|chq)$/i, /^(second|hypothesis|evidence|faq)$/i],
  [/^text$/i, /^second(_?text)?$/i],
];

/** The two names among these; undefined where no pair is whole. */
export function pairKeys(names: readonly string[]): readonly [string, string] | undefined {
  for (const [a, b] of pairs) {
    const [first, second] = [a, b].map((pattern) => names.find((name) => pattern.test(name)));
    if (first !== undefined && second !== undefined) return [first, second];
  }
  return undefined;
}
