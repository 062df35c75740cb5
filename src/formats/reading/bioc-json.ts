// BioC's JSON as the elements of its xml, so that one reader reads both: a collection, a document a line, or PubTator's list. Knows no task.

import type { JsonObject } from "./json.ts";
import { type PlacedJson, placedJson } from "./json-places.ts";
import { malformed } from "./text-file.ts";
import type { Element } from "./xml.ts";

/** Lists of the JSON, and the element that each item is in xml. */
const lists: Readonly<Record<string, string>> = {
  documents: "document",
  passages: "passage",
  sentences: "sentence",
  annotations: "annotation",
  relations: "relation",
  locations: "location",
  nodes: "node",
};
/** Fields that are elements of their own in xml. */
const texts = ["id", "offset", "text"] as const;

/** Infons are words in xml; PubTator3's relations have objects among them, which no task reads. */
const plainText = (content: unknown): string =>
  content === null || content === undefined ? "" : typeof content === "object" ? JSON.stringify(content) : String(content);

const isObject = (value: unknown): value is JsonObject => value !== null && typeof value === "object" && !Array.isArray(value);

/** The collection. Throws `file-malformed` with the line. */
export function biocElements(text: string, file: string): Element {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const aLineEach = lines.length > 1 && lines.slice(0, 2).every((line) => /^\s*\{.*\}\s*$/.test(line));
  const documents = aLineEach
    ? text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : documentsOf(placedJson(line, file, i + 1), file)))
    : documentsOf(placedJson(text, file), file);
  return { name: "collection", attributes: {}, children: documents, text: "", line: 1 };
}

function documentsOf(json: PlacedJson, file: string): Element[] {
  const { value } = json;
  const list = Array.isArray(value) ? value : isObject(value) ? (value.documents ?? value.PubTator3 ?? [value]) : undefined;
  if (!Array.isArray(list)) return malformed(file, 1, 'the file holds no collection of documents ("documents")');
  return list
    .flatMap((item) => (isObject(item) && Array.isArray(item.documents) ? item.documents : [item]))
    .map((item) => elementOf("document", item, json, file));
}

function elementOf(name: string, value: unknown, json: PlacedJson, file: string): Element {
  if (!isObject(value))
    return malformed(file, undefined, `a ${name} must be an object, got ${JSON.stringify(value)?.slice(0, 40)}`);
  const line = json.lineOf(value);
  if (name === "document" && !Array.isArray(value.passages)) malformed(file, line, 'a document has no "passages"');
  const plain = (of: string, attributes: Readonly<Record<string, string>>, content: unknown): Element => ({
    name: of,
    attributes,
    children: [],
    text: plainText(content),
    line,
  });
  const own = texts.flatMap((key) => (value[key] === undefined || value[key] === null ? [] : [plain(key, {}, value[key])]));
  const infons = isObject(value.infons)
    ? Object.entries(value.infons).map(([key, content]) => plain("infon", { key }, content))
    : [];
  const inner = Object.entries(lists).flatMap(([key, child]) => {
    const items = value[key];
    if (items === undefined || items === null) return [];
    if (!Array.isArray(items)) return malformed(file, line, `"${key}" of a ${name} must be a list`);
    return items.map((item) => elementOf(child, item, json, file));
  });
  const attributes = Object.fromEntries(
    ["offset", "length", "refid", "role", "id"].flatMap((key) =>
      value[key] === undefined ? [] : [[key, plainText(value[key])]],
    ),
  );
  return { name, attributes, children: [...infons, ...own, ...inner], text: "", line };
}
