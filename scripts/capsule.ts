// npm run capsule: checks the capsule of a run by the app's own code, in Node. Prints what does not fit and, last, one line of JSON.

import { statSync } from "node:fs";
import { basename } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { openCapsule } from "../src/report/capsule.ts";
import { runAsCommand } from "./command.ts";
import { fileBlob } from "./file-blob.ts";
import { readOptions } from "./options.ts";

const usage = `npm run capsule -- --check FILE

  --check  a capsule of a run: every file is held against its SHA-256, and the run is read as the app would read it

The last line is {"ok", "files", "faults": [{"file", "what"}]}: files that are as they were written, and what does not fit;
without a capsule to check it has an "error": {"code", "message", "file", "line"}.
Exit code: 0 for a capsule without a fault, 1 for another, 2 for wrong arguments or a file that cannot be read.
`;

/** Exit code of the command. Throws an Error for a wrong argument, and `file-missing`. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values } = readOptions({
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
  if (!there?.isFile()) {
    const message = there ? `${values.check} is a folder, and no file` : `there is no file ${values.check}`;
    throw new ClinfuseError("file-missing", message, { file: values.check });
  }
  const { manifest, files, faults, record } = await openCapsule(fileBlob(values.check), basename(values.check));
  const { title, writtenAt, rows } = manifest?.facts ?? {};
  if (manifest)
    print(`${title ?? "a run"}, written ${writtenAt ?? "at no known time"}${rows === false ? ", without the real rows" : ""}`);
  for (const { file, what } of faults) print(`${file} ${what}`);
  const ok = faults.length === 0 && record !== undefined;
  print(JSON.stringify({ ok, files: files.size, faults }));
  return ok ? 0 : 1;
}

await runAsCommand(import.meta.url, main, { usage, beside: { ok: false, files: 0, faults: [] }, exitCode: 2 });
