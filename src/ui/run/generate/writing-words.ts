// Words for the work of the model before its first sentence is whole. Pure.

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
