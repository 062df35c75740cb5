// Fits a checkpoint's tensors to a graph's parameters. Knows no file format and no model.

import { ClinfuseError } from "../base/errors.ts";
import { normal } from "../base/rng.ts";
import { sizeOf } from "../graph/ops.ts";
import type { Parameter } from "../graph/parameter.ts";
import type { Weight, Weights } from "./weight.ts";

export interface Fitted {
  /** One for each parameter, under the parameter's name; the checkpoint's own arrays where it has them. */
  readonly weights: Weights;
  /** Parameters that the checkpoint lacks and that were drawn or zeroed: a new head. */
  readonly initialised: readonly string[];
}

/**
 * Looks each parameter up by its name, then by its aliases. `random` is uniform in [0, 1) and feeds the draws of new
 * parameters, in the order of `parameters`. Throws `model-unsupported` for a parameter that must be there and is not, or that
 * has another shape. What the checkpoint has beyond the parameters is left out.
 */
export function fitWeights(parameters: readonly Parameter[], checkpoint: Weights, random: () => number): Fitted {
  const weights = new Map<string, Weight>();
  const initialised: string[] = [];
  for (const parameter of parameters) {
    const found = [parameter.name, ...parameter.aliases].find((name) => checkpoint.has(name));
    if (found === undefined) {
      weights.set(parameter.name, initial(parameter, random));
      initialised.push(parameter.name);
      continue;
    }
    const weight = checkpoint.get(found) as Weight;
    if (`${weight.shape}` !== `${parameter.shape}`) {
      throw new ClinfuseError("model-unsupported", `${found} has shape [${weight.shape}], expected [${parameter.shape}]`, {
        what: found,
        got: `[${weight.shape}]`,
        expected: `[${parameter.shape}]`,
      });
    }
    weights.set(parameter.name, weight);
  }
  return { weights, initialised };
}

function initial({ name, shape, missing }: Parameter, random: () => number): Weight {
  if (missing === "error") {
    throw new ClinfuseError("model-unsupported", `the checkpoint has no ${name}`, { what: name, expected: `[${shape}]` });
  }
  const data = new Float32Array(sizeOf(shape));
  if (missing === "zeros") return { shape, data };
  const draw =
    "deviation" in missing
      ? () => missing.deviation * normal(random)
      : () => missing.low + (missing.high - missing.low) * random();
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return { shape, data };
}
