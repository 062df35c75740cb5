// A model's card as README.md, as HTML, and back from a README.md that may have been edited. Pure; every text is escaped.

import type { CardBlock, CardSection, ModelCard } from "./model-card.ts";
import { type Html, html } from "./report-html.ts";

/** Markdown with its fields in front, as the Hugging Face hub reads it. */
export function cardMarkdown({ front, title, sections }: ModelCard): string {
  const fields = Object.entries(front).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const parts = sections.map((section) => `## ${escaped(section.title)}\n\n${section.blocks.map(block).join("\n\n")}`);
  return `---\n${fields.join("\n")}\n---\n\n# ${escaped(title)}\n\n${parts.join("\n\n")}\n`;
}

const escaped = (text: string): string => text.replace(/\s+/g, " ").replace(/[\\|<*_`[\]#]/g, "\\$&");

function block(one: CardBlock): string {
  switch (one.kind) {
    case "text":
      return escaped(one.text).replace(/^[-+]/, "\\$&");
    case "list":
      return one.items.map((item) => `- ${escaped(item)}`).join("\n");
    case "table":
      return [one.head, one.head.map(() => "---"), ...one.rows].map(tableLine).join("\n");
    case "code":
      return `\`\`\`${one.language}\n${one.text}\n\`\`\``;
    default:
      return one satisfies never;
  }
}

const tableLine = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => (cell === "---" ? cell : escaped(cell))).join(" | ")} |`;

/** Reads what `cardMarkdown` writes, and plain Markdown as far as it is made of headings, paragraphs, lists, tables and code. */
export function readCardMarkdown(markdown: string): Pick<ModelCard, "title" | "sections"> {
  const body = markdown.replace(/\r\n?/g, "\n").replace(/^---\n[\s\S]*?\n---\n/, "");
  let title = "";
  const sections: { title: string; blocks: CardBlock[] }[] = [];
  const lines = body.split("\n");
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] as string;
    const [, marks = "", heading = ""] = /^(#{1,6})\s+(.*)$/.exec(line) ?? [];
    const taken = lines.slice(i + 1).findIndex((next) => !belongs(line, next));
    const own = lines.slice(i, taken < 0 ? undefined : i + 1 + taken);
    i += heading === "" ? own.length + Number(kindOf(line) === "code") : 1; // behind code stands its fence
    if (heading !== "" && marks === "#") title = plain(heading);
    else if (heading !== "") sections.push({ title: plain(heading), blocks: [] });
    else if (line.trim() !== "") {
      if (sections.length === 0) sections.push({ title: "", blocks: [] });
      sections.at(-1)?.blocks.push(readBlock(own));
    }
  }
  return { title, sections };
}

const kindOf = (line: string): CardBlock["kind"] | "none" => {
  if (line.startsWith("```")) return "code";
  if (/^[-*+] /.test(line)) return "list";
  if (line.startsWith("|")) return "table";
  return line.trim() === "" || line.startsWith("#") ? "none" : "text";
};

/** Tells whether a line belongs to the block that another line opens. */
function belongs(first: string, next: string): boolean {
  const kind = kindOf(first);
  return kind === "code" ? next !== "```" : kind !== "none" && kindOf(next) === kind;
}

const plain = (text: string): string => text.trim().replace(/\\(.)/g, "$1");

function readBlock(lines: readonly string[]): CardBlock {
  const [first = ""] = lines;
  const cells = (line: string) =>
    [...line.replace(/^\||\|\s*$/g, "").matchAll(/((?:\\.|[^|\\])+)(?:\||$)/g)].map(([, cell = ""]) => plain(cell));
  const kind = kindOf(first);
  if (kind === "code") return { kind, language: first.slice(3), text: lines.slice(1).join("\n") };
  if (kind === "list") return { kind, items: lines.map((line) => plain(line.slice(2))) };
  if (kind !== "table") return { kind: "text", text: plain(lines.join(" ")) };
  const [head = [], ...rows] = lines.filter((line) => !/^\|[\s:|-]+$/.test(line)).map(cells);
  return { kind, head, rows };
}

/** Sections as HTML, a heading of the second rank each. */
export const cardHtml = (sections: readonly CardSection[]): Html =>
  html`${sections.map(({ title, blocks }) => html`<section><h2>${title}</h2>${blocks.map(blockHtml)}</section>`)}`;

function blockHtml(one: CardBlock): Html {
  switch (one.kind) {
    case "text":
      return html`<p>${one.text}</p>`;
    case "list":
      return html`<ul>${one.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case "table":
      return html`<div class="scroll"><table><thead><tr>${one.head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${one.rows.map(
        ([name = "", ...cells]) =>
          html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="n">${cell}</td>`)}</tr>`,
      )}</tbody></table></div>`;
    case "code":
      return html`<pre><code>${one.text}</code></pre>`;
    default:
      return one satisfies never;
  }
}
