// Pearson's correlation of two rows of numbers.

export function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const dot = (f: (i: number) => number) => x.reduce((sum, _, i) => sum + f(i), 0);
  const [dx, dy] = [(i: number) => (x[i] as number) - mx, (i: number) => (y[i] as number) - my];
  return dot((i) => dx(i) * dy(i)) / Math.sqrt(dot((i) => dx(i) ** 2) * dot((i) => dy(i) ** 2));
}
