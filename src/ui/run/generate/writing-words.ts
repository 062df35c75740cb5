// Words for the work of the model before its first sentence is whole. Pure.

import type { MaskedRunEvent } from "../../../experiment/steps.ts";
import type { WritingEvent } from "../../../generate/log.ts";
import { count, counted } from "../../parts/numbers.ts";

/** Reading until the first token is written, whatever prompts are read after it. */
export function writingWords({ underWay, promptTokens, promptTotal, tokens }: WritingEvent): string {
  const prompts = underWay === 1 ? "prompt" : "prompts";
  if (tokens === 0 && promptTotal === 0)
    return `The model reads its first ${prompts}: ${counted(underWay, "sentence")} under way`;
  if (tokens === 0 && promptTokens < promptTotal)
    return `Reading the ${prompts}: ${count(promptTokens)} of ${counted(promptTotal, "token")}`;
  return `${counted(underWay, "sentence")} under way, ${counted(tokens, "token")} so far`;
}

/** Training of an encoder whose word a source asks at the end of a round. */
export const judgeWords = "Training a classifier on the few real examples, for the source to ask";

/** Work of the masked model before the first example, and how far it is where that is known. */
export function maskedWords(event: MaskedRunEvent): { readonly words: string; readonly done?: number; readonly total?: number } {
  switch (event.type) {
    case "device":
      return { words: "Reading the encoder" };
    case "loading":
      return { words: `Reading ${event.what}`, done: event.done, total: event.total };
    case "compiling":
      return { words: `Preparing the device for inputs of ${counted(event.tokens, "token")}` };
    case "step":
      return {
        words: `Fine-tuning the encoder on masked words of the few real examples, epoch ${event.epoch}`,
        done: event.step,
        total: event.steps,
      };
    case "epoch":
      return { words: `Epoch ${event.epoch} over: loss ${event.validationLoss.toFixed(2)} on the validation examples` };
    case "tuned":
      return { words: "Filling masked words" };
    default:
      return event satisfies never;
  }
}
