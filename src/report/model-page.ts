// A trained model as one HTML page that runs it alone, offline, from a file: written in parts, of which one is held at a time. Knows no model.

import type { NoteField } from "../formats/note-fields.ts";
import type { CardSection } from "./model-card.ts";
import { useTitle } from "./model-card.ts";
import { cardHtml } from "./model-card-text.ts";
import { html } from "./report-html.ts";
import { reportStyle } from "./report-style.ts";

/** Result of rounding the weights: labels of how many examples were compared, and the largest change of a probability. */
export interface Rounding {
  readonly precision: "float16" | "float32";
  readonly compared: number; // examples
  /** Examples that half precision labels in another way; none in a page of half precision. */
  readonly changed: number;
  /** Largest change of a probability, in the examples with the same labels. */
  readonly largest: number;
}

export interface PageContent {
  readonly title: string;
  readonly sections: readonly CardSection[];
  /** The model's files by name. */
  readonly files: ReadonlyMap<string, Blob>;
  readonly rounding: Rounding;
  readonly fields: readonly NoteField[];
  /** Files that hold such texts, in words. */
  readonly notes: string;
}

export interface PageProgram {
  /** One module without imports. */
  readonly script: string;
  /** Base64 of its SHA-256, for the page's policy. */
  readonly scriptHash: string;
  /** onnxruntime-web's wasm. */
  readonly wasm: Blob;
}

/** Name of the wasm among the page's files: packed, a third of its size. */
export const wasmName = "ort.wasm.gz";

/** Bytes in a block of the page: a multiple of 3, so that no block but the last of a file is padded. */
const blockBytes = 3 * (1 << 20);

/** A script that stands in a page: nothing in it ends the element. */
export const inlineScript = (script: string): string => script.replace(/<(?=\/script|!--)/gi, "\\x3c");

/** Its policy allows this script alone and no request at all. Blocks of base64 hold the files, in order. */
export async function* modelPageParts(content: PageContent, program: PageProgram): AsyncGenerator<string, void> {
  yield head(content, program);
  const wasm = await new Response(program.wasm.stream().pipeThrough(new CompressionStream("gzip"))).blob();
  for (const [name, file] of [...content.files, [wasmName, wasm] as const]) {
    for (let at = 0; at < file.size; at += blockBytes) {
      const bytes = new Uint8Array(await file.slice(at, at + blockBytes).arrayBuffer());
      yield html`<script type="text/plain" class="block" data-file="${name}">${base64(bytes)}</script>\n`.markup;
    }
  }
  yield `<script type="module">${program.script}</script>\n</body>\n</html>\n`;
}

/** In pieces: arguments of a call are limited. */
function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(""));
}

function head({ title, sections, rounding, fields, notes }: PageContent, { scriptHash }: PageProgram): string {
  const policy = `default-src 'none'; script-src 'sha256-${scriptHash}' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  const box = ({ id, label, lines, value = "" }: NoteField) =>
    html`<label for="${id}">${label}</label><textarea id="${id}" rows="${lines}" dir="auto" spellcheck="false">${value}</textarea>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="Clinfuse">
<title>${title}</title>
${reportStyle}
${pageStyle}
</head>
<body>
<header>
<p class="soft">A model trained with Clinfuse</p>
<h1>${title}</h1>
<p>The model is in this file. The page works without a network, and its policy forbids every request: the text that you give it stays here.</p>
</header>
<main>
<section aria-labelledby="try">
<h2 id="try">Read a text</h2>
<form id="form">
${fields.map(box)}
<p class="row"><button id="read" disabled>Read it</button> <button id="stop" type="button" hidden>Stop</button></p>
<label for="files">Or files</label>
<input id="files" type="file" multiple disabled aria-describedby="notes">
<p class="soft" id="notes">${notes}</p>
<p id="state" role="status">Unpacking the model …</p>
</form>
<div id="found" tabindex="-1" role="region" aria-label="What the model found"></div>
<div id="taken"></div>
<p class="soft">The probability is what the model says of itself, of a word or of a label: it is not the chance that it is right. ${roundingWords(rounding)}</p>
</section>
${cardHtml(sections.filter((section) => section.title !== useTitle))}
</main>
`.markup;
}

const pageStyle = html`<style>
form{display:grid;grid-template-columns:minmax(0,1fr);gap:8px;justify-items:start}label{font-weight:600}textarea{width:100%;box-sizing:border-box;font:inherit;color:inherit;background:transparent;border:1px solid var(--line-strong);border-radius:4px;padding:8px}
button{font:inherit;font-weight:600;padding:8px 20px;border:0;border-radius:4px;color:var(--paper);background:var(--accent);cursor:pointer}button:disabled{opacity:.5;cursor:default}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
input{font:inherit;color:inherit;max-width:100%}.row{margin:0}#found h3{margin:16px 0 0;font-size:inherit;overflow-wrap:anywhere}#taken a{margin-right:16px;color:var(--accent)}
#found p[dir]{unicode-bidi:plaintext}#found p{white-space:pre-wrap;line-height:2.1;overflow-wrap:anywhere}#found ruby{ruby-align:center;ruby-overhang:none}#found .sure{color:var(--soft);font-weight:400}pre{overflow-x:auto;font:13px/1.5 ui-monospace,Menlo,monospace}
</style>`;

/** A sentence for the page's reader. */
function roundingWords({ precision, compared, changed, largest }: Rounding): string {
  const texts = `${compared} text${compared === 1 ? "" : "s"}`;
  if (precision === "float16")
    return `The weights are in half precision: the labels of ${texts} that were compared are those of the whole model, and no probability differs by more than ${Math.max(largest, 0.0001).toFixed(4)}.`;
  if (compared === 0) return "The weights are those of the training, in 32 bits.";
  return `The weights are those of the training, in 32 bits: in half precision ${changed} of ${texts} had other labels.`;
}
