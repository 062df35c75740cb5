// Takes off what models wrap an answer in: chat tokens, fences. Knows no task.

/** The text as a reader sees it: without invisible characters and chat tokens, and nothing after the token that ends a turn. */
export function visible(completion: string): string {
  const text = completion
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(/[\u200B\u2060\uFEFF\u00AD]|(?![\n\t])\p{Cc}/gu, "")
    .trim();
  const begun = text.replace(
    /^(?:\s*(?:<\|(?:im_start|start_header_id|assistant|begin_of_text|startoftext)\|>|<start_of_turn>|<s>|<bos>|\[\/INST\])(?:\s*(?:assistant|model)\s*(?:<\|end_header_id\|>|\n))?)+/i,
    "",
  );
  return (
    begun
      .split(
        /<\|(?:im_end|return|eot_id|endoftext|end_of_text|im_start|eom_id|user|system|start_header_id)\|>|<end_of_turn>|<\/s>|<eos>|\[\/?INST\]/,
      )[0]
      ?.trim() ?? ""
  );
}

const languages =
  "json[5l]?|jsonlines|javascript|js|python|py|text|txt|plaintext|plain|markdown|md|html|xml|yaml|yml|csv|output|bash";

/** A chat token of any model: `<|END_RESPONSE|>`, `<｜end▁of▁sentence｜>`. No text has that form. */
const token = "<[|｜][^<>|｜\\n]{1,40}[|｜]>";
const firstTokens = new RegExp(`^\\s*(?:${token}\\s*)+`);
const laterToken = new RegExp(token);

/** Without chat tokens at its beginning, and nothing from the next one on. Some tokens stand around thoughts: only after thoughts are out. */
export function withoutNextTurn(text: string): string {
  return text.replace(firstTokens, "").split(laterToken)[0] as string;
}

/** The content of the first code fence that holds anything, closed or not; the text itself without one. */
export function withoutFence(text: string): string {
  const fence = /(`{3,}|~{3,})/g;
  const parts = text.split(fence).filter((_, i) => i % 2 === 0);
  if (parts.length === 1) return text;
  const inside = parts
    .filter((_, i) => i % 2 === 1)
    .map((part) => part.replace(new RegExp(`^[ \\t]*(?:[\\w+-]+[ \\t]*(?=\\n)|(?:${languages})\\b[ \\t]*)`, "i"), ""));
  const held = inside.find((part) => part.trim() !== "");
  return held ?? parts.join("\n");
}
