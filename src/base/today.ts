// The day of the user's calendar. Knows no format but that of ISO 8601.

/** `2026-11-27`, in local time: late in the evening it is another day elsewhere. */
export function today(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
