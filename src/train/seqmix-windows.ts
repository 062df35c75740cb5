// Windows of sequences that SeqMix may mix: where they begin, what they hold, and which go together. Knows no embeddings and no draws.

import type { Input } from "../classifier/task-head.ts";
import { ignoredLabel } from "../text/bio.ts";
import type { MethodOf } from "./training-method.ts";

export interface Window {
  /** Position of its sequence. */
  readonly sequence: number;
  /** Index of its first piece, and how many there are: none of them special. */
  readonly start: number;
  readonly length: number;
  /** Windows of a group may be mixed with each other. */
  readonly group: string;
}

/** Entity tags that a window must hold: the first of these bars that two sequences pass. */
const bars = [3, 2, 1] as const;

type Choice = Pick<MethodOf<"seqmix">, "variant" | "window">;
type Found = Omit<Window, "sequence">;

/** Windows with a partner in another sequence, and the bar that they passed; none where no bar lets two sequences pass. */
export function compatibleWindows(
  inputs: readonly Input[],
  choice: Choice,
  names: readonly string[],
): { readonly windows: readonly Window[]; readonly bar: number } {
  const none = names.indexOf("O");
  const isEntity = (target: number | undefined) => target !== undefined && target !== ignoredLabel && target !== none;
  for (const bar of bars) {
    const all = inputs.flatMap(({ targets }, sequence) =>
      variants[choice.variant](targets, choice.window, isEntity)
        .filter(({ start, length }) => targets.slice(start, start + length).filter(isEntity).length >= bar)
        .map((window): Window => ({ sequence, ...window })),
    );
    const partnered = all.filter((a) => all.some((b) => b.group === a.group && b.sequence !== a.sequence));
    if (partnered.length > 0) return { windows: partnered, bar };
  }
  return { windows: [], bar: bars[bars.length - 1] as number };
}

/** Windows of a sequence by its targets, which begin and end with a special token's. */
type Cut = (targets: readonly number[], size: number, isEntity: (target: number | undefined) => boolean) => Found[];

const windowsAt: Cut = (targets, size, isEntity) =>
  targets.flatMap((target, start) =>
    isEntity(target) && start + size < targets.length ? [{ start, length: size, group: "" }] : [],
  );

const variants: Readonly<Record<Choice["variant"], Cut>> = {
  whole: (targets) => {
    const length = targets.length - 2;
    return length > 0 ? [{ start: 1, length, group: `${length}` }] : [];
  },
  window: windowsAt,
  "same-tags": (targets, size, isEntity) =>
    windowsAt(targets, size, isEntity).map((window) => ({
      ...window,
      group: targets.slice(window.start, window.start + size).join(),
    })),
};
