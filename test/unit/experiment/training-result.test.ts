// The result of a training as its events come in: remarks are kept, each once.

import { expect, it } from "vitest";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { basisOf } from "../../../src/experiment/training-basis.ts";
import { untrained, withTrainEvent } from "../../../src/experiment/training-result.ts";

it("keeps what the training remarks, once though it was told again, and past a lost device", () => {
  const basis = basisOf(presetConfig("small", { task: "mqp", source: "clingen" }), "abc", 1);
  const events = [
    { type: "remark", text: "a" },
    { type: "remark", text: "b" },
    { type: "device-lost", why: "sleep" },
    { type: "remark", text: "a" },
  ] as const;
  expect(events.reduce(withTrainEvent, untrained(basis)).remarks).toEqual(["a", "b"]);
});
