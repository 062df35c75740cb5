// Numbers as a reader wants them: counts, bytes, durations, shares, scores. Pure.

// Not Intl.NumberFormat: making one costs the page 9 ms before it can be drawn.
export const count = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");

/** "1 example", "2 examples". */
export const counted = (n: number, noun: string, plural = `${noun}s`): string => `${count(n)} ${n === 1 ? noun : plural}`;

/** 92 MB; powers of ten, as disks and networks count. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = n / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "8 s", "3 min 20 s", "1 h 5 min". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "about 3 min": coarse on purpose, since it is an estimate. */
export function timeLeft(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return "a few seconds";
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} h`;
}

/** A rate per second with as many digits as it deserves. */
export const rate = (n: number): string => (n < 10 ? n.toFixed(1) : count(n));

/** A share in [0, 1] as per cent: 0 and 100 are none and all. */
export function share(x: number): string {
  if (x > 0 && x < 0.005) return "under 1 %";
  if (x < 1 && x >= 0.995) return "over 99 %";
  return `${Math.round(100 * x)} %`;
}

/** A score in [0, 1], three digits, as the paper's tables in other words: 0.334. */
export const score = (x: number | undefined): string => (x === undefined || Number.isNaN(x) ? "–" : x.toFixed(3));

/** 0.0001 as 1e-4, 0.05 as 0.05. */
export const small = (x: number): string => (x !== 0 && Math.abs(x) < 0.001 ? x.toExponential().replace("e-0", "e-") : String(x));

export const date = (milliseconds: number): string =>
  new Date(milliseconds).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
