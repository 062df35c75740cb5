// npm run capsule: checks the capsule of a run by the app's own code, in Node. Prints what does not fit and, last, one line of JSON.

import { statSync } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { openCapsule } from "../src/report/capsule.ts";
import { fileBlob } from "./file-blob.ts";

const usage = `npm run capsule -- --check FILE

  --check  a capsule of a run: every file is held against its SHA-256, and the run is read as the app would read it

The last line is {"ok", "files", "faults": [{"file", "what"}]}: files that are as they were written, and what does not fit.
Exit code: 0 for a capsule without a fault, 1 for another, 2 for wrong arguments or a file that cannot be read.
`;

/** Exit code of the command. Throws Error for a wrong argument and what the disk says. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { check: { type: "string" }, help: { type: "boolean", short: "h" } },
    strict: true,
  });
  if (values.help) {
    print(usage.trimEnd());
    return 0;
  }
  if (values.check === undefined) throw new Error("--check is missing: the file of a capsule");
  const there = statSync(values.check, { throwIfNoEntry: false });
  if (!there?.isFile()) throw new Error(there ? `${values.check} is a folder, and no file` : `there is no file ${values.check}`);
  const { manifest, files, faults, record } = await openCapsule(fileBlob(values.check), basename(values.check));
  const { title, writtenAt, rows } = manifest?.facts ?? {};
  if (manifest)
    print(`${title ?? "a run"}, written ${writtenAt ?? "at no known time"}${rows === false ? ", without the real rows" : ""}`);
  for (const { file, what } of faults) print(`${file} ${what}`);
  const ok = faults.length === 0 && record !== undefined;
  print(JSON.stringify({ ok, files: files.size, faults }));
  return ok ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    process.exitCode = await main(process.argv.slice(2), (line) => console.log(line));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${message}\n\n${usage}`);
    console.log(JSON.stringify({ ok: false, files: 0, faults: [], error: message }));
    process.exitCode = 2;
  }
}
