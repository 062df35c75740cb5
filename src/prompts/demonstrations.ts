// How demonstrations enter a prompt: JSON lines after the listing (released code), or turns in a prefix that all requests share.

import type { Message } from "../engines/language-model.ts";

/** `{"sentence":"..."}`, the released code's form: demonstrations as JSON lines between dashed separators, and the answer as one more. */
export const answerField = "sentence";

export function jsonLine(text: string): string {
  return JSON.stringify({ [answerField]: text });
}

/** The listing, then the demonstrations between dashed lines. Without any, the listing alone. */
export function withJsonLines(listing: string, demonstrations: readonly string[]): string {
  if (demonstrations.length === 0) return listing;
  const line = "-".repeat(20);
  return [listing, "Here are some examples:", line, ...demonstrations.map(jsonLine), line, "Answer with one such line."].join(
    "\n",
  );
}

/** Turns of a conversation that went well. */
export function turns(exchanges: readonly (readonly [user: string, assistant: string])[]): Message[] {
  return exchanges.flatMap(([user, assistant]): Message[] => [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ]);
}
