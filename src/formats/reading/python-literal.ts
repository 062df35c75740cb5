// A Python literal of lists, texts and numbers as a value. Knows no field.

export type Literal = string | number | boolean | null | readonly Literal[];

const words: Readonly<Record<string, Literal>> = { None: null, True: true, False: false, null: null, true: true, false: false };
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"' };
/** Lists inside lists that are read. */
const deepest = 8;

/** Undefined for what is no such literal. Lists and tuples are both lists; JSON's lists are such literals too. */
export function readPythonLiteral(text: string): Literal | undefined {
  let at = 0;
  const blank = (): void => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const value = (depth: number): Literal | undefined => {
    blank();
    const c = text[at];
    if (c === "[" || c === "(") return depth < deepest ? list(c === "[" ? "]" : ")", depth) : undefined;
    if (c === "'" || c === '"') return quoted(c);
    const token = /^[\w.+-]+/.exec(text.slice(at, at + 40))?.[0] ?? "";
    at += token.length;
    if (Object.hasOwn(words, token)) return words[token];
    return /^-?\d+(?:\.\d+)?$/.test(token) ? Number(token) : undefined;
  };
  const list = (close: string, depth: number): Literal[] | undefined => {
    const items: Literal[] = [];
    at++;
    for (blank(); text[at] !== close; blank()) {
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      blank();
      if (text[at] === ",") at++;
      else if (text[at] !== close) return undefined;
    }
    at++;
    return items;
  };
  const quoted = (quote: string): string | undefined => {
    let out = "";
    for (at++; at < text.length; at++) {
      const c = text[at] as string;
      if (c === quote) {
        at++;
        return out;
      }
      if (c !== "\\") out += c;
      else {
        at++;
        const hex = /^(?:x([\da-f]{2})|u([\da-f]{4}))/i.exec(text.slice(at, at + 5));
        out += hex
          ? String.fromCharCode(Number.parseInt((hex[1] ?? hex[2]) as string, 16))
          : (escapes[text[at] ?? ""] ?? `\\${text[at] ?? ""}`);
        if (hex) at += hex[0].length - 1;
      }
    }
    return undefined;
  };
  const found = value(0);
  blank();
  return at === text.length ? found : undefined;
}
