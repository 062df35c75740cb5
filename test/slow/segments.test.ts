// Steps taken through segments of layers on WebGPU: the steps of the whole graph.

import { it } from "vitest";
import { segmentsAreWhole } from "../browser/segmented-steps.ts";
import { patience } from "../browser/toy-training.ts";

it(
  "they are those of the whole, with dropout: webgpu, single, 2 parts",
  () => segmentsAreWhole("webgpu", { kind: "single", labels: 3 }, 2),
  patience,
);
