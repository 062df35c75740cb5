// The port of a masked language model that was fine-tuned on the few-shot set: what may stand at masked places. Knows no vocabulary.

import type { Example } from "../tasks/example.ts";
import type { MaskPlace } from "../tasks/mask-place.ts";

/** Candidates for one masked place, as the text would have it. */
export interface Fillings {
  /** Drawn from the model's distribution at temperature 1 by `u`, uniform in [0, 1). */
  drawn(u: number): string;
  /** The likeliest so many, the likeliest first. */
  likeliest(count: number): readonly string[];
}

export interface MaskFiller {
  /** Never a label, a tag, an entity of a relation, or what the model does not read. `length`: tokens of its input; `condition`: those of the labels. */
  places(example: Example): {
    readonly length: number;
    readonly condition: number;
    readonly places: readonly MaskPlace[];
  };
  /** For each of these places, by index, all masked at once. Errors: the model's. */
  fill(example: Example, masked: readonly number[]): Promise<readonly Fillings[]>;
}
