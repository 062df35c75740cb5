// CMD worked out from its terms, a line an order of moment. Pure.

/** Orders 1 to 5: what a term compares. */
const compares = ["means", "variances", "third central moments", "fourth central moments", "fifth central moments"] as const;

/** Unit vectors lie in an interval of this width in each direction. */
const width = 2;

/** Lines that add up to the last one's number. Empty for an analysis that has no terms. */
export function cmdWorking(terms: readonly number[] = []): readonly string[] {
  if (terms.length === 0) return [];
  const lines = terms.map((term, i) => {
    const order = i + 1;
    const raw = term * width ** order;
    return `${compares[i] ?? `central moments of order ${order}`}: distance ${digits(raw)}, divided by ${width ** order}: ${digits(term)}`;
  });
  const total = terms.reduce((sum, term) => sum + term, 0);
  return [...lines, `together: ${terms.map(digits).join(" + ")} = ${digits(total)}`];
}

const digits = (value: number): string => value.toFixed(4);
