// Places of a cache: who holds them, and which beginnings later prompts take over.

import { expect, it } from "vitest";
import { Beginnings, commonLength, Places } from "../../../../src/engines/kernels/places.ts";

it("frees a place once all that hold it have let go, and never twice", () => {
  const places = new Places();
  expect(() => places.take()).toThrow("no place");
  places.extend(2);
  const [a, b] = [places.take(), places.take()];
  expect([a, b, places.free]).toEqual([0, 1, 0]);
  places.hold([a]);
  places.release([a, b]);
  expect([places.free, places.take()]).toEqual([1, 1]);
  places.extend(4);
  places.release([a]);
  expect(places.free).toBe(3);
  expect(() => places.release([a])).toThrow("twice");
});

it("takes over the longest beginning that some prompt shares, but for the last token", () => {
  const places = new Places();
  places.extend(20);
  const read = (ids: readonly number[]) => ({ ids, places: ids.map(() => places.take()) });
  const kept = new Beginnings(places, 7);
  const [first, second] = [read([1, 2, 3, 4]), read([1, 2, 9])];
  kept.keep(first, 4);
  kept.keep(second, 3);
  for (const { places: own } of [first, second]) places.release(own); // the texts themselves end
  expect(kept.find([1, 2, 9, 9, 9])).toEqual(second.places);
  expect(kept.find([1, 2, 3])).toEqual(first.places.slice(0, 2));
  expect(kept.find([5])).toEqual([]);
  kept.keep(read([7]), 1); // more than may be kept: the one used least lately goes, but for what is still held
  expect(kept.find([1, 2, 9, 9])).toEqual(first.places.slice(0, 2));
  expect(places.free).toBe(20 - 4 - 1 - 3);
  expect([kept.forget(), kept.forget(), kept.forget()]).toEqual([true, true, false]);
});

it("counts what two texts have in common", () => {
  expect([commonLength([1, 2], [1, 2, 3]), commonLength([], [1]), commonLength([1, 2], [2, 2])]).toEqual([2, 0, 0]);
});
