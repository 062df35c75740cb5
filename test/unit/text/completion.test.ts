// Chat tokens of models around an answer, as text.

import { expect, it } from "vitest";
import { visible, withoutNextTurn } from "../../../src/text/completion.ts";

const text = "The child had asthma.";

it.each([
  `${text}<|END_OF_TURN_TOKEN|>`,
  `<|START_RESPONSE|>${text}<|END_RESPONSE|>`,
  `<|begin_of_solution|>\n${text}\n<|end_of_solution|>`,
  `<｜Assistant｜>${text}<｜end▁of▁sentence｜>`,
  `${text}<|endofprompt|><|user|>And now one about gout.`,
  `${text}<|end|><|start|>user`,
  `${text}\u0000\u0001`,
])("%j is the text alone", (completion) => {
  expect(withoutNextTurn(visible(completion)).trim()).toBe(text);
});

it.each(["\v", "\f", "\u0085", "\u2028", "\r"])("%j ends a line and joins no words", (end) => {
  expect(visible(`gout${end}asthma`)).toBe("gout\nasthma");
});

it.each(["The ratio was <2 | >5 in both.", "p <|0.05|", "a\tb\nc"])("%j stays", (completion) => {
  expect(withoutNextTurn(visible(completion))).toBe(completion);
});
