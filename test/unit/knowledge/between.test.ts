// Relations between named things: how names find their nodes, and that both ways count.

import { expect, it } from "vitest";
import { edgesFile, graphFrom, nodesFile } from "./rows.ts";

it("are found whatever the case, the plural and the order of the two, each once", async () => {
  const g = await graphFrom(
    nodesFile({ Disease: ["Gout", "Heart failure"], Drug: ["Aspirin", "colchicine"] }),
    edgesFile("Drug:0 causes Disease:1", "Drug:1 treats Disease:0", "Drug:1 causes Disease:0"),
  );
  const found = await g.between([
    ["aspirin", "heart failures"],
    ["gout", "Colchicine"],
    ["aspirin", "gout"],
    ["aspirin", "asthma"],
    ["", "gout"],
    ["heart", "aspirin"],
  ]);
  expect(found).toEqual([
    { named: [true, true], relations: ["causes"] },
    { named: [true, true], relations: ["causes", "treats"] },
    { named: [true, true], relations: [] },
    { named: [true, false], relations: [] },
    { named: [false, true], relations: [] },
    { named: [false, true], relations: [] }, // a part of a name is not the name
  ]);
});

it("are those of every node of the name", async () => {
  const g = await graphFrom(
    nodesFile({ Disease: ["cold"], Effect: ["cold"], Drug: ["x"] }),
    edgesFile("Drug:0 treats Disease:0", "Drug:0 causes Effect:0"),
  );
  const [found] = await g.between([["x", "cold"]]);
  expect([...(found?.relations ?? [])].sort()).toEqual(["causes", "treats"]);
});
