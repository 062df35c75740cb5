// Resumes a training whose GPU went away, from its last checkpoint. Knows no GPU and no checkpoint.

import { ClinfuseError } from "../base/errors.ts";
import type { TrainRunEvent } from "./steps.ts";

/** A device that goes away so often without a checkpoint between will not hold the training. */
const mostLosses = 2;

/** Calls `begin`, which sets the training up and resumes it. Throws `device-lost` the third time in a row, and other errors of `begin`. */
export async function* throughLosses(begin: () => AsyncGenerator<TrainRunEvent, void>): AsyncGenerator<TrainRunEvent, void> {
  for (let losses = 0; ; ) {
    try {
      for await (const event of begin()) {
        if (event.type === "kept") losses = 0;
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof ClinfuseError) || error.code !== "device-lost" || ++losses > mostLosses) throw error;
      yield { type: "device-lost", why: error.message };
    }
  }
}
