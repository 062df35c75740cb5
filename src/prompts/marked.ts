// The answer form of NER: the sentence with its entities in square brackets, so that spans are exact by construction (DESIGN, section 4).

import type { Span, TokenExample } from "../tasks/example.ts";

/** The text with each span in brackets. Brackets of the text itself become parentheses: they would read as marks. */
export function markedText({ text, spans }: TokenExample): string {
  const plain = text.replaceAll("[", "(").replaceAll("]", ")");
  let marked = "";
  let at = 0;
  for (const { start, end } of spans) {
    marked += `${plain.slice(at, start)}[${plain.slice(start, end)}]`;
    at = end;
  }
  return marked + plain.slice(at);
}

/** Text and spans (offsets in UTF-16 code units) of a marked sentence; undefined when a bracket is not closed, not opened, nested or empty. */
export function readMarked(marked: string, label: string): TokenExample | undefined {
  let text = "";
  const spans: Span[] = [];
  let open: number | undefined;
  for (const character of marked) {
    if (character === "[") {
      if (open !== undefined) return undefined;
      open = text.length;
    } else if (character === "]") {
      if (open === undefined) return undefined;
      const span = trimmed(text, open, text.length);
      if (span.start === span.end) return undefined;
      spans.push({ ...span, label });
      open = undefined;
    } else text += character;
  }
  return open === undefined ? { kind: "token", text, spans } : undefined;
}

/** The place of a name within these offsets: without white space, quotes around it and a comma behind it. */
export function trimmed(text: string, start: number, end: number): { start: number; end: number } {
  const inside = text.slice(start, end);
  const [, before = "", name = ""] = /^(\s*)(.*?)\s*$/su.exec(inside) ?? [];
  const quoted = /^(["'“‘«])(.*[^\s"'”’»])(["'”’»])$/su.exec(name);
  const alone = (quoted?.[2] ?? name).replace(/(?<=[\p{L}\p{N})])[,;]+$/u, "");
  const from = start + before.length + (quoted ? 1 : 0);
  return { start: Math.min(from, end), end: from + alone.length };
}

/** Demonstrations of a tokenised corpus read "high - dose , and": joined again as one would write, so that the model writes so too. */
export function detokenised(marked: string): string {
  return marked
    .replace(/ ([.,;:%)!?])/g, "$1")
    .replace(/([([]) (?=\S)/g, "$1")
    .replace(/(\w) (['’]) (s|t)\b/g, "$1$2$3")
    .replace(/(\w) ([-/]) (\w)/g, "$1$2$3")
    .replace(/(\w\]?) ([-/]) (\[?\w)/g, "$1$2$3");
}
