// INCEpTION's and WebAnno's CAS as XMI: the named-entity layer, and relations between its marks. Other layers are counted. Knows no disk.

import type { Format } from "./format.ts";
import { addAnnotated, labelled, type NamedRelation, taskLabel } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import { addDocument, DocumentIds, documentShapes, type Mention } from "./reading/documents.ts";
import { extensionOf, nameOf, setsOfDocuments } from "./reading/paths.ts";
import { malformed, readText } from "./reading/text-file.ts";
import { type Element, readXml } from "./reading/xml.ts";

/** The document as it was before anybody marked it: INCEpTION puts it beside the annotators' files. */
const unmarked = /^INITIAL_CAS\.xmi$/i;
/** Prefixes are numbered at will: an element is known by its namespace and its own name. */
const entityLayer = /\/ner\/type\.ecore NamedEntity$/;
const sentenceLayer = /\/segmentation\/type\.ecore Sentence$/;
/** Layers that a project made for itself. */
const ownLayer = /\/webanno\/custom\.ecore /;
/** Layers of the text itself, which nobody marked by hand. */
const textLayers = /cas\.ecore (?:Sofa|View|NULL)$|\/(?:segmentation|metadata)\/type\.ecore |\/tcas\.ecore DocumentAnnotation$/;

export const inception: Format = {
  id: "inception",
  name: "INCEpTION's CAS XMI",
  files: "UIMA CAS XMI as INCEpTION and WebAnno export it (.xmi, also in their zips)",
  extensions: ["xmi"],
  serves: (task) => documentShapes.includes(task.shape),
  fits: (heads) =>
    [...heads]
      .filter(([path, head]) => (extensionOf(path) === "xmi" || /<xmi:XMI[\s>]/.test(head)) && isDocument(path, head))
      .map(([path]) => path),
  claims: (path) => extensionOf(path) === "xmi" && !unmarked.test(nameOf(path)),
  folders: /./, // a folder a document, with a file an annotator
  async read(tree, task) {
    const rows = new Collection(task);
    const texts = new DocumentIds(rows);
    const setOf = setsOfDocuments([...tree.keys()].map(pathOf));
    const curated = (file: string) => Number(!/(?:^|\/)curation\//.test(file));
    for (const file of [...tree.keys()].sort((a, b) => curated(a) - curated(b))) {
      const split = setOf(pathOf(file));
      rows.open(split, file);
      const root = readXml(await readText(tree, file), file);
      if (localName(root.name) !== "XMI") malformed(file, root.line, `the document is a <${root.name}>, expected an <xmi:XMI>`);
      for (const one of documentsIn(rows, file, root)) {
        const { text, sentences, line, mentions, relations } = one;
        const sections = sentences.length > 0 ? sentences : [{ start: 0, end: text.length }];
        const document = { file, line, text, sections, mentions, relations: [], closed: true };
        const bare = { ...document, mentions: [], relations: [] }; // another annotator's are other marks, as it should be
        if (!texts.add(`${documentOf(file)} ${text}`, bare, split)) continue;
        if (sentences.length === 0) addAnnotated(rows, split, { ...one, file, labels: undefined });
        else addDocument(rows, split, { ...document, whole: true, relations: labelled(rows, relations) });
      }
    }
    rows.remark(
      "The named-entity layer was read; where several annotators marked one document, the curated file, or else the first by name.",
    );
    return rows.finish();
  },
};

const isDocument = (path: string, head: string): boolean =>
  !unmarked.test(nameOf(path)) && (head.trim() === "" || /<xmi:XMI[\s>]/.test(head));
/**
 * Path of the document that a file of a project's export is of: the folder below "annotation" or "curation", or one that bears the extension of a
 * document. Each annotator's file lies in it, or in a zip of its own in it. Any other file is a document of its own.
 */
const pathOf = (file: string): string =>
  (/^(?:.*\/)?(?:annotation|curation)\/[^/]+(?=\/)/.exec(file) ??
    /^(?:.*\/)?[^/]+\.(?:txt|pdf|html?|xml|xmi|tsv|conllu?|json)(?=\/)/i.exec(file))?.[0] ?? file;
/** Its name, the same whoever marked it. */
const documentOf = (file: string): string => (pathOf(file) === file ? file : nameOf(pathOf(file)));
const localName = (name: string): string => name.split(":").at(-1) as string;

interface Layered {
  /** Namespace and own name. */
  readonly layer: string;
  readonly element: Element;
}

interface CasDocument {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** None where the file marks no sentences. */
  readonly sentences: readonly { readonly start: number; readonly end: number }[];
  readonly mentions: readonly Mention[];
  readonly relations: readonly NamedRelation[];
}

/** One for each text of the CAS, with the marks that are members of its view. */
function documentsIn(rows: Collection, file: string, root: Element): CasDocument[] {
  const all = root.children.map((element): Layered => {
    const [prefix = "", own = ""] = element.name.includes(":") ? element.name.split(":") : ["", element.name];
    const space = { ...root.attributes, ...element.attributes }[prefix === "" ? "xmlns" : `xmlns:${prefix}`];
    if (space === undefined) malformed(file, element.line, `the namespace of <${element.name}> is not declared`);
    return { layer: `${space} ${own}`, element };
  });
  const named = (layer: RegExp) => all.filter((one) => layer.test(one.layer)).map(({ element }) => element);
  const sofas = named(/cas\.ecore Sofa$/).filter(({ attributes }) => attributes.sofaString !== undefined);
  if (sofas.length === 0) malformed(file, root.line, "the CAS holds no text: no Sofa with a sofaString");
  return sofas.map((sofa): CasDocument => {
    const [id, text] = [sofa.attributes["xmi:id"] ?? "", sofa.attributes.sofaString ?? ""];
    const views = named(/cas\.ecore View$/).filter(({ attributes }) => attributes.sofa === id);
    const members = new Set(views.flatMap(({ attributes }) => (attributes.members ?? "").split(/\s+/)));
    const valid = ({ element: { attributes } }: Layered) =>
      attributes.sofa === id && (views.length === 0 || members.has(attributes["xmi:id"] ?? ""));
    const own = all.filter(valid);
    const of = (layer: RegExp) => own.filter((one) => layer.test(one.layer)).map(({ element }) => element);
    const mentions = of(entityLayer).flatMap((element) => mentionIn(rows, file, element, text));
    const customs = own.filter(({ layer }) => ownLayer.test(layer));
    const relations = customs.flatMap(({ layer, element }) => relationIn(rows, file, layer, element, mentions));
    countOthers(rows, own);
    const sentences = of(sentenceLayer).map((element) => placeOf(file, element, text));
    return { file, line: sofa.line, text, sentences: sentences.sort((a, b) => a.start - b.start), mentions, relations };
  });
}

/** UIMA counts UTF-16 units. Throws `span-out-of-bounds` and `file-malformed`. */
function placeOf(file: string, { name, attributes, line }: Element, text: string): { start: number; end: number } {
  const [start, end] = [attributes.begin, attributes.end].map((value = "") =>
    /^\d+$/.test(value)
      ? Number(value)
      : malformed(file, line, `the place ${JSON.stringify(value)} of a <${name}> is no whole number`),
  ) as [number, number];
  if (start <= end && end <= text.length) return { start, end };
  return malformed(file, line, `the offsets ${start} to ${end} of a <${name}> lie outside the text of ${text.length} characters`);
}

function mentionIn(rows: Collection, file: string, element: Element, text: string): Mention[] {
  const { value = "", "xmi:id": id = "" } = element.attributes;
  const { start, end } = placeOf(file, element, text);
  if (value.trim() === "") rows.count("no-label", "named entities without a value");
  else if (start === end) rows.count("blank");
  else return [{ file, line: element.line, start, end, said: text.slice(start, end), type: value.trim(), keys: [`#${id}`] }];
  return [];
}

/** An arc of a layer of the project's own: its name is a feature's value or the layer's, whichever the task knows. */
function relationIn(
  rows: Collection,
  file: string,
  layer: string,
  { attributes, line }: Element,
  mentions: readonly Mention[],
): NamedRelation[] {
  const { Governor: from, Dependent: to } = attributes;
  if (from === undefined || to === undefined) return [];
  const [a, b] = [`#${from}`, `#${to}`];
  if (![a, b].every((end) => mentions.some(({ keys }) => keys.includes(end)))) {
    rows.count("not-carried", "relations between marks of other layers");
    return [];
  }
  const values = Object.entries(attributes).flatMap(([name, value]) =>
    /^(?:xmi:|xmlns)|^(?:sofa|begin|end|Governor|Dependent)$/.test(name) ? [] : [value],
  );
  const names = [...values, layer.split(" ").at(-1) as string];
  const name = names.find((one) => taskLabel(rows.task, one) !== undefined) ?? (names[0] as string);
  return [{ file, line, name, ends: [[a], [b]] }];
}

function countOthers(rows: Collection, own: readonly Layered[]): void {
  for (const { layer, element } of own) {
    const { begin, Governor } = element.attributes;
    if (begin === undefined || Governor !== undefined || entityLayer.test(layer) || textLayers.test(layer)) continue;
    rows.count("not-carried", `the layer ${layer.split(" ").at(-1) as string}`);
  }
}
