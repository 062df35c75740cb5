// A model repository of the Hugging Face hub: its name in a text, what the hub states of its files, and small files checked against that. Knows no disk and no engine.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { sha1, sha256 } from "../base/hash.ts";
import { decodeUtf8 } from "../base/utf8.ts";
import { isRecord, isSafeName } from "./manifest.ts";

export const hubAddress = "https://huggingface.co";

/** Access to the hub. Tests and a mirror bring their own. */
export interface HubAccess {
  /** As `fetch`. */
  readonly ask: (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>;
  /** Without a slash at its end. */
  readonly hub: string;
  readonly signal: AbortSignal;
}

export interface HubName {
  readonly repo: string; // owner/name
  readonly revision: string; // a branch, a tag or a commit
  /** The file that an address points to. */
  readonly file?: string;
}

/** Statement of the hub on a file at a commit. */
export interface HubFile {
  readonly name: string;
  readonly bytes: number;
  /** Hex SHA-1 of git's blob. Of a file with `sha256` it is the pointer's that git holds in the file's place. */
  readonly gitId: string;
  /** Hex, for files that are stored apart (LFS). */
  readonly sha256?: string;
}

export interface HubListing {
  readonly repo: string;
  readonly commit: string;
  /** As the model's card has it. */
  readonly licence: string | undefined;
  /** Files at the top whose name may be a model file's. */
  readonly files: readonly HubFile[];
}

const ownerAndName = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;
const address = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i;
/** First parts of the hub's addresses that are no owner of a model. */
const notOwners = new Set(["datasets", "spaces", "models", "api", "docs", "collections", "papers"]);

/** Reads `owner/name`, or the address of a repository's page, of a revision or of a file of it. Throws `hub-absent` for anything else. */
export function repoOf(text: string): HubName {
  const trimmed = text.trim();
  const isAddress = address.test(trimmed);
  const path = trimmed.replace(address, "").split(/[?#]/)[0] ?? "";
  const [owner = "", name = "", view, revision, ...file] = path.replace(/\/+$/, "").split("/").map(decoded);
  const repo = `${owner}/${name}`;
  const good = ownerAndName.test(repo) && !notOwners.has(owner.toLowerCase());
  if (good && view === undefined) return { repo, revision: "main" };
  if (good && isAddress && ["tree", "blob", "resolve"].includes(view ?? "") && revision) {
    return file.length > 0 && view !== "tree" ? { repo, revision, file: file.join("/") } : { repo, revision };
  }
  const sentence = `${JSON.stringify(trimmed.slice(0, 120))} names no model repository: it takes owner/name, or the address of its page`;
  throw new ClinfuseError("hub-absent", sentence, { what: trimmed });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // which then is no name
  }
}

const mostListing = 32e6; // bytes of JSON: some hundred thousand files

/**
 * Asks the hub about a repository, by one request. Throws `hub-absent`, `hub-gated` (it wants an account), `hub-unreachable`,
 * `hub-malformed`, `aborted`.
 */
export async function listRepo({ repo, revision }: HubName, access: HubAccess): Promise<HubListing> {
  const url = `${access.hub}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await request(url, `${repo} at ${revision}`, access);
  const bytes = await received(response, mostListing, url, access.signal);
  let data: unknown;
  try {
    data = JSON.parse(decodeUtf8(bytes, "the listing"));
  } catch (error) {
    throw malformed(url, error instanceof ClinfuseError ? error.message : "it is not JSON");
  }
  return readListing(data, repo, url);
}

function readListing(data: unknown, asked: string, url: string): HubListing {
  if (!isRecord(data)) throw malformed(url, "it is not an object");
  const { id, sha, siblings, cardData, gated, private: hidden } = data;
  // A repository that was renamed answers by its new name.
  const repo = typeof id === "string" && ownerAndName.test(id) ? id : asked;
  if (hidden === true || (gated !== undefined && gated !== null && gated !== false)) throw gatedError(repo, url);
  if (typeof sha !== "string" || !isGitId(sha)) throw malformed(url, "it states no commit");
  if (!Array.isArray(siblings)) throw malformed(url, "it states no list of files");
  const names = siblings.map((file: unknown) => (isRecord(file) ? file.rfilename : undefined));
  const wrong = names.findIndex((name) => typeof name !== "string");
  if (wrong >= 0) throw malformed(url, `its file ${wrong} has no name`);
  const atTop = siblings.filter((_, i) => isSafeName(names[i] as string));
  return { repo, commit: sha, licence: licenceOf(cardData), files: atTop.map((file) => readFile(file, url)) };
}

function readFile({ rfilename, size, blobId, lfs }: Readonly<Record<string, unknown>>, url: string): HubFile {
  const name = rfilename as string;
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw malformed(url, `it states no size of ${name}`);
  if (typeof blobId !== "string" || !isGitId(blobId)) throw malformed(url, `it states no git id of ${name}`);
  const file = { name, bytes: size as number, gitId: blobId };
  if (lfs === undefined || lfs === null) return file;
  const hash = isRecord(lfs) ? lfs.sha256 : undefined;
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) throw malformed(url, `it states no SHA-256 of ${name}`);
  if ((lfs as { size?: unknown }).size !== size) throw malformed(url, `it states two sizes of ${name}`);
  return { ...file, sha256: hash };
}

function licenceOf(card: unknown): string | undefined {
  if (!isRecord(card)) return undefined;
  const { license, license_name } = card;
  const stated = license === "other" && typeof license_name === "string" ? license_name : license;
  const names = [stated].flat().filter((name): name is string => typeof name === "string" && name.trim() !== "");
  return names.length > 0 ? names.join(", ").slice(0, 100) : undefined;
}

/** Bytes of a file whose content is read whole, at most. */
export const mostContent = 64e6;

/**
 * A small file's content at the listing's commit, checked against what the hub states: its SHA-256, or else git's id. Throws as `listRepo`;
 * `hub-malformed` for another content than the stated one, and for a file of more than 64 MB.
 */
export async function contentOf(listing: HubListing, file: HubFile, access: HubAccess): Promise<Uint8Array<ArrayBuffer>> {
  const { repo, commit } = listing;
  const url = `${access.hub}/${repo}/resolve/${commit}/${file.name}`;
  if (file.bytes > mostContent) {
    const why = file.sha256 === undefined ? ", and the hub states no SHA-256 of it" : "";
    throw malformed(url, `the file has ${file.bytes} bytes, more than a model's small files have${why}`);
  }
  const response = await request(url, `${file.name} of ${repo}`, access);
  const content = await received(response, file.bytes, url, access.signal);
  if (content.length !== file.bytes) throw malformed(url, `it has ${content.length} bytes, and the hub states ${file.bytes}`);
  const [got, stated] = file.sha256 === undefined ? [await gitId(content), file.gitId] : [await sha256(content), file.sha256];
  if (got === stated) return content;
  const kind = file.sha256 === undefined ? "git id" : "SHA-256";
  throw malformed(url, `its ${kind} is ${got}, and the hub states ${stated}`);
}

/** Git's id of a file: hex SHA-1 of a header and the content. */
export function gitId(content: Uint8Array): Promise<string> {
  const header = new TextEncoder().encode(`blob ${content.length}\0`);
  const whole = new Uint8Array(header.length + content.length);
  whole.set(header);
  whole.set(content, header.length);
  return sha1(whole);
}

const isGitId = (text: string) => /^[0-9a-f]{40}$/.test(text);

async function request(url: string, what: string, { ask, signal }: HubAccess): Promise<Response> {
  throwIfAborted(signal);
  const response = await ask(url, { signal }).catch((error: unknown) => {
    throw unreachableError(url, error, signal);
  });
  if (response.ok) return response;
  await response.body?.cancel().catch(() => undefined);
  const { host } = new URL(url);
  // For a name that it does not have the hub answers 401, as for one that it hides; of a gated one it says so.
  const isGated = response.status === 403 || response.headers.get("x-error-code") === "GatedRepo";
  if (isGated) throw gatedError(what, url);
  if (response.status === 401 || response.status === 404) {
    throw new ClinfuseError("hub-absent", `the hub at ${host} has no ${what}, or hides it from those who are not signed in`, {
      what,
    });
  }
  const sentence = `the hub at ${host} answered ${response.status}${response.statusText ? ` ${response.statusText}` : ""} when asked for ${what}`;
  throw new ClinfuseError("hub-unreachable", sentence, { what: host, got: response.status });
}

/** The whole body, or an error as soon as it is longer than `most`. */
async function received(response: Response, most: number, url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      throwIfAborted(signal);
      const { value, done } = (await reader?.read().catch((error: unknown) => {
        throw unreachableError(url, error, signal);
      })) ?? { value: undefined, done: true };
      if (done) break;
      bytes += value.length;
      if (bytes > most) throw malformed(url, `it has more than ${most} bytes`);
      pieces.push(value);
    }
  } finally {
    await reader?.cancel().catch(() => undefined); // it may have ended already
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function unreachableError(url: string, error: unknown, signal: AbortSignal): ClinfuseError {
  if (signal.aborted) return new ClinfuseError("aborted", "stopped", {}, { cause: error });
  const { host } = new URL(url);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ClinfuseError("hub-unreachable", `the hub at ${host} cannot be reached (${why})`, { what: host }, { cause: error });
}

function gatedError(what: string, url: string): ClinfuseError {
  const sentence = `the hub at ${new URL(url).host} gives ${what} only to those who are signed in and agreed to its terms`;
  return new ClinfuseError("hub-gated", sentence, { what });
}

function malformed(url: string, why: string): ClinfuseError {
  return new ClinfuseError("hub-malformed", `the answer at ${url} was not taken: ${why}`, { what: why });
}
