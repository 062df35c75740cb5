// The page of a model as text: its files stand in it whole, its policy names its one script, no word of the run becomes markup.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { noteFields } from "../../../src/formats/note-fields.ts";
import { inlineScript, modelPageParts, wasmName } from "../../../src/report/model-page.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";

const attack = `<img src=x onerror="alert(1)"></script>`;
const weights = Uint8Array.from({ length: 7_000_001 }, (_, i) => (i * 31) & 255);
const wasm = new TextEncoder().encode("wasm ".repeat(1000));

async function written(fields = noteFields(taskById("bc5cdr-disease")), bytes = weights) {
  const script = inlineScript('console.log("</script><!--")');
  const scriptHash = createHash("sha256").update(script).digest("base64");
  const content = {
    title: attack,
    sections: [{ title: attack, blocks: [{ kind: "text", text: attack } as const] }],
    files: new Map([["model.safetensors", new Blob([bytes])]]),
    rounding: { precision: "float32", compared: 3, changed: 1, largest: 0.2 } as const,
    fields,
    notes: attack,
  };
  const parts: string[] = [];
  for await (const part of modelPageParts(content, { script, scriptHash, wasm: new Blob([wasm]) })) parts.push(part);
  return { parts, page: parts.join(""), scriptHash };
}

const { parts, page, scriptHash } = await written();

it("holds every file whole, in blocks of a few megabytes", () => {
  const blocks = [...page.matchAll(/<script type="text\/plain" class="block" data-file="([^"]*)">([^<]*)<\/script>/g)];
  const file = (name: string) =>
    Buffer.concat(blocks.filter((block) => block[1] === name).map((block) => Buffer.from(block[2] as string, "base64")));
  expect(file("model.safetensors").equals(Buffer.from(weights))).toBe(true);
  expect(gunzipSync(file(wasmName)).equals(Buffer.from(wasm))).toBe(true);
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(5_000_000);
});

it("runs one script, whose hash its policy names, and forbids every request", () => {
  const scripts = [...page.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)].map((match) => match[1] as string);
  expect(scripts.map((script) => createHash("sha256").update(script).digest("base64"))).toEqual([scriptHash]);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  expect(policy).toContain("default-src &#39;none&#39;");
  expect(policy).not.toMatch(/connect-src|unsafe-eval&#39; |https?:/);
  expect(policy).toContain(`&#39;sha256-${scriptHash}&#39;`);
});

it("lets no word of the run become markup", () => {
  expect(page).not.toContain("<img");
  expect(page).toContain("in half precision 1 of 3 texts had other labels");
});

it("asks for what the task's examples have: a text, two texts, or a sentence and the names of two entities", async () => {
  const asked = async (task: string) => {
    const [head = ""] = (await written(noteFields(taskById(task)), new Uint8Array(3))).parts;
    const fields = head.matchAll(/<label for="(\w+)">([^<]*)<\/label><textarea id="\1" rows="\d+"[^>]*>([^<]*)</g);
    return [...fields].map(([, id, label, value]) => [id, label, value]);
  };
  expect(await asked("bc5cdr-disease")).toEqual([["text", "Text or note", ""]]);
  expect((await asked("mqp")).map(([id]) => id)).toEqual(["text", "second"]);
  expect(await asked("cdr")).toEqual([
    ["text", "Sentence that names both", ""],
    ["head", "Chemical in it", ""],
    ["tail", "Disease in it", ""],
  ]);
  // The corpus has signs in place of its names, and so has the box.
  expect((await asked("gad")).map(([, , value]) => value)).toEqual(["", "@DISEASE$", "@GENE$"]);
});
