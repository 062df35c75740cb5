// A note with what a model found as UIMA CAS XMI, as INCEpTION takes it in: sentences and the named-entity layer. Knows no disk.

import { piecesOf, type ReadNote } from "./note.ts";

const spaces = {
  xmi: "http://www.omg.org/XMI",
  cas: "http:///uima/cas.ecore",
  tcas: "http:///uima/tcas.ecore",
  type: "http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore",
  type2: "http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore",
  type3: "http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore",
};

/** `escaped` makes a text fit for an attribute but for line breaks and tabs, which a reader would take for blanks. Offsets count UTF-16 units. */
export function xmiOf({ note: { id, text }, spans }: ReadNote, escaped: (text: string) => string): string {
  const inAttribute = (raw: string) => escaped(raw).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
  let next = 2;
  const lines: string[] = [];
  const ids: number[] = [];
  const add = (name: string, start: number, end: number, more = "") => {
    ids.push(next);
    lines.push(`<${name} xmi:id="${next++}" sofa="1" begin="${start}" end="${end}"${more}/>\n`);
  };
  add(
    "type2:DocumentMetaData",
    0,
    text.length,
    ` language="x-unspecified" documentTitle="${inAttribute(id)}" documentId="${inAttribute(id)}"`,
  );
  for (const { start, end } of piecesOf(text)) add("type:Sentence", start, end);
  for (const { start, end, label } of spans) add("type3:NamedEntity", start, end, ` value="${inAttribute(label)}"`);
  const sofa = `<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="${inAttribute(text)}"/>\n`;
  const names = Object.entries(spaces).map(([prefix, space]) => ` xmlns:${prefix}="${space}"`);
  const view = `<cas:View sofa="1" members="${ids.join(" ")}"/>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<xmi:XMI${names.join("")} xmi:version="2.0">\n<cas:NULL xmi:id="0"/>\n${lines.join("")}${sofa}${view}</xmi:XMI>\n`;
}
