// Names of tensors without what a wrapper of the model put before them. Knows no file.

/** Wrappers, by the beginning that they leave: DataParallel, torch.compile, sentence-transformers, and a Lightning module around a BERT. */
const wrappers = /^(?:module\.|_orig_mod\.|(?:0\.)?auto_model\.|model\.(?=(?:bert|embeddings|encoder|pooler|cls)\.))+/;

/** `module.bert.pooler.dense.bias` is `bert.pooler.dense.bias`. */
export const bareName = (name: string): string => name.replace(wrappers, "");
