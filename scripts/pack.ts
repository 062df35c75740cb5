// npm run pack: the built app with the two small models as one archive that any static server can serve. The same sources give the same bytes.

import { createHash } from "node:crypto";
import { createReadStream, existsSync, openAsBlob, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { writeZip, type ZipContent } from "../src/formats/zip.ts";
import { parseManifest } from "../src/models/manifest.ts";
import { runAsCommand } from "./command.ts";
import { modelsFolder } from "./models-folder.ts";
import { readOptions } from "./options.ts";
import { requireFile } from "./out-places.ts";
import { buildApp, root } from "./serve.ts";
import { writeWholeFrom } from "./whole-file.ts";

const usage = `npm run pack -- [--out FILE] [--without-models] [--built]

  --out             the archive (clinfuse.zip)
  --without-models  the app alone
  --built           takes dist/ as it is, without building anew

The last line is one JSON object: {"file", "bytes", "sha256", "files", "models", "absent"}: models that are in it, and those that were not here
("npm run models" fetches them). Exit code: 0, or 2 for wrong arguments or files that cannot be read.
`;

/** Models that a first run needs. */
const small = ["smollm2-135m-instruct", "all-minilm-l6-v2"];

/** Everything lies in one folder, so that unpacking scatters nothing. */
const inside = "clinfuse/";

const readme = `Clinfuse

Writes synthetic clinical training text and trains a model on it, in a browser. Nothing that you type leaves the machine.

Start it: unpack this archive, open a terminal in the folder "clinfuse", and run

    python3 -m http.server 8000 --bind 127.0.0.1

(on Windows: py -m http.server 8000 --bind 127.0.0.1). Then open

    http://localhost:8000

in Chrome, Edge or Firefox. Any other server of static files does as well, under any folder of it; from another machine the address must be HTTPS.
Nothing is installed, and no network is needed, now or later.

On the first visit the page loads a second time: a part of Clinfuse in the browser then sends the headers that a plain server does not, which give the
page its threads and forbid it to ask other hosts. The page "Privacy" shows what holds.

The folder "models" holds the small models, where they were packed, each under its own licence: models/manifest.json names it.
`;

export interface Packed {
  readonly contents: readonly ZipContent[];
  readonly models: readonly string[];
  /** Small models whose files are not all there. */
  readonly absent: readonly string[];
}

/** Contents of the archive in a fixed order: the build, the manifest, each whole model, and a sentence on how to start. */
export async function packed(built: string, models: string | undefined): Promise<Packed> {
  const contents = new Map<string, Blob>([["README.txt", new Blob([readme])]]);
  for (const path of filesIn(built)) contents.set(path, await openAsBlob(join(built, path)));
  const [whole, absent]: [string[], string[]] = [[], []];
  if (models !== undefined) {
    contents.set("models/manifest.json", await openAsBlob(join(models, "manifest.json")));
    const { models: entries } = parseManifest(readFileSync(join(models, "manifest.json"), "utf8"));
    for (const { id, files } of entries.filter((entry) => small.includes(entry.id))) {
      const isHere = ({ name, bytes }: { readonly name: string; readonly bytes: number }) =>
        statSync(join(models, id, name), { throwIfNoEntry: false })?.size === bytes;
      if (!files.every(isHere)) {
        absent.push(id);
        continue;
      }
      whole.push(id);
      for (const { name } of files) contents.set(`models/${id}/${name}`, await openAsBlob(join(models, id, name)));
    }
  }
  const sorted = [...contents].sort(([a], [b]) => (a < b ? -1 : 1));
  return { contents: sorted.map(([path, content]) => ({ path: inside + path, content })), models: whole, absent };
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.split(sep).join("/"));

/** Exit code of the command. Throws Error for a wrong argument and what the disk says. */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values } = readOptions({
    args: [...args],
    options: {
      out: { type: "string", default: "clinfuse.zip" },
      "without-models": { type: "boolean", default: false },
      built: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    print(usage.trimEnd());
    return 0;
  }
  requireFile("out", values.out); // before minutes of building
  const dist = join(root, "dist");
  if (!values.built) await buildApp();
  if (!existsSync(join(dist, "index.html"))) throw new Error(`--built: there is no build in ${dist}`);
  const { contents, models, absent } = await packed(dist, values["without-models"] ? undefined : modelsFolder);
  const file = resolve(values.out);
  const archive = await writeZip(file, contents, new AbortController().signal);
  await writeWholeFrom(file, Readable.fromWeb(archive.stream() as Parameters<typeof Readable.fromWeb>[0]));
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  for (const id of absent) print(`${id} is not in it: its files are not here`);
  print(JSON.stringify({ file, bytes: archive.size, sha256: hash.digest("hex"), files: contents.length, models, absent }));
  return 0;
}

await runAsCommand(import.meta.url, main, { usage, exitCode: 2 });
