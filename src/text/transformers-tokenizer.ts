// A WordPiece tokenizer as the files that transformers.js and Python's tokenizers read. Knows no model.

import type { WordPiece } from "./word-piece.ts";

/** An entry of a tokenizer.json's added tokens: matched in the text as it is. */
export const addedToken = (id: number, content: string, special = true) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

/** tokenizer.json and tokenizer_config.json, by name. */
export function transformersTokenizer({ vocabulary, special, config, added: whole }: WordPiece): ReadonlyMap<string, string> {
  const piece = (id: number) => vocabulary[id] as string;
  const one = (id: number) => ({ id: piece(id), ids: [id], tokens: [piece(id)] });
  const [start, separator] = [piece(special.start), piece(special.separator)];
  const token = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const text = (id: "A" | "B", type: number) => ({ Sequence: { id, type_id: type } });
  const masks = special.mask === undefined ? [] : [special.mask];
  const ids = new Set([special.pad, special.unknown, special.start, special.separator, ...masks, ...whole.values()]);
  const added = [...ids].map((id) => addedToken(id, piece(id)));
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.sort((a, b) => a.id - b.id),
    normalizer: {
      type: "BertNormalizer",
      clean_text: config.cleanText,
      handle_chinese_chars: config.splitIdeographs,
      strip_accents: config.stripAccents,
      lowercase: config.lowercase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [token(start, 0), text("A", 0), token(separator, 0)],
      pair: [token(start, 0), text("A", 0), token(separator, 0), text("B", 1), token(separator, 1)],
      special_tokens: { [start]: one(special.start), [separator]: one(special.separator) },
    },
    decoder: { type: "WordPiece", prefix: config.continuation, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: piece(special.unknown),
      continuing_subword_prefix: config.continuation,
      max_input_chars_per_word: config.longestWord,
      vocab: Object.fromEntries(vocabulary.flatMap((name, id) => (whole.has(name) ? [] : [[name, id]]))),
    },
  };
  const settings = {
    tokenizer_class: "BertTokenizer",
    do_lower_case: config.lowercase,
    strip_accents: config.stripAccents,
    tokenize_chinese_chars: config.splitIdeographs,
    pad_token: piece(special.pad),
    unk_token: piece(special.unknown),
    cls_token: start,
    sep_token: separator,
    ...Object.fromEntries(masks.map((id) => ["mask_token", piece(id)])),
  };
  return new Map([
    ["tokenizer.json", JSON.stringify(tokenizer)],
    ["tokenizer_config.json", JSON.stringify(settings)],
  ]);
}
