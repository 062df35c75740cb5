// Intervals and the paired test of the scores, in words and markup. Pure.

import type { Interval } from "../evaluate/bootstrap.ts";
import { pInText, signed } from "./difference-words.ts";
import { type Html, html } from "./report-html.ts";
import type { Sureness } from "./sureness.ts";

/** Behind a score. */
export const interval = (of: Interval | undefined): Html =>
  of ? html` <span class="soft interval">${of.low.toFixed(3)} to ${of.high.toFixed(3)}</span>` : html``;

/** The gain of the second stage with its interval and its test. */
export function surenessWords(sure: Sureness | undefined, metric: string, second: string): Html {
  if (!sure || !Object.values(sure.intervals).some((of) => of !== undefined)) return html``;
  const method = html`<p class="soft">Below each score: its 95 % interval, by 10,000 draws of the test examples. It tells what another test set of that size would give, and nothing of a text written anew, or of other seeds of the training.</p>`;
  if (!sure.gain) return method;
  const { difference, interval: of, p } = sure.gain;
  const verdict =
    of.low > 0
      ? "The test set is large enough to tell the gain from chance."
      : of.high < 0
        ? "The test set is large enough to tell the loss from chance."
        : "The interval holds 0: this test set does not tell the difference from chance.";
  return html`<p>${metric}, ${second} less few-shot alone, on the same test examples: <b>${signed(difference)}</b> (95 % interval ${signed(of.low)} to ${signed(of.high)}; paired bootstrap, p ${pInText(p)}). ${verdict}</p>${method}`;
}
