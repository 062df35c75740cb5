// ProGen (Ye et al. 2022b; App. E): DemoGen's prompt, and after each round the examples that helped a classifier most as demonstrations.

import { bareWords, fewestTelling } from "../base/word-runs.ts";
import { rejected } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { labelAt, prompted } from "./prompted.ts";
import type { ConfigOf, Source } from "./source.ts";

/** Prompts that show feedback once there is any; the others show few-shot examples (original: none). */
const feedbackShare = 0.5;
/** As ClinGen uses; the original shows 8. */
const shown = 3;
/** An answer that holds this share of a demonstration's words is a copy of it. */
const mostOverlap = 0.9;
/** Rounds: their lengths double, so that there are few. */
const mostRounds = 16;

export const progen: Source<ConfigOf<"progen">> = {
  name: "ProGen",
  group: "prompting",
  summary:
    "In rounds: the examples that help a classifier most are shown in the prompts of the next round. Trains while it writes.",
  title: () => "ProGen",
  needs: () => ["writer", "encoder"],
  rounds: ({ round }) => roundEnds(round),
  feedback: ({ influenceFrom, validation }) => ({ influenceFrom, validation }),
  extent: (size) => size,
  async attempt(i, context, tools, stream, signal) {
    const { task, feedback } = context;
    const label = labelAt(task, i);
    const having = (examples: readonly Example[]) => examples.filter((example) => labelsOf(example).includes(label));
    const helpful = having(feedback.at(-1)?.demonstrations ?? []);
    const draws = stream.fork("feedback");
    const pool = helpful.length > 0 && draws.next() < feedbackShare ? helpful : having(context.demonstrations);
    const demonstrations = draws.sample(pool, shown);
    const asked = { label, demonstrations: "shuffled", marks: "model" } as const;
    const attempt = await prompted(asked, { ...context, demonstrations }, tools, stream, signal);
    const { parsed } = attempt;
    const copied = parsed.ok && demonstrations.some((shownOne) => overlap(parsed.value, shownOne) >= mostOverlap);
    return copied ? { ...attempt, parsed: rejected("copies-demonstration") } : attempt;
  },
};

/** A round ends when n L examples are there, n counting rounds and L doubling from `first` on: 100, 400, 1,200, 3,200 and so on. */
export function roundEnds(first: number): readonly number[] {
  return Array.from({ length: mostRounds }, (_, i) => (i + 1) * first * 2 ** i);
}

/** Share of a demonstration's different words that an answer holds; of pairs, the largest of one text's in another. */
export function overlap(answer: Example, demonstration: Example): number {
  const words = (example: Example) => textsOf(example).map((text) => new Set(bareWords(text)));
  const theirs = words(demonstration);
  const long = theirs.filter(({ size }) => size >= (theirs.length > 1 ? fewestTelling : 1));
  const share = (own: ReadonlySet<string>, of: ReadonlySet<string>) => [...of].filter((word) => own.has(word)).length / of.size;
  return Math.max(0, ...words(answer).flatMap((own) => long.map((of) => share(own, of))));
}
