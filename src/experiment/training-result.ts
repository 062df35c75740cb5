// Events of a training, folded into the result that a notebook holds. Pure.

import { answersOf } from "./answer.ts";
import type { StageResult, TrainingResult } from "./notebook.ts";
import type { TrainRunEvent } from "./steps.ts";
import type { TrainingBasis } from "./training-basis.ts";

/** A training that has told nothing yet, from the encoder's files of this key. */
export const untrained = (basis: TrainingBasis, weights?: string): TrainingResult => ({
  device: "wasm",
  basis,
  ...(weights === undefined ? {} : { weights }),
  history: [],
  results: {},
});

/** The result so far, and one event more. */
export function withTrainEvent(result: TrainingResult, event: TrainRunEvent): TrainingResult {
  switch (event.type) {
    case "device":
      return { ...result, device: event.device };
    case "step":
    case "epoch":
      return { ...result, history: [...result.history, event] };
    case "scored": {
      const stage: StageResult = { scores: event.scores, predicted: answersOf(event.predicted, event.sure) };
      return { ...result, results: { ...result.results, [event.stage]: stage } };
    }
    case "device-lost": // what it told before is told again
      return { ...result, history: [], results: {} };
    case "remark": // a training that goes on says it again
      return result.remarks?.includes(event.text) ? result : { ...result, remarks: [...(result.remarks ?? []), event.text] };
    case "saved":
      return { ...result, model: event.model };
    default:
      return result;
  }
}
