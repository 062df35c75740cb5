// A model's chat template: messages to the text that it was trained on. Knows no tokens.

import { Template } from "@huggingface/jinja";
import { ClinfuseError } from "../base/errors.ts";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/**
 * Renders messages, with the beginning of the assistant's answer after them unless `answer` is false. Throws `engine-failed` where the template
 * refuses them.
 */
export type ChatTemplate = (messages: readonly ChatMessage[], options?: { readonly answer: boolean }) => string;

/**
 * Compiles a Jinja template as models carry it. `names` are the special tokens that it may use. Throws `model-unsupported` for one that does
 * not parse. `file` is for messages.
 */
export function chatTemplate(source: string, names: Readonly<Record<string, string>>, file: string): ChatTemplate {
  const because = (error: unknown) => (error instanceof Error ? error.message : String(error));
  let template: Template;
  try {
    template = new Template(source);
  } catch (error) {
    const sentence = `${file}: its chat template does not parse: ${because(error)}`;
    throw new ClinfuseError("model-unsupported", sentence, { file, what: "chat template" }, { cause: error });
  }
  return (messages, { answer } = { answer: true }) => {
    try {
      return template.render({ bos_token: "", eos_token: "", ...names, messages, add_generation_prompt: answer });
    } catch (error) {
      const sentence = `the model's chat template refuses these messages: ${because(error)}`;
      throw new ClinfuseError("engine-failed", sentence, { file, what: "chat template" }, { cause: error });
    }
  };
}
