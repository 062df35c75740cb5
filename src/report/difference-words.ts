// Differences of scores and their p-values as text. Pure.

/** Three digits, never "−0.000". */
export function signed(x: number): string {
  const text = Math.abs(x).toFixed(3);
  return x < 0 && text !== "0.000" ? `−${text}` : `+${text}`;
}

/** Never 0: so many draws cannot tell a smaller one. */
export const pWords = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));

/** The same within a sentence. */
export const pInText = (p: number): string => (p < 0.001 ? "below 0.001" : p.toFixed(p < 0.01 ? 3 : 2));
