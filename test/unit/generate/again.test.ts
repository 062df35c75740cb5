// One attempt made again: another accepted text for the same label, never one that is there, and none where no draw is accepted.

import { expect, it } from "vitest";
import { mostDraws, writeAgain } from "../../../src/generate/again.ts";
import type { RunConfig } from "../../../src/generate/run-config.ts";
import type { Source } from "../../../src/generate/source.ts";
import { sources } from "../../../src/generate/sources.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import type { PairExample } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const sampling = { temperature: 1, topP: 1, maxTokens: 20 };
const writer = { model: "test", sampling, demonstrations: "none", grammar: true } as const;
const config: RunConfig = { task: "mqp", source: { kind: "zerogen", writer }, seed: 7, size: 12, examples: "-", knowledge: "-" };
const never = new AbortController().signal;

/** Writes one of so many texts by its stream, and every third answer is malformed. */
function source(texts: number): Source & { draws: number } {
  const self: Source & { draws: number } = {
    ...(sources.zerogen as Source),
    draws: 0,
    async attempt(i, { task }, _tools, stream) {
      const label = task.labels[i % 2]?.id ?? "";
      const origin = { kind: "prompted", turns: [] } as const;
      if (++self.draws % 3 === 1) return { label, origin, parsed: { ok: false, reason: "malformed" } };
      return { label, origin, parsed: { ok: true, value: pair(stream.int(texts), label) } };
    },
  };
  return self;
}

const pair = (n: number, label: string): PairExample => ({ kind: "pair", first: `Question ${n}?`, second: "Another?", label });
const ports = (of: Source) => ({
  task: mqp,
  source: of,
  tools: {},
  demonstrations: [pair(0, "x")],
  gold: [],
  knowledge: knowledgeOf(noKnowledge),
  feedback: [],
});

it("gives another text for the attempt's own label, past answers that cannot be read", async () => {
  const found = await writeAgain(config, ports(source(1000)), { index: 1, taken: [pair(5, "x")] }, never);
  expect(found).toMatchObject({ kind: "pair", label: mqp.labels[1]?.id });
  expect(await writeAgain(config, ports(source(1000)), { index: 1, taken: [pair(5, "x")] }, never)).toEqual(found);
  // An example that was written again and did not please is taken too: the next one is another.
  const next = await writeAgain(config, ports(source(1000)), { index: 1, taken: [found as PairExample] }, never);
  expect((next as PairExample).first).not.toBe((found as PairExample).first);
});

it("gives none back that is there, whatever its case and punctuation, and stops", async () => {
  const taken = [1, 2].map((n) => ({ ...pair(n, "x"), first: `QUESTION ${n}` }));
  const of = source(3); // 0 is a demonstration
  expect(await writeAgain(config, ports(of), { index: 0, taken }, never)).toBeUndefined();
  expect(of.draws).toBe(mostDraws);
});
