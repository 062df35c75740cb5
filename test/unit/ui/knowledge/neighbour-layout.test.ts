import { describe, expect, it } from "vitest";
import type { Neighbour } from "../../../../src/knowledge/graph/neighbours.ts";
import { fitted, neighbourLayout } from "../../../../src/ui/knowledge/neighbour-layout.ts";

const link = (relation: string, way: "in" | "out", ordinal: number): Neighbour => ({
  relation,
  way,
  node: { type: "Disease", ordinal, id: `d${ordinal}`, name: `disease ${ordinal}` },
  provenance: { source: "DO", licence: "CC0-1.0" },
});
const of = (listed: readonly Neighbour[], width = 600) => neighbourLayout({ neighbours: { counts: [], listed } }, width);

describe("a drawing of neighbours", () => {
  it("has what the node points at on the right, and what points at it on the left", () => {
    const { centre, nodes } = of([link("treats", "in", 0), link("causes", "out", 1)]);
    expect(nodes.map(({ way, x }) => [way, Math.sign(x - centre.x)])).toEqual([
      ["in", -1],
      ["out", 1],
    ]);
  });

  it("lets no two names of a side touch, and keeps each within its height", () => {
    const many = Array.from({ length: 30 }, (_, i) => link(`relation ${Math.floor(i / 3)}`, i % 2 === 0 ? "in" : "out", i));
    const { nodes, height } = of(many);
    for (const way of ["in", "out"]) {
      const side = nodes.filter((node) => node.way === way).map(({ y }) => y);
      for (const [i, y] of side.entries()) {
        if (i > 0) expect(y - (side[i - 1] as number)).toBeGreaterThanOrEqual(24);
        expect(y).toBeGreaterThan(20); // room for the relation above it
        expect(y).toBeLessThan(height);
      }
    }
  });

  it("names a relation once a side", () => {
    const { nodes } = of([link("treats", "in", 0), link("causes", "in", 1), link("treats", "in", 2), link("treats", "out", 3)]);
    expect(nodes.map(({ relation, first }) => [relation, first])).toEqual([
      ["treats", true],
      ["treats", false],
      ["causes", true],
      ["treats", true],
    ]);
  });
});

it("cuts a name by its letters, not by halves of one", () => {
  expect(fitted("gout", 77)).toBe("gout");
  expect(fitted("pulmonary arterial hypertension", 77)).toBe("pulmonary…");
  expect(fitted("𝒜𝒜𝒜𝒜𝒜𝒜", 31)).toBe("𝒜𝒜𝒜…");
});
