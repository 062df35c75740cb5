// An example of the user's own, without labels, from the texts of its fields. One row a shape. Knows no component.

import { mentionsOfBoth } from "../../knowledge/lexicon.ts";
import type { Shape, Shapes } from "../../tasks/example.ts";
import type { LearnableTask } from "../../tasks/task.ts";

type Field = "text" | "first" | "second" | "head" | "tail";
type Typed<S extends Shape> = (task: LearnableTask<S>, text: (field: Field) => string) => Shapes[S] | undefined;

/** The example as it stands in the fields; undefined while something is missing. */
const rows: { readonly [S in Shape]: Typed<S> } = {
  token: (_, text) => (text("text") === "" ? undefined : { kind: "token", text: text("text"), spans: [] }),
  sentence(task, text) {
    const labels = task.carries === "one" ? task.labels.slice(0, 1).map(({ id }) => id) : [];
    return text("text") === "" ? undefined : { kind: "sentence", text: text("text"), labels };
  },
  relation(task, text) {
    const ends = mentionsOfBoth(text("text"), [text("head"), text("tail")]);
    if (!ends) return undefined;
    const [head, tail] = [
      { ...ends[0], label: task.head.type },
      { ...ends[1], label: task.tail.type },
    ];
    return { kind: "relation", text: text("text"), head, tail, label: task.labels[0]?.id ?? "" };
  },
  pair(task, text) {
    const [first, second] = [text("first"), text("second")];
    return first === "" || second === "" ? undefined : { kind: "pair", first, second, label: task.labels[0]?.id ?? "" };
  },
};

/** `typed` gives what stands in a field. */
export function typedExample<S extends Shape>(
  task: LearnableTask<S>,
  typed: (field: string) => string | undefined,
): Shapes[S] | undefined {
  const row = rows[task.shape] as unknown as Typed<S>; // the compiler does not follow that the row is the task's own
  return row(task, (field) => typed(field)?.trim() ?? "");
}
