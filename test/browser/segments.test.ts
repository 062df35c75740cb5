// Steps taken through segments of layers: the steps of the whole graph. On WebGPU by software they take most of a minute: test/slow/segments.test.ts.

import { it } from "vitest";
import type { Head } from "../../src/nn/heads.ts";
import { segmentsAreWhole } from "./segmented-steps.ts";

it.each<{ head: Head; parts: number }>([
  { head: { kind: "token", labels: 3 }, parts: 1 },
  { head: { kind: "single", labels: 3 }, parts: 2 },
  { head: { kind: "masked" }, parts: 1 },
])("they are those of the whole, with dropout: wasm, $head.kind, $parts parts", ({ head, parts }) =>
  segmentsAreWhole("wasm", head, parts),
);
