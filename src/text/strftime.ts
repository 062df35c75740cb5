// A day in C's strftime formats, as chat templates ask for it. Knows no clock and no locale but English.

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const two = (n: number) => String(n).padStart(2, "0");
const short = (name: string | undefined) => (name ?? "").slice(0, 3);

/** By conversion character. A day has no time: hours, minutes and seconds are those of midnight. */
const conversions: Readonly<Record<string, (day: Date) => string>> = {
  Y: (d) => String(d.getUTCFullYear()),
  y: (d) => two(d.getUTCFullYear() % 100),
  m: (d) => two(d.getUTCMonth() + 1),
  d: (d) => two(d.getUTCDate()),
  e: (d) => String(d.getUTCDate()).padStart(2, " "),
  B: (d) => months[d.getUTCMonth()] ?? "",
  b: (d) => short(months[d.getUTCMonth()]),
  h: (d) => short(months[d.getUTCMonth()]),
  A: (d) => days[d.getUTCDay()] ?? "",
  a: (d) => short(days[d.getUTCDay()]),
  j: (d) => String((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000 + 1).padStart(3, "0"),
  F: (d) => d.toISOString().slice(0, 10),
  D: (d) => `${two(d.getUTCMonth() + 1)}/${two(d.getUTCDate())}/${two(d.getUTCFullYear() % 100)}`,
  H: () => "00",
  I: () => "12",
  M: () => "00",
  S: () => "00",
  p: () => "AM",
  T: () => "00:00:00",
  R: () => "00:00",
  "%": () => "%",
};

/** `date` is `2026-11-27`. A conversion that is not known stays as it is; `%-d` leaves the leading zero or space out. */
export function strftime(format: string, date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, bare: string, conversion: string) => {
    const text = conversions[conversion]?.(day);
    if (text === undefined) return whole;
    return bare ? text.replace(/^[0 ]+(?=.)/, "") : text;
  });
}
