// The confusion matrix as the page and the report show it. Pure.

import { confusion, nothing } from "../evaluate/confusion.ts";
import { severalItems } from "../evaluate/score.ts";
import type { Example } from "../tasks/example.ts";
import type { LearnableTask } from "../tasks/task.ts";
import { type Html, html } from "./report-html.ts";

export interface ConfusionCell {
  /** Undefined where neither a gold nor a predicted label can stand. */
  readonly count: number | undefined;
  /** Share of the row. */
  readonly share: number;
  readonly right: boolean;
}

/** A row a gold label, a column a prediction; `null` names what has no label. */
export interface ConfusionTable {
  readonly names: readonly (string | null)[];
  readonly rows: readonly (readonly ConfusionCell[])[];
}

/** Says what is counted. */
export function confusionWords(task: LearnableTask): string {
  if (task.shape === "token")
    return "Each span of the test set by its type, and what the model called a span that shares a word with it. “Nothing” has the spans that were missed, and those that were made up.";
  if (severalItems(task))
    return "Each label of each example, and whether the model gave it. “Nothing” has the labels that were missed, and those that were made up.";
  return "Each example by its label, and what the model called it.";
}

export function confusionTable(task: LearnableTask, gold: readonly Example[], predicted: readonly Example[]): ConfusionTable {
  const { names, counts } = confusion(task, gold, predicted);
  const rows = counts.map((row, r) => {
    const total = Math.max(
      1,
      row.reduce((sum, n) => sum + n, 0),
    );
    return row.map((n, c): ConfusionCell => {
      const empty = names[r] === nothing && names[c] === nothing;
      return { count: empty ? undefined : n, share: n / total, right: r === c && !empty };
    });
  });
  return { names: names.map((name) => (name === nothing ? null : name)), rows };
}

export function confusionHtml({ names, rows }: ConfusionTable, title: string): Html {
  const body = rows.map(
    (cells, r) =>
      html`<tr><th scope="row">${names[r] ?? "nothing"}</th>${cells.map(({ count, right }) => html`<td class="n">${right ? html`<b>${count ?? 0}</b>` : (count ?? "–")}</td>`)}</tr>`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${title}"><table><caption>${title}</caption><thead><tr><th scope="col">In the test set</th>${names.map((name) => html`<th scope="col" class="n">${name ?? "nothing"}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
