// Names that can be part of a path and of an address, made from any name that a user's file has. Knows no model.

const longest = 60;

/** Letters of A to Z, digits, dots, dashes and underscores, of at most 60 characters; empty where the name has none of them. */
export function slug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/-{2,}/g, "-")
    .replace(/-+(?=\.)/g, "")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, longest)
    .replace(/[.-]+$/, "");
}

const part = /-\d{5}-of-\d{5}$/;

/** A file's name as it is stored: its slug, with that ending, and with the number that a part has. */
export function safeFileName(name: string, ending: string): string {
  const bare = name.replace(/\.(gguf|ggml|bin|safetensors|download|part)$/i, "");
  const number = part.exec(bare)?.[0] ?? "";
  return `${slug(bare.slice(0, bare.length - number.length)) || "model"}${number}${ending}`;
}

/**
 * A free id: the name's slug. Some of the content's hash follows it where another model has that id, or where the name gives no slug.
 * Ids differ by more than their case, which some disks do not know.
 */
export function freeId(name: string, contentHash: string, taken: readonly string[]): string {
  const base = slug(name);
  const ids = new Set(taken.map((id) => id.toLowerCase()));
  const isFree = (id: string) => !ids.has(id.toLowerCase());
  if (base !== "" && isFree(base)) return base;
  for (let length = 7; length <= contentHash.length; length++) {
    const id = `${base || "model"}-${contentHash.slice(0, length)}`;
    if (isFree(id)) return id;
  }
  throw new Error(`freeId: a model of the content ${contentHash} is there already`);
}
