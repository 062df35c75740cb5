// Markup from text, escaped by construction: whatever enters a template is text unless it is Html already. Knows no report.

export interface Html {
  readonly markup: string;
}

export type Part = string | number | Html | readonly Part[];

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] as string);

function render(part: Part): string {
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return "markup" in part ? part.markup : part.map(render).join("");
}

/** Tag of a template: its literal text is markup, its values are text or Html. Attribute values must be quoted. */
export function html(literals: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: literals.reduce((markup, literal, i) => `${markup}${render(values[i - 1] ?? "")}${literal}`) };
}

/** Texts with a comma between. */
export const joined = (texts: readonly string[]): string => texts.map((text) => text.replaceAll("_", " ")).join(", ");

export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
