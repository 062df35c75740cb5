// The choice of ProGen's feedback: which examples are held out, what head and influence are reckoned with, and in which order examples are shown.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { type HeadData, partOf } from "../../../src/classifier/head-data.ts";
import { type FeedbackWork, feedbackAt } from "../../../src/experiment/feedback.ts";
import { planOfOne } from "../../../src/experiment/plan.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import type { FeedbackChoice } from "../../../src/generate/source.ts";
import type { Example, RelationExample } from "../../../src/tasks/example.ts";
import { influences } from "../../../src/train/influence.ts";
import { trainHead } from "../../../src/train/linear-head.ts";
import { fakeDisk, fakePorts } from "./fake-plan.ts";

const labels = ["not_induce", "induce"] as const;
const span = (label: string) => ({ start: 0, end: 1, label });

/** Two features as its text, and a label that they tell but for one in ten. */
function madeExample(i: number): RelationExample {
  const stream = rng("made", i);
  const [a, b] = [stream.next() - 0.5, stream.next() - 0.5];
  const label = labels[Number(a + b > 0 !== stream.next() < 0.1)] as string;
  return { kind: "relation", text: `${a} ${b}`, head: span("Chemical"), tail: span("Disease"), label };
}

const made = (count: number, from = 0) => Array.from({ length: count }, (_, i) => madeExample(from + i));

function headData(examples: readonly Example[]): HeadData {
  const of = examples as readonly RelationExample[];
  return {
    link: "softmax",
    outputs: 2,
    width: 3,
    examples: of.length,
    x: Float32Array.from(of.flatMap(({ text }) => [...text.split(" ").map(Number), 1])),
    y: Float32Array.from(of.flatMap(({ label }) => labels.map((name) => Number(name === label)))),
    of: Int32Array.from(of, (_, i) => i),
  };
}

const validation = made(10, 100_000);

/** Feedback, and the examples whose features were asked for. */
async function feedback(accepted: readonly Example[], choice: FeedbackChoice) {
  const { trainer } = fakePorts(fakeDisk());
  const cell = planOfOne(presetConfig("paper", { task: "cdr", source: "progen" }), "place").cells[0];
  let asked: readonly Example[] = [];
  const features = async function* ({ examples }: { readonly examples: readonly Example[] }) {
    asked = examples;
    yield { type: "head-data", data: headData(examples) } as const;
  };
  const work = {
    cell,
    ports: { trainer: { ...trainer, features } },
    signal: new AbortController().signal,
    sharesStageOne: false,
  };
  const data = { train: made(10, 200_000), validation, test: [] };
  const at = feedbackAt(work as unknown as FeedbackWork, {
    choice,
    accepted,
    data,
    keys: { train: "t", validation: "v", test: "-" },
  });
  let next = await at.next();
  while (!next.done) next = await at.next();
  return { asked, shown: next.value.demonstrations };
}

/** Those of the first `count` whose influence is below 0, the most helpful first, by label, 50 of each. */
function helpful(asked: readonly Example[], count: number, loss: "ce" | "rce"): readonly Example[] {
  const all = headData(asked);
  const [training, held] = [partOf(all, 0, count), partOf(all, count, asked.length)];
  // Ye et al. 2022b: weight decay 0.005 |W|^2; LiSSA's damping 5e-3 times its scale 1e4.
  const found = influences({ weights: trainHead(training, 0.01), training, validation: held, loss, lambda: 50 });
  const order = [...found.keys()]
    .filter((i) => (found[i] as number) < 0)
    .sort((a, b) => (found[a] as number) - (found[b] as number));
  const examples = order.map((i) => asked[i] as RelationExample);
  return labels.flatMap((label) => examples.filter((example) => example.label === label).slice(0, 50));
}

describe("ProGen's feedback", () => {
  it("holds a fifth of the synthetic examples out, by reverse cross-entropy, and shows the helpful ones alone, in order", async () => {
    const accepted = made(90);
    const { asked, shown } = await feedback(accepted, { influenceFrom: 90, validation: "synthetic-rce" });
    expect(new Set(asked)).toEqual(new Set(accepted));
    const expected = helpful(asked, 72, "rce");
    expect(shown).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
    expect(expected.length).toBeLessThan(72);
  });

  it("holds no more than 1,000 out, and measures no more than 10,000", async () => {
    const { asked, shown } = await feedback(made(11_300), { influenceFrom: 2000, validation: "synthetic-rce" });
    expect(asked).toHaveLength(11_000);
    expect(shown).toEqual(helpful(asked, 10_000, "rce"));
    expect(shown).toHaveLength(100);
  }, 60_000);

  it("measures by cross-entropy on the few-shot validation set, and holds nothing out then", async () => {
    const { asked, shown } = await feedback(made(60), { influenceFrom: 60, validation: "few-shot-ce" });
    expect(asked.slice(60)).toEqual(validation);
    expect(shown).toEqual(helpful(asked, 60, "ce"));
  });

  it("shows 50 of each label by chance before", async () => {
    const { asked, shown } = await feedback(made(400), { influenceFrom: 401, validation: "synthetic-rce" });
    expect(asked).toEqual([]);
    for (const label of labels) expect(shown.filter((example) => (example as RelationExample).label === label)).toHaveLength(50);
  });
});
