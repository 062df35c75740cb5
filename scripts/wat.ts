// WebAssembly text to bytes, by wabt. Knows no module.

/** Proposals of WebAssembly that the text uses. */
type Features = Readonly<Partial<Record<"simd" | "relaxed_simd" | "threads", true>>>;

/** Errors: wabt's own, with the text's line, where it does not parse. */
export async function assembled(name: string, text: string, features: Features): Promise<Uint8Array> {
  const { default: loadWabt } = await import("wabt"); // large: only when there is something to assemble
  const wabt = await loadWabt();
  const module = wabt.parseWat(name, text, features);
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}
