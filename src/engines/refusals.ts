// Refusals that engines share, in the same words. Knows no engine.

import { ClinfuseError } from "../base/errors.ts";

/** Before anything is generated; lengths in tokens. */
export function contextOverflow(got: number, expected: number, options?: ErrorOptions): ClinfuseError {
  const sentence = `the prompt has ${got} tokens and the model's context holds ${expected}`;
  return new ClinfuseError("context-overflow", sentence, { got, expected }, options);
}

/** Error of a sampler that found no token: by the grammar's mask, or because the logits are broken. */
export function noToken(masked: boolean): ClinfuseError {
  const what = masked ? "the grammar allows no token here" : "the model's logits are not numbers";
  return new ClinfuseError(masked ? "grammar-invalid" : "engine-failed", what, { what });
}
