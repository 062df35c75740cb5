// npx tsx scripts/adamw.ts: builds src/runtime/trainer/adamw.wat into src/runtime/trainer/adamw-wasm.ts, from npm packages alone.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assembled } from "./wat.ts";

const room = new URL("../src/runtime/trainer/", import.meta.url);

/** The module's bytes. */
export function buildAdamW(): Promise<Uint8Array> {
  return assembled("adamw.wat", readFileSync(new URL("adamw.wat", room), "utf8"), { simd: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const base64 = Buffer.from(await buildAdamW()).toString("base64");
  const lines = base64.match(/.{1,120}/g) ?? [];
  const body = lines.map((line) => `  ${JSON.stringify(line)},`).join("\n");
  writeFileSync(
    new URL("adamw-wasm.ts", room),
    `// Made by scripts/adamw.ts from adamw.wat: do not edit.\n\n/** The module's bytes, in base64. */\nexport const adamWModule = [\n${body}\n].join("");\n`,
  );
}
