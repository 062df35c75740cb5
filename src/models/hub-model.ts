// A model of a repository of the Hugging Face hub: the files that are read here, and the manifest entry that they come to. Knows no disk.

import { ClinfuseError, isAbort } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { decodeUtf8 } from "../base/utf8.ts";
import { readBertConfig } from "../nn/bert-config.ts";
import { readHubConfig } from "../nn/llama-hub.ts";
import { readTokenizer, tokenizerFileNames } from "../text/tokenizer-files.ts";
import { contentOf, type HubAccess, type HubFile, type HubListing, hubAddress, listRepo, repoOf } from "./hub-repo.ts";
import { familyOf } from "./inspect/families.ts";
import { type ModelEntry, type ModelFile, parseEntry } from "./manifest.ts";
import { entryOfFiles } from "./model-entry.ts";
import { jsonOf, templateOf } from "./model-folder.ts";

export interface HubModelOptions extends HubAccess {
  /** Models that there are already: their ids are taken. */
  readonly known: readonly ModelEntry[];
  /** Bytes of the small files so far, of all of them. */
  readonly onBytes?: (file: string, done: number, total: number) => void;
}

export interface HubModel {
  readonly entry: ModelEntry;
  /** Contents of the files that tell what the model is, by name: all but the large ones. Empty for a model that is known. */
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** The same files of the same commit are one of `known`. */
  readonly isKnown: boolean;
}

/** Beside the weights; each of them is read by an encoder, a decoder or the embedder. */
const smallFiles = [
  "config.json",
  ...tokenizerFileNames,
  "generation_config.json",
  "chat_template.jinja",
  "sentence_bert_config.json",
] as const;
const indexName = "model.safetensors.index.json";

/**
 * Looks a repository up by its name or address. Every file of the entry rests on what the hub states at one commit. Throws `hub-absent`,
 * `hub-several` (GGUF files to choose from), `hub-gated`, `hub-unreachable`, `hub-malformed`, `model-unsupported`, `aborted`.
 */
export async function hubModel(text: string, options: HubModelOptions): Promise<HubModel> {
  const { known, onBytes = () => undefined } = options;
  const asked = repoOf(text);
  const listing = await listRepo(asked, options);
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const read = async (file: HubFile) => {
    const content = contents.get(file.name) ?? (await contentOf(listing, file, options));
    contents.set(file.name, content);
    return content;
  };
  const picked = asked.file?.endsWith(".gguf") ? asked.file : undefined;
  const chosen = await chosenFiles(listing, picked, read);
  const source = { kind: "hub", repo: listing.repo, revision: listing.commit } as const;
  const same = known.find((entry) => isSame(entry, source, chosen));
  if (same) return { entry: same, contents: new Map(), isKnown: true };

  const small = chosen.filter((file) => file.sha256 === undefined);
  const total = small.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  for (const file of small) {
    onBytes(file.name, done, total);
    await read(file);
    done += file.bytes;
  }
  const files: ModelFile[] = [];
  for (const file of chosen) {
    const { name, bytes } = file;
    files.push({ name, bytes, sha256: file.sha256 ?? (await sha256(await read(file))) });
  }
  const [first] = chosen as [HubFile];
  const stem = isGguf(first) ? first.name.replace(/(-\d{5}-of-\d{5})?\.gguf$/, "") : undefined;
  const folder = readableFolder(chosen, read);
  const bare = await entryOfFiles(stem ?? listing.repo, files, {
    text: async (name) => (await folder(name))?.text() ?? "",
    stated: async () => undefined,
  });
  await refuseUnread(bare, folder);
  const entry = {
    ...bare,
    id: freeId(listing, stem, known),
    name: stem === undefined ? listing.repo : `${listing.repo}, ${stem}`,
    licence: listing.licence ?? "not stated",
    homepage: `${hubAddress}/${listing.repo}`,
    sources: [source],
  };
  return { entry: parseEntry(JSON.stringify(entry), listing.repo), contents, isKnown: false };
}

type Read = (file: HubFile) => Promise<Uint8Array<ArrayBuffer>>;
type Folder = (name: string) => Promise<Blob | undefined>;

const isGguf = ({ name }: HubFile) => name.endsWith(".gguf");

function readableFolder(files: readonly HubFile[], read: Read): Folder {
  return async (name) => {
    const file = files.find((f) => f.name === name);
    return file && new Blob([await read(file)]);
  };
}

function isSame(
  { files, sources }: ModelEntry,
  source: { readonly repo: string; readonly revision: string },
  chosen: readonly HubFile[],
): boolean {
  const isFrom = sources.some((s) => s.kind === "hub" && s.repo === source.repo && s.revision === source.revision);
  return isFrom && files.length === chosen.length && chosen.every(({ name }) => files.some((file) => file.name === name));
}

/** The small files and one form of the weights, never two; of a GGUF nothing beside it. */
async function chosenFiles(
  { repo, files }: HubListing,
  picked: string | undefined,
  read: Read,
): Promise<readonly [HubFile, ...HubFile[]]> {
  const full = files.filter((file) => file.bytes > 0);
  const named = (name: string) => full.filter((file) => file.name === name);
  if (named("mlc-chat-config.json").length > 0 && picked === undefined) {
    const id = repo.split("/")[1];
    const sentence = `the repository ${repo} is built for WebLLM, and its compiled library lies elsewhere: "npm run models -- --prebuilt ${id}" in the project's folder fetches both`;
    throw new ClinfuseError("model-unsupported", sentence, { what: repo });
  }
  const [index] = named(indexName);
  const small = smallFiles.flatMap(named);
  if (picked === undefined) {
    for (const weights of [named("model.safetensors"), index ? [index] : [], named("pytorch_model.bin")]) {
      const [first] = weights;
      if (!first) continue;
      return [...small, first, ...(first === index ? await partsOf(repo, full, await read(index)) : [])] as [HubFile];
    }
  }
  const gguf = oneGguf(repo, full.filter(isGguf), picked);
  if (gguf) return gguf as [HubFile];
  const others = files.map(({ name }) => name).slice(0, 12);
  const sentence = `the repository ${repo} has no weights in a form that is read here: at its top there is no model.safetensors, ${indexName}, pytorch_model.bin or *.gguf, but ${others.join(", ") || "nothing"}`;
  throw new ClinfuseError("model-unsupported", sentence, { what: repo });
}

async function partsOf(repo: string, files: readonly HubFile[], index: Uint8Array): Promise<readonly HubFile[]> {
  let names: unknown[];
  try {
    names = [...new Set(Object.values(JSON.parse(decodeUtf8(index, indexName)).weight_map))].sort();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError(
      "model-unsupported",
      `the ${indexName} of ${repo} cannot be read: ${why}`,
      { what: repo },
      { cause: error },
    );
  }
  return names.map((name) => {
    const file = files.find((f) => f.name === name && f.name.endsWith(".safetensors"));
    if (file) return file;
    const sentence = `the repository ${repo} lacks ${String(name).slice(0, 120)}, which its ${indexName} names`;
    throw new ClinfuseError("model-unsupported", sentence, { what: repo });
  });
}

/** All parts of the GGUF that was picked, or of the only one. */
function oneGguf(repo: string, ggufs: readonly HubFile[], picked: string | undefined): readonly HubFile[] | undefined {
  const models = new Map<string, HubFile[]>();
  for (const file of ggufs) {
    const whole = file.name.replace(/-\d{5}(-of-\d{5}\.gguf)$/, "$1");
    models.set(whole, [...(models.get(whole) ?? []), file]);
  }
  const found =
    picked === undefined ? [...models.values()] : [...models.values()].filter((m) => m.some((f) => f.name === picked));
  const [first, ...others] = found;
  if (!first && picked !== undefined) {
    const sentence = picked.includes("/")
      ? `the file ${picked} lies in a folder, and only those at the top are read`
      : `the repository ${repo} has no ${picked}`;
    throw new ClinfuseError("hub-absent", sentence, { what: picked });
  }
  if (others.length > 0) {
    const names = found.map(([part]) => (part as HubFile).name).sort();
    const shown = `${names.slice(0, 24).join(", ")}${names.length > 24 ? ", ..." : ""}`;
    throw new ClinfuseError("hub-several", `the repository ${repo} holds ${names.length} GGUF models: ${shown}`, { what: repo });
  }
  const total = Number(/-of-(\d{5})\.gguf$/.exec(first?.[0]?.name ?? "")?.[1] ?? 1);
  if (first && first.length !== total) {
    const sentence = `the file ${first[0]?.name} is one of ${total} parts, and ${repo} has ${first.length} of them`;
    throw new ClinfuseError("model-unsupported", sentence, { what: repo });
  }
  return first?.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Throws `model-unsupported` with the words of whoever would open the model. */
async function refuseUnread({ kind, files, name }: ModelEntry, folder: Folder): Promise<void> {
  if (files.some((file) => file.name.endsWith(".gguf"))) return;
  try {
    const small = new Map<string, Blob>();
    for (const file of smallFiles) {
      const blob = await folder(file);
      if (blob) small.set(file, blob);
    }
    const config = await jsonOf(small, "config.json");
    familyOf(config, `the repository ${name}`);
    const read = kind === "encoder" ? readBertConfig(config) : readHubConfig(config);
    if (!read.ok)
      throw new ClinfuseError("model-unsupported", `config.json: ${read.why}`, { file: "config.json", what: read.why });
    if (kind === "language-model") await templateOf(small, name);
    else readTokenizer(await textsOf(small));
  } catch (error) {
    if (!(error instanceof ClinfuseError) || error.code.startsWith("hub-") || isAbort(error)) throw error;
    throw new ClinfuseError("model-unsupported", `the model ${name} is not read here: ${error.message}`, error.place, {
      cause: error,
    });
  }
}

async function textsOf(files: ReadonlyMap<string, Blob>): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const name of tokenizerFileNames) {
    const text = await files.get(name)?.text();
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}

/** The repository's name, or the GGUF's; with the owner, then the commit, then a number before it where that is taken. */
function freeId({ repo, commit }: HubListing, stem: string | undefined, known: readonly ModelEntry[]): string {
  const [owner, name] = repo.split("/");
  const taken = new Set(known.map(({ id }) => id.toLowerCase())); // some disks know no case
  const base = stem ?? name;
  const dated = `${owner}-${base}-${commit.slice(0, 7)}`;
  for (let i = 0; ; i++) {
    const id = [base, `${owner}-${base}`, dated][i] ?? `${dated}-${i - 1}`;
    const safe = id.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "");
    if (safe !== "" && !taken.has(safe.toLowerCase())) return safe;
  }
}
