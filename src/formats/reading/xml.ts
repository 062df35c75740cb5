// XML as elements with their lines. No entity but the five of XML and numbered characters; no document type of its own. Knows no vocabulary.

import { XMLParser, XMLValidator } from "fast-xml-parser";
import { lineCounter, malformed } from "./text-file.ts";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Text of the element and of those inside it. */
  readonly text: string;
  readonly line: number;
}

const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  cdataPropName: "#cdata",
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 50,
});
const place = XMLParser.getMetaDataSymbol() as symbol;

/** The root element. Throws `file-malformed` with the line, also for a document that defines entities. */
export function readXml(text: string, file: string): Element {
  const entity = /<!ENTITY/i.exec(text);
  if (entity) malformed(file, lineCounter(text)(entity.index), "the document defines entities of its own, which are not read");
  const checked = XMLValidator.validate(text);
  if (checked !== true && /^Invalid '/.test(checked.err.msg)) {
    malformed(file, lineCounter(text)(text.trimEnd().length), "the file ends inside of its elements: it is cut off");
  }
  if (checked !== true) malformed(file, checked.err.line, `no well-formed XML: ${checked.err.msg}`);
  const lineAt = lineCounter(text);
  let nodes: readonly Node[];
  try {
    nodes = parser.parse(text) as readonly Node[];
  } catch (error) {
    return malformed(file, undefined, `no readable XML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const roots = nodes.flatMap((node) => elementOf(node, file, lineAt) ?? []);
  const [root, more] = roots;
  if (more) malformed(file, more.line, `a second root element follows the first: <${more.name}>`);
  return root ?? malformed(file, 1, "no XML element");
}

type Node = Readonly<Record<string | symbol, unknown>>;

function elementOf(node: Node, file: string, lineAt: (at: number) => number): Element | undefined {
  const name = Object.keys(node).find((key) => key !== ":@" && !key.startsWith("#") && !key.startsWith("?"));
  if (name === undefined) return undefined;
  const line = lineAt((node[place] as { startIndex: number } | undefined)?.startIndex ?? 0);
  const inside = node[name] as readonly Node[];
  const decoded = (raw: string): string => withoutEntities(raw, file, line);
  let text = "";
  const children: Element[] = [];
  for (const part of inside) {
    const child = elementOf(part, file, lineAt);
    if (child) {
      children.push(child);
      text += child.text;
    } else if (typeof part["#text"] === "string") text += decoded(part["#text"]);
    else if (Array.isArray(part["#cdata"])) text += (part["#cdata"] as readonly Node[]).map((raw) => raw["#text"]).join("");
  }
  const attributes = Object.entries((node[":@"] ?? {}) as Readonly<Record<string, unknown>>);
  return {
    name,
    attributes: Object.fromEntries(attributes.map(([key, raw]) => [key, decoded(String(raw))])),
    children,
    text,
    line,
  };
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", apos: "'", quot: '"' };

function withoutEntities(text: string, file: string, line: number): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][\w.-]*));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined)
        return (
          (Object.hasOwn(named, name) ? named[name] : undefined) ??
          malformed(file, line, `the entity ${whole} is not known to XML`)
        );
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : malformed(file, line, `${whole} is no character`);
    },
  );
}

export const childrenNamed = ({ children }: Element, name: string): readonly Element[] =>
  children.filter((child) => child.name === name);
export const childNamed = (element: Element, name: string): Element | undefined => childrenNamed(element, name)[0];
