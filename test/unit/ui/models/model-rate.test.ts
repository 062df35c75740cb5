import { expect, it } from "vitest";
import { type Rate, rateInit, rateUpdate } from "../../../../src/ui/models/model-rate.ts";

const after = (...points: readonly (readonly [number, number])[]): Rate =>
  points.reduce((rate, [at, bytes]) => rateUpdate(rate, at, bytes), rateInit);

it("says nothing before there is something to measure", () => {
  expect(after([0, 0], [400, 100]).perSecond).toBeUndefined();
});

it("is bytes over time, whatever was there at the beginning", () => {
  expect(after([1000, 5000], [2000, 7000]).perSecond).toBe(2000);
});

it("follows a change within seconds, and is 0 when nothing comes", () => {
  expect(after([0, 0], [1000, 10_000], [7000, 10_000], [8000, 10_500]).perSecond).toBe(500);
  expect(after([0, 0], [1000, 900], [5000, 900], [6100, 900]).perSecond).toBe(0);
});

it("begins anew when bytes go back", () => {
  expect(after([0, 0], [1000, 10_000], [2000, 100]).perSecond).toBeUndefined();
});
