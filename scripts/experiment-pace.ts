// Time that a grid still takes, by the cells that were computed in this sitting. Knows no cell but by its events.

import type { HeadlessEvent } from "../src/headless.ts";
import { timeLeft } from "../src/ui/parts/numbers.ts";

/**
 * Hears every event; gives a sentence after each cell but the last. Cells that were found whole from before take no time and tell none, so that no
 * sentence comes before the first that computes. The rest is taken to be as long as the mean of those that computed.
 */
export function paceOf(cells: number, now: () => number = () => performance.now()): (event: HeadlessEvent) => string | undefined {
  let began = now();
  let computes = false;
  const took: number[] = [];
  return (event) => {
    if (event.type === "cell") {
      began = now();
      computes = false;
    }
    if (event.type === "step") computes = true;
    if (event.type !== "result" && event.type !== "failed") return undefined;
    const rest = cells - event.cell - 1;
    if (computes && event.type === "result") took.push(now() - began);
    if (took.length === 0 || rest === 0) return undefined;
    const mean = took.reduce((sum, of) => sum + of, 0) / took.length;
    return `${event.cell + 1} of ${cells} cells done; ${timeLeft(mean * rest)} left if the others are like those before`;
  };
}
