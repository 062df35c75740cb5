// SHA-256 of text, of plain data and of files, as hex. The identity of runs, datasets and files.

// Piece by piece, which crypto.subtle lacks: a model of some gigabytes does not fit into one buffer.
import { sha256 as inPieces } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** JSON with the keys of every object sorted, so that equal data give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

/** Hex SHA-256, 64 characters, of UTF-8 text or of bytes. */
export function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return hexDigest("SHA-256", typeof data === "string" ? new TextEncoder().encode(data) : data);
}

/** Hex SHA-1, 40 characters: git's, and good for nothing else. */
export const sha1 = (bytes: Uint8Array<ArrayBuffer>): Promise<string> => hexDigest("SHA-1", bytes);

async function hexDigest(algorithm: "SHA-1" | "SHA-256", bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest(algorithm, bytes)));
}

export interface RunningSha256 {
  update(chunk: Uint8Array): void;
  /** Ends it. */
  hex(): string;
}

export function runningSha256(): RunningSha256 {
  const hash = inPieces.create();
  return { update: (chunk) => void hash.update(chunk), hex: () => bytesToHex(hash.digest()) };
}

/** Hex SHA-256 of a file of any size, of which a piece at a time is in memory. */
export async function sha256OfBlob(blob: Blob): Promise<string> {
  const hash = runningSha256();
  const reader = blob.stream().getReader();
  for (let { value, done } = await reader.read(); !done && value; { value, done } = await reader.read()) hash.update(value);
  return hash.hex();
}
