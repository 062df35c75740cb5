// A library of models that a test controls: rows in memory, downloads in four steps, imports of what is handed in.

import type { Imported } from "../../src/models/import.ts";
import type { ModelProcedures, ModelRow, PrebuiltRow } from "../../src/procedures/models.ts";
import type { WorkerProcedures } from "../../src/workers/client.ts";

export const rows: readonly ModelRow[] = [
  {
    id: "smollm2-135m-instruct",
    kind: "language-model",
    name: "SmolLM2-135M-Instruct, Q4_1",
    licence: "Apache-2.0",
    homepage: "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    bytes: 98_362_432,
    files: [{ name: "SmolLM2-135M-Instruct.Q4_1.gguf", bytes: 98_362_432 }],
    vouched: { by: "manifest" },
    remarks: [],
    stored: 0,
    state: "served",
    sources: [
      { source: "server", host: "this server" },
      { source: "hub", host: "huggingface.co" },
    ],
    fit: { runsOn: "processor", memoryMegabytes: 163, estimated: true, needs: [], lacks: [] },
  },
  {
    id: "SmolLM2-360M-Instruct-q4f16_1-MLC",
    kind: "language-model",
    name: "SmolLM2-360M-Instruct, for WebLLM",
    licence: "Apache-2.0",
    homepage: "https://huggingface.co/mlc-ai/SmolLM2-360M-Instruct-q4f16_1-MLC",
    bytes: 208e6,
    files: Array.from({ length: 12 }, (_, i) => ({ name: `f${i}`, bytes: 208e6 / 12 })),
    vouched: { by: "manifest" },
    remarks: [],
    stored: 0,
    state: "absent",
    sources: [{ source: "hub", host: "huggingface.co" }],
    fit: {
      runsOn: "graphics",
      memoryMegabytes: 376,
      estimated: false,
      needs: ["WebGPU", "shader-f16"],
      lacks: ["the adapter (an old adapter) has no shader-f16, which the model's 16-bit floats need"],
    },
  },
  {
    id: "my-bert",
    kind: "encoder",
    name: "my-bert",
    licence: "not stated",
    homepage: "",
    bytes: 91e6,
    files: [
      { name: "config.json", bytes: 600 },
      { name: "model.safetensors", bytes: 91e6 - 600 },
    ],
    vouched: { by: "nobody" },
    remarks: ["It was made for text as it is."],
    stored: 91e6,
    state: "here",
    sources: [],
    fit: { runsOn: "processor", memoryMegabytes: 600, estimated: true, needs: [], lacks: [] },
  },
];

/** As the hub answers for any repository: PubMedBERT's sizes. */
function hubRow(repository: string): ModelRow {
  const id = repository.split("/")[1] ?? repository;
  return {
    ...(rows[2] as ModelRow),
    id,
    name: repository,
    licence: "mit",
    homepage: `https://huggingface.co/${repository}`,
    bytes: 440_700_000,
    files: ["config.json", "vocab.txt", "tokenizer_config.json", "pytorch_model.bin"].map((name) => ({ name, bytes: 1 })),
    vouched: { by: "hub", repo: repository, commit: "0123456789abcdef0123456789abcdef01234567" },
    remarks: [],
    stored: 226_000,
    state: "part",
    sources: [{ source: "hub", host: "huggingface.co" }],
  };
}

const prebuilt: readonly PrebuiltRow[] = [
  ["Llama-3.2-1B-Instruct-q4f16_1-MLC", 879, "Llama 3.2 Community License", ["no shader-f16"]],
  ["SmolLM2-360M-Instruct-q4f32_1-MLC", 580, "Apache-2.0", []],
].map(([id, memoryMegabytes, licence, lacks]) => ({
  id: id as string,
  memoryMegabytes: memoryMegabytes as number,
  features: (id as string).includes("f16") ? ["shader-f16"] : [],
  bufferBytes: 0,
  contextTokens: 4096,
  licence: licence as string,
  weights: `https://huggingface.co/mlc-ai/${id}`,
  library: `https://example.org/${id}.wasm`,
  lacks: lacks as string[],
}));

export interface FakeLibrary {
  rows: readonly ModelRow[];
  /** Milliseconds between events. */
  pace: number;
  /** Outcome of the next import; one model of the pick's name where absent. */
  imported?: readonly Imported[];
  /** Calls so far, as text. */
  readonly asked: string[];
}

export function fakeLibrary(fake: FakeLibrary, check: (name: string) => void): WorkerProcedures<ModelProcedures> {
  const change = (id: string, over: Partial<ModelRow>) => {
    fake.rows = fake.rows.map((row) => (row.id === id ? { ...row, ...over } : row));
  };
  const wait = (signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const stop = () => reject(new DOMException("stopped", "AbortError"));
      if (signal?.aborted) stop();
      setTimeout(resolve, fake.pace);
      signal?.addEventListener("abort", stop);
    });
  const rowOf = (id: string) => fake.rows.find((row) => row.id === id) as ModelRow;
  async function* steps(id: string, what: string, signal?: AbortSignal, each: (done: number) => void = () => undefined) {
    const total = rowOf(id).bytes;
    for (let done = rowOf(id).stored % total; done <= total; done += total / 4) {
      yield { type: "progress" as const, what, done, total };
      await wait(signal);
      each(done);
    }
  }
  return {
    policy: async () => undefined,
    canary: async () => "refused" as const,
    async *requests() {
      yield [];
    },
    async models() {
      check("models");
      return fake.rows;
    },
    async prebuilt() {
      check("prebuilt");
      return prebuilt;
    },
    async *download({ id, source }, signal) {
      check("download");
      fake.asked.push(`download ${id} from ${source}`);
      yield* steps(id, "f0", signal, (done) => change(id, { stored: done, state: "part" }));
      change(id, { stored: rowOf(id).bytes, state: "here", sources: [] });
    },
    async *verify({ id }, signal) {
      check("verify");
      yield* steps(id, "Checking f0", signal);
    },
    async rename({ id, name }) {
      check("rename");
      change(id, { name });
    },
    async remove({ id }) {
      check("remove");
      fake.asked.push(`remove ${id}`);
      if (rowOf(id).vouched.by === "manifest") change(id, { stored: 0, state: "absent" });
      else fake.rows = fake.rows.filter((row) => row.id !== id);
    },
    async *add({ repository }, signal) {
      check("add");
      fake.asked.push(`add ${repository}`);
      yield { type: "progress", what: "Fetching vocab.txt", done: 1, total: 226_000 };
      await wait(signal);
      const row = hubRow(repository);
      const wasHere = fake.rows.some(({ id }) => id === row.id);
      if (!wasHere) fake.rows = [...fake.rows, row];
      yield { type: "added", added: { id: row.id, name: row.name, bytes: row.bytes, wasHere } };
    },
    async *import({ name, files }) {
      check("import");
      fake.asked.push(`import ${name}: ${files.map((file) => file.path).join(", ")}`);
      yield { type: "progress", what: "Hashing w.bin", done: 1, total: 2 };
      await wait();
      const imported = fake.imported ?? [{ id: name, name, vouched: false, wasHere: false, missing: [], remarks: [] }];
      fake.rows = [...fake.rows, { ...(rows[2] as ModelRow), id: name, name }];
      yield { type: "imported", imported };
    },
    async *export({ id }) {
      check("export");
      yield { type: "progress", what: "Packing", done: 1, total: 2 };
      yield { type: "exported", name: `${id}.zip`, file: new Blob(["zip"]) };
    },
  };
}
