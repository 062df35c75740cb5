// Words for what stage II trains on: synthetic examples, or a way of training. Pure.

import type { TrainingBasis } from "../experiment/training-basis.ts";
import type { TrainingMethodKind } from "../train/training-method.ts";

const methodNames: Readonly<Record<TrainingMethodKind, string>> = {
  tmix: "TMix",
  seqmix: "SeqMix",
  lightner: "LightNER (encoder variant)",
  kgpc: "KGPC (re-implementation)",
};

/** The method's name; undefined where examples are trained on as usual. */
export const methodNameOf = ({ training }: Pick<TrainingBasis, "training">): string | undefined =>
  training && methodNames[training.method.kind];

/** As it stands behind "few-shot +". */
export const secondStageOf = (basis: Pick<TrainingBasis, "training">): string => methodNameOf(basis) ?? "synthetic";
