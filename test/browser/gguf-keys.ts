// A GGUF with keys put in front of its own, for tests of what a key changes. Knows no model.

/** A number becomes a float32, a bigint a uint32. */
export type Key = readonly [name: string, value: number | bigint | string | boolean];

const encoder = new TextEncoder();

function bytesOf([name, value]: Key): Uint8Array[] {
  const text = (s: string) => {
    const bytes = encoder.encode(s);
    return [new Uint8Array(new BigUint64Array([BigInt(bytes.length)]).buffer), bytes];
  };
  const type = (n: number) => new Uint8Array(new Uint32Array([n]).buffer);
  if (typeof value === "string") return [...text(name), type(8), ...text(value)];
  if (typeof value === "boolean") return [...text(name), type(7), new Uint8Array([Number(value)])];
  if (typeof value === "bigint") return [...text(name), type(4), new Uint8Array(new Uint32Array([Number(value)]).buffer)];
  return [...text(name), type(6), new Uint8Array(new Float32Array([value]).buffer)]; // float32
}

/** The same file with keys in place of its own of those names. So many bytes are put in that its tensors stay aligned. */
export async function withKeys(file: Blob, keys: readonly Key[]): Promise<Blob> {
  const size = (list: readonly Key[]) => list.flatMap(bytesOf).reduce((sum, part) => sum + part.length, 0);
  const bare = size([...keys, ["general.padding", ""]]);
  const all: Key[] = [...keys, ["general.padding", " ".repeat((32 - (bare % 32)) % 32)]];
  const header = 24; // magic, version, counts of tensors and of keys
  const head = await file.slice(0, header).arrayBuffer();
  const view = new DataView(head);
  view.setBigUint64(16, view.getBigUint64(16, true) + BigInt(all.length), true);
  const rest = new Uint8Array(await file.slice(header).arrayBuffer());
  for (const [name] of keys) rename(rest, encoder.encode(name));
  return new Blob([head, ...(all.flatMap(bytesOf) as BlobPart[]), rest]);
}

/** A key that is there already gets a name that nobody reads: llama.cpp refuses a key twice. */
function rename(bytes: Uint8Array, name: Uint8Array): void {
  for (let at = 0; at + name.length <= bytes.length; at++) {
    if (name.every((byte, i) => bytes[at + i] === byte)) bytes[at + name.length - 1] = "_".charCodeAt(0);
  }
}
