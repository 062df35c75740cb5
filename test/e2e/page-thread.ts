// How long the page's own thread is held by one task, from the browser's trace. Knows no page.

import type { Browser, Page } from "@playwright/test";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time, where the event has them. */
  readonly tdur?: number;
}

const mark = "the page's own process";

/**
 * Runs `work` and resolves to the longest task of the page's main thread meanwhile, in milliseconds of processor time: a machine
 * that is busy with other things lengthens no task by it. The browser's own pages have processes of theirs, and do not count.
 */
export async function longestTask(browser: Browser, page: Page, work: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing", "__metadata"] });
  await work();
  await page.evaluate((name) => performance.mark(name), mark);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
  const own = traceEvents.find((e) => e.name === mark);
  const onPage = ({ pid, tid }: TraceEvent) => pid === own?.pid && tid === own.tid;
  const tasks = traceEvents.filter((e) => e.name.endsWith("RunTask") && e.tdur !== undefined && onPage(e));
  if (tasks.length === 0) throw new Error("the trace holds no task of the page's thread");
  return tasks.reduce((most, e) => Math.max(most, e.tdur ?? 0), 0) / 1000;
}
