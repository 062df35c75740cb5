// The kind of a file, told by its first bytes and never by its name. Knows no model.

interface KindWords {
  /** Completes "it is ...". */
  readonly what: string;
  /** Remedy where weights were expected; absent for a form that is read. */
  readonly remedy?: string;
}

const unpack = "Unpack it, and choose the folder that comes out.";
const fetchReal =
  "Fetch the file itself: by the download button of its page, or with git lfs pull in the folder, and import that.";
const withWeights = "Choose the model's safetensors or PyTorch weights, or save them with save_pretrained in Python.";

/** Every kind that is told apart. */
export const fileKinds = {
  gguf: { what: "a GGUF file" },
  safetensors: { what: "a safetensors file" },
  "pytorch-zip": { what: "a PyTorch checkpoint" },
  "pytorch-legacy": { what: "a PyTorch checkpoint of the old form" },
  json: { what: "JSON text" },
  text: { what: "text" },
  wasm: { what: "a WebAssembly module" },
  empty: { what: "empty (0 bytes)", remedy: "Its download did not begin. Fetch it again and import that." },
  "git-lfs-pointer": { what: "a Git LFS pointer, a note of some lines in the place of the file", remedy: fetchReal },
  "xet-pointer": { what: "a Xet pointer, a note in the place of the file", remedy: fetchReal },
  "annex-pointer": {
    what: "a git-annex pointer, a note in the place of the file",
    remedy: "Run git annex get on it, and import that.",
  },
  "html-page": {
    what: "an HTML page and not the file that the page speaks of",
    remedy: "Use the page's own download button (the address has /resolve/, not /blob/), and import what comes.",
  },
  "xml-page": {
    what: "an XML answer of a server and not the file",
    remedy: "Fetch the file again; the server answered with a message instead of it.",
  },
  "big-endian-gguf": {
    what: "a big-endian GGUF file, made for another kind of processor",
    remedy: "Choose the little-endian file, or convert it with gguf-convert-endian.",
  },
  "old-ggml": {
    what: "a GGML file of the form before GGUF",
    remedy: "Choose the model's GGUF file, or convert it with llama.cpp.",
  },
  "ggml-adapter": { what: "a LoRA adapter of llama.cpp and not a whole model", remedy: "Choose the whole model's GGUF file." },
  gzip: { what: "a gzip archive", remedy: unpack },
  xz: { what: "an xz archive", remedy: unpack },
  zstd: { what: "a zstd archive", remedy: unpack },
  bzip2: { what: "a bzip2 archive", remedy: unpack },
  "7z": { what: "a 7-Zip archive", remedy: unpack },
  rar: { what: "a RAR archive", remedy: unpack },
  tar: { what: "a tar archive", remedy: unpack },
  zip: { what: "a zip archive", remedy: unpack },
  hdf5: { what: "weights of TensorFlow or Keras (HDF5)", remedy: withWeights },
  "tensorflow-checkpoint": { what: "a checkpoint of TensorFlow", remedy: withWeights },
  flax: { what: "weights of Flax (msgpack)", remedy: withWeights },
  tflite: { what: "a TensorFlow Lite model", remedy: withWeights },
  onnx: { what: "an ONNX graph", remedy: withWeights },
  numpy: { what: "a NumPy array", remedy: withWeights },
  pickle: { what: "a Python pickle that is no checkpoint of torch.save", remedy: withWeights },
  "sentencepiece-model": { what: "a SentencePiece vocabulary and no weights", remedy: withWeights },
  pdf: { what: "a PDF document", remedy: "Choose the model's files." },
  zeros: {
    what: "all zeros where it begins, as a download leaves it that reserved its room and did not end",
    remedy: "Download it again, and import it when it is whole.",
  },
  unknown: {
    what: "a file of no kind that is known here",
    remedy: "Choose a GGUF file, or a folder with config.json and safetensors.",
  },
} as const satisfies Readonly<Record<string, KindWords>>;

export type FileKind = keyof typeof fileKinds;

/** Its remedy where weights were expected, for each kind; undefined for the forms that are read. */
export const remedyOf = (kind: FileKind): string | undefined => (fileKinds[kind] as KindWords).remedy;

const looked = 1024;

type Test = (bytes: Uint8Array, text: string, name: string) => boolean;
const starts =
  (...mark: number[]): Test =>
  (bytes) =>
    mark.every((byte, i) => bytes[i] === byte);
const says =
  (mark: string, at = 0): Test =>
  (bytes) =>
    [...mark].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
const reads =
  (pattern: RegExp): Test =>
  (_, text) =>
    pattern.test(text);
const named =
  (pattern: RegExp): Test =>
  (_, __, name) =>
    pattern.test(name);
const all =
  (...tests: Test[]): Test =>
  (...file) =>
    tests.every((test) => test(...file));
const any =
  (...tests: Test[]): Test =>
  (...file) =>
    tests.some((test) => test(...file));

/** Version 3 with its bytes turned around is a number of millions. */
const turnedVersion: Test = (bytes) =>
  bytes.length >= 8 && bytes[4] === 0 && bytes[5] === 0 && (bytes[6] ?? 0) + (bytes[7] ?? 0) > 0;

/** A length of the header that a file can have, and the header's first brace. */
const safetensorsHead: Test = (bytes) =>
  bytes[8] === 0x7b && bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;

/** In the order of trying. */
const tests: readonly (readonly [FileKind, Test])[] = [
  ["empty", (bytes) => bytes.length === 0],
  ["zeros", (bytes) => bytes.length >= 16 && bytes.every((byte) => byte === 0)],
  ["git-lfs-pointer", reads(/^version https?:\/\/(git-lfs\.github|hawser\.github)\.com\/spec\//)],
  ["xet-pointer", reads(/^# xet version /)],
  ["annex-pointer", reads(/^(\.\.\/)*(\.git)?\/annex\/objects\//)],
  ["html-page", reads(/^(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body|script|meta|title)\b/i)],
  ["xml-page", reads(/^<(\?xml|error)\b/i)],
  ["big-endian-gguf", any(says("FUGG"), all(says("GGUF"), turnedVersion))],
  ["gguf", says("GGUF")],
  ["ggml-adapter", says("algg")],
  ["old-ggml", any(says("lmgg"), says("fmgg"), says("tjgg"))],
  ["gzip", starts(0x1f, 0x8b)],
  ["xz", starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)],
  ["zstd", starts(0x28, 0xb5, 0x2f, 0xfd)],
  ["bzip2", reads(/^BZh[1-9]/)],
  ["7z", starts(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)],
  ["rar", says("Rar!")],
  ["tar", says("ustar", 257)],
  ["pytorch-zip", all(says("PK\u0003\u0004"), reads(/^PK[\s\S]{28}[^/]*\/?data\.pkl/))],
  ["zip", any(says("PK\u0003\u0004"), says("PK\u0005\u0006"))],
  ["pytorch-legacy", starts(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46)],
  ["pickle", (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 9) <= 5],
  ["wasm", says("\u0000asm")],
  ["hdf5", says("\u0089HDF")],
  ["numpy", says("\u0093NUMPY")],
  ["pdf", says("%PDF")],
  ["tflite", says("TFL3", 4)],
  ["safetensors", safetensorsHead],
  ["flax", named(/\.msgpack$/i)],
  ["tensorflow-checkpoint", named(/\.ckpt(\.|-\d+\.)?(index|meta|data-\d+-of-\d+)$/i)],
  ["sentencepiece-model", all(starts(0x0a), named(/\.(model|spm|bpe)$/i))],
  ["onnx", all(starts(0x08), named(/\.(onnx|ort)$/i))],
  ["json", reads(/^[[{]/)],
  ["text", (bytes) => bytes.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13))],
];

/** Reads the first kilobyte. The name decides only between forms that have no mark of their own. */
export async function fileKind(file: Blob, name: string): Promise<FileKind> {
  const bytes = new Uint8Array(await file.slice(0, looked).arrayBuffer());
  const text = String.fromCharCode(...bytes)
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart();
  return tests.find(([, test]) => test(bytes, text, name))?.[0] ?? "unknown";
}
