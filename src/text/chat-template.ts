// A model's chat template: messages to the text that it was trained on. Knows no tokens.

import { Template } from "@huggingface/jinja";
import { ClinfuseError } from "../base/errors.ts";
import { strftime } from "./strftime.ts";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface RenderOptions {
  /** Puts the beginning of the assistant's answer after the messages; absent, it does. */
  readonly answer?: boolean;
  /** The day that a template which asks for it is told, `2026-11-27`; the first of January 2025 when absent. */
  readonly date?: string;
}

export interface ChatTemplate {
  /** Throws `engine-failed` where the template refuses the messages. */
  readonly render: (messages: readonly ChatMessage[], options?: RenderOptions) => string;
  /** The text depends on the day. */
  readonly asksDate: boolean;
  /** Change to messages that the template would refuse, as a sentence for the user. */
  readonly remark?: string;
}

/** Fixed, so that a caller who names no day gets the same text on each day. */
const someDay = "2025-01-01";

/**
 * Compiles a Jinja template as models carry it, and tries it: a template that takes no system message gets it at the head of the first user turn,
 * as llama.cpp does, and one that reads contents as lists of parts alone gets such lists. Thinking is off where a template can switch it. `names` are
 * the special tokens that it may use. `file` is for messages. Throws `model-unsupported` for a template that does not parse, or that renders no
 * conversation of several turns.
 */
export function chatTemplate(source: string, names: Readonly<Record<string, string>>, file: string): ChatTemplate {
  const plain = compile(source, names, file);
  const bare = turnsProblem(plain) !== undefined && turnsProblem(inParts(plain)) === undefined ? inParts(plain) : plain;
  const fails = turnsProblem(bare);
  if (fails !== undefined) {
    const sentence = `${file}: its chat template renders no conversation of several turns (${fails})`;
    throw new ClinfuseError("model-unsupported", sentence, { file, what: "chat template" });
  }
  const folds = !takesSystem(bare);
  const render: ChatTemplate["render"] = (messages, options) => {
    try {
      return bare(folds ? withSystemInUserTurn(messages) : messages, options);
    } catch (error) {
      const sentence = `the model's chat template refuses these messages: ${because(error)}`;
      throw new ClinfuseError("engine-failed", sentence, { file, what: "chat template" }, { cause: error });
    }
  };
  const remark = "its chat template takes no system message, so the first user turn begins with it";
  return { render, asksDate: changesWithDate(bare), ...(folds ? { remark } : {}) };
}

/** Tells whether a template is in the Jinja that is read here. */
export function parses(source: string): boolean {
  try {
    return Boolean(new Template(source));
  } catch {
    return false;
  }
}

/** In place of `strftime_now`, which the package binds to the clock and lets nobody bind again. */
const clock = "strftime_of_the_run";

/** A message whose content may be a list of parts, as models of several media have it. */
type AnyMessage = Pick<ChatMessage, "role"> & { readonly content: unknown };

type Bare = (messages: readonly AnyMessage[], options?: RenderOptions) => string;

const inParts =
  (render: Bare): Bare =>
  (messages, options) =>
    render(
      messages.map(({ role, content }) => ({ role, content: [{ type: "text", text: content }] })),
      options,
    );

function compile(source: string, names: Readonly<Record<string, string>>, file: string): Bare {
  let template: Template;
  try {
    template = new Template(source.replace(/\bstrftime_now\b/g, clock));
  } catch (error) {
    const sentence = `${file}: its chat template does not parse: ${because(error)}`;
    throw new ClinfuseError("model-unsupported", sentence, { file, what: "chat template" }, { cause: error });
  }
  return (messages: readonly AnyMessage[], { answer = true, date = someDay } = {}) =>
    template.render({
      bos_token: "",
      eos_token: "",
      tools: null, // defined and none, as transformers gives them
      documents: null,
      enable_thinking: false, // an answer alone is asked for, and its tokens are few
      ...names,
      messages: [...messages],
      add_generation_prompt: answer,
      [clock]: (format: string) => strftime(format, date),
    });
}

// Texts that no template has of itself, to find them again in what it renders.
const probe = { system: "Ask-0-a.", first: "Ask-1-b.", answer: "Tell-2-c.", second: "Ask-3-d." } as const;
const turns: readonly ChatMessage[] = [
  { role: "user", content: probe.first },
  { role: "assistant", content: probe.answer },
  { role: "user", content: probe.second },
];

/** Tells whether a system message reaches the text. Some templates raise an error, others pass it over in silence. */
function takesSystem(render: Bare): boolean {
  try {
    return render([{ role: "system", content: probe.system }, ...turns]).includes(probe.system);
  } catch {
    return false;
  }
}

/** Why several turns cannot be rendered; undefined when they can. */
function turnsProblem(render: Bare): string | undefined {
  try {
    const text = render(turns);
    const missing = [probe.first, probe.answer, probe.second].some((part) => !text.includes(part));
    return missing ? "it leaves turns out" : undefined;
  } catch (error) {
    return because(error);
  }
}

function changesWithDate(render: Bare): boolean {
  const on = (date: string) => {
    try {
      return render(turns, { date });
    } catch {
      return "";
    }
  };
  return on("2025-01-01") !== on("2026-12-28");
}

/** Messages whose system text stands before the first user turn's own, a line feed between. */
function withSystemInUserTurn(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, next, ...rest] = messages;
  if (system?.role !== "system") return messages;
  if (next?.role !== "user") return [{ role: "user", content: system.content }, ...messages.slice(1)];
  return [{ role: "user", content: `${system.content}\n${next.content}` }, ...rest];
}

const because = (error: unknown) => (error instanceof Error ? error.message : String(error));
