// Notes with their spans as BioC, in xml and in JSON: a document each, of one passage. Offsets count code points. Knows no disk.

import type { ReadNote } from "./note.ts";
import { pointsOf } from "./points.ts";

/** Characters that XML cannot hold at all: controls but for tabs and line breaks, lone surrogates, two that are none. */
export const noXml = /[^\P{Cc}\t\n\r\u0080-\u009f]|[\ufffe\uffff]|\p{Cs}/gu;
/** A text that an element or an attribute in double quotes can hold. */
export const xmlText = (text: string) =>
  text
    .replace(noXml, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");

export function biocXml(notes: readonly ReadNote[]): string {
  const documents = notes.map(({ note, spans }) => {
    const at = pointsOf(note.text);
    const annotations = spans.map(({ start, end, label }, i) => {
      const place = `<location offset="${at(start)}" length="${at(end) - at(start)}"/>`;
      return `<annotation id="T${i + 1}"><infon key="type">${xmlText(label)}</infon>${place}<text>${xmlText(note.text.slice(start, end))}</text></annotation>\n`;
    });
    const passage = `<passage><offset>0</offset><text>${xmlText(note.text)}</text>\n${annotations.join("")}</passage>`;
    return `<document><id>${xmlText(note.id)}</id>\n${passage}</document>\n`;
  });
  const head = "<source>Clinfuse</source><date></date><key></key>\n";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<collection>${head}${documents.join("")}</collection>\n`;
}

/** Keys stand as in the collections that NCBI gives out. */
export function biocJson(notes: readonly ReadNote[]): string {
  const documents = notes.map(({ note: { id, text }, spans }) => {
    const at = pointsOf(text);
    const annotations = spans.map(({ start, end, label }, i) => ({
      id: `T${i + 1}`,
      infons: { type: label },
      text: text.slice(start, end),
      locations: [{ offset: at(start), length: at(end) - at(start) }],
    }));
    const passage = { offset: 0, infons: {}, text, sentences: [], annotations, relations: [] };
    return { id, infons: {}, passages: [passage], relations: [] };
  });
  return `${JSON.stringify({ source: "Clinfuse", date: "", key: "", infons: {}, documents }, null, 1)}\n`;
}
