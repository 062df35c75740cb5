import { expect, it } from "vitest";
import { entityCounts, rarefied } from "../../../src/analyse/entities.ts";
import { rng } from "../../../src/base/rng.ts";

const mentions = [["Asthma", "COPD"], ["asthma"], ["chronic  pain", "chronic pain"], [], ["COPD", "asthma"]];

it("counts five sentences by hand", () => {
  const { unique, mentions: all, frequencies, most } = entityCounts(mentions);
  expect([unique, all]).toEqual([3, 7]);
  expect(most[0]).toEqual({ name: "Asthma", count: 3 });
  expect(frequencies.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
  expect(entityCounts([[], []]).frequencies).toEqual([]);
});

it("rarefies to the mean over samples", () => {
  const stream = rng("rare", 1);
  let sum = 0;
  const draws = 20_000;
  for (let i = 0; i < draws; i++) sum += entityCounts(stream.sample(mentions, 2)).unique;
  expect(rarefied(mentions, 2)).toBeCloseTo(sum / draws, 1);
  expect(rarefied(mentions, 99)).toBe(3);
});
