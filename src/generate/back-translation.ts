// DA-Back Translation (Xie et al. 2020; App. E), by the language model: English to French and back, piece by piece. For texts without marks.

import { type Rng, seedOf } from "../base/rng.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import { readAnswer } from "../prompts/answer.ts";
import { type Parsed, rejected } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { isRatherFrench } from "./augment/french.ts";
import { piecesOf, sentencesOf } from "./augment/pieces.ts";
import type { ConfigOf, Source, Turn, Writer } from "./source.ts";

export const backTranslation: Source<ConfigOf<"back-translation">> = {
  name: "DA-Back Translation (by the language model)",
  group: "augmentation",
  summary:
    "Real examples put into French and back into English. For whole texts and pairs, where no entity has to be found again.",
  title: () => "DA-Back Translation (by the language model)",
  needs: () => ["writer"],
  shapes: ["sentence", "pair"],
  rounds: () => [],
  extent: (size) => size,
  tries: 50,
  async attempt(i, { config, demonstrations }, { model }, stream, signal) {
    const from = i % Math.max(1, demonstrations.length);
    const example = demonstrations[from];
    if (!example) return undefined;
    if (!model) throw new Error("a prompted source was given no language model");
    const turns: Turn[] = [];
    const origin = { kind: "derived", from: [from], by: "back-translation by a language model", turns } as const;
    const label = labelsOf(example)[0] ?? "";
    const texts: string[] = [];
    for (const text of textsOf(example)) {
      const back = await thereAndBack(text, { model, writer: config.writer, stream, signal, turns });
      if (!back.ok) return { label, origin, parsed: back };
      texts.push(back.value);
    }
    return { label, origin, parsed: withTexts(example, texts) };
  },
};

interface Translating {
  readonly model: LanguageModel;
  readonly writer: Writer;
  readonly stream: Rng;
  readonly signal: AbortSignal;
  /** Grows with each translation. */
  readonly turns: Turn[];
}

/** The text in other words, in its own language: as long again at most, half as long at least. */
async function thereAndBack(text: string, work: Translating): Promise<Parsed<string>> {
  const back: string[] = [];
  for (const piece of sentencesOf(text).flatMap(piecesOf)) {
    if (piece.trim() === "") continue;
    const french = await translated(piece.trim(), "English", "French", work);
    if (!french.ok) return french;
    const english = await translated(french.value, "French", "English", work);
    if (!english.ok) return english;
    if (isRatherFrench(english.value) && !isRatherFrench(piece)) return rejected("untranslated");
    back.push(english.value);
  }
  const value = back.join(" ");
  if (value.length < text.length / 2) return rejected("too-short");
  return value.length > text.length * 2 ? rejected("malformed") : { ok: true, value };
}

async function translated(text: string, from: string, into: string, work: Translating): Promise<Parsed<string>> {
  const { model, writer, stream, signal, turns } = work;
  const instruction = `Translate this text from ${from} into ${into}. Write the translation alone.`;
  const messages = [{ role: "user", content: `${instruction}\n\n${text}` }] as const;
  const request = { messages, sampling: writer.sampling, seed: seedOf(stream.fork("turn", turns.length)) };
  const { text: answer, finish, promptTokens, completionTokens } = await model.complete(request, signal);
  turns.push({ messages, text: answer, promptTokens, completionTokens });
  // Names and numbers stay what they are in every language: the text itself, given back, is no echo.
  return finish === "length" ? rejected("truncated") : readAnswer(answer, { messages: [{ role: "user", content: instruction }] });
}

function withTexts(example: Example, [first = "", second = ""]: readonly string[]): Parsed<Example> {
  if (example.kind === "sentence") return { ok: true, value: { ...example, text: first } };
  if (example.kind === "pair") return { ok: true, value: { ...example, first, second } };
  throw new Error(`back translation expects whole texts or pairs, got a ${example.kind} example`);
}
