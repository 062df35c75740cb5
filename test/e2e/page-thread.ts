// How long the page's own thread is held by one task, from the browser's trace. Knows no page.

import type { Browser, Page } from "@playwright/test";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Microseconds of processor time, where the event has them. */
  readonly tdur?: number;
}

/**
 * Runs `work` and resolves to the longest task of the renderer's main thread meanwhile, in milliseconds of processor time: a
 * machine that is busy with other things lengthens no task by it.
 */
export async function longestTask(browser: Browser, page: Page, work: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(traceEvents.filter((e) => e.name === "thread_name" && e.args.name === "CrRendererMain").map(threadOf));
  const tasks = traceEvents.filter((e) => e.name.endsWith("RunTask") && e.tdur !== undefined && main.has(threadOf(e)));
  if (tasks.length === 0) throw new Error("the trace holds no task of the page's thread");
  return tasks.reduce((most, e) => Math.max(most, e.tdur ?? 0), 0) / 1000;
}
