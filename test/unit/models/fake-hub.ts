// The hub's answers for repositories that a test makes up: listing and files, with hashes computed apart from the code under test. Knows no network.

import { createHash } from "node:crypto";

export const commit = "0123456789abcdef0123456789abcdef01234567";

export interface FakeRepo {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Names of files that are stored apart, with a SHA-256. */
  readonly large?: readonly string[];
  /** Further fields of the listing, or others in place of its own. */
  readonly over?: Readonly<Record<string, unknown>>;
}

const bytesOf = (content: string | Uint8Array) => Buffer.from(content as string);

export function listingOf(repo: string, { files, large = [], over = {} }: FakeRepo): Record<string, unknown> {
  const siblings = Object.entries(files).map(([rfilename, content]) => {
    const bytes = bytesOf(content);
    const pointer = "a pointer file of git LFS";
    const isLarge = large.includes(rfilename);
    const blob = isLarge ? Buffer.from(pointer) : bytes;
    const blobId = createHash("sha1").update(`blob ${blob.length}\0`).update(blob).digest("hex");
    const lfs = { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: pointer.length };
    return { rfilename, size: bytes.length, blobId, ...(isLarge ? { lfs } : {}) };
  });
  return { id: repo, sha: commit, private: false, gated: false, cardData: { license: "mit" }, siblings, ...over };
}

export interface FakeHub {
  readonly ask: (url: string, init?: { readonly signal?: AbortSignal }) => Promise<Response>;
  /** Paths in the order of asking. */
  readonly asked: string[];
  /** Answers by path that go before the repositories'. */
  readonly instead: Map<string, () => Response>;
}

export function fakeHub(repos: Readonly<Record<string, FakeRepo>>): FakeHub {
  const asked: string[] = [];
  const instead = new Map<string, () => Response>();
  const ask: FakeHub["ask"] = async (url) => {
    const { pathname, search } = new URL(url);
    asked.push(pathname + search);
    const other = instead.get(pathname);
    if (other) return other();
    for (const [repo, fake] of Object.entries(repos)) {
      if (pathname.startsWith(`/api/models/${repo}/revision/`)) return Response.json(listingOf(repo, fake));
      const name = pathname.startsWith(`/${repo}/resolve/${commit}/`) ? (pathname.split("/").at(-1) as string) : "";
      const content = fake.files[name];
      if (content !== undefined) return new Response(bytesOf(content));
    }
    return new Response("Repository not found", { status: 401, headers: { "x-error-code": "RepoNotFound" } });
  };
  return { ask, asked, instead };
}

export const bertConfig = {
  model_type: "bert",
  hidden_size: 32,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 64,
  type_vocab_size: 2,
  vocab_size: 8,
};

const vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\npatient\nfever\n";

/** As the encoders of the paper lie on the hub: no tokenizer.json, no safetensors, the weights of other frameworks beside. */
export const pubmed: FakeRepo = {
  files: {
    ".gitattributes": "*.bin filter=lfs",
    "README.md": "# a model",
    "LICENSE.md": "MIT",
    "config.json": JSON.stringify(bertConfig),
    "vocab.txt": vocabulary,
    "tokenizer_config.json": '{"do_lower_case": true}',
    "flax_model.msgpack": "flax",
    "pytorch_model.bin": "weights of PyTorch",
  },
  large: ["pytorch_model.bin", "flax_model.msgpack"],
};

const llamaConfig = {
  model_type: "llama",
  hidden_act: "silu",
  hidden_size: 64,
  num_attention_heads: 4,
  num_hidden_layers: 1,
  intermediate_size: 64,
  max_position_embeddings: 128,
  vocab_size: 100,
  rms_norm_eps: 1e-5,
};

/** A decoder whose weights lie in two parts. */
export const inParts: FakeRepo = {
  files: {
    "config.json": JSON.stringify(llamaConfig),
    "generation_config.json": '{"eos_token_id": 2}',
    "tokenizer.json": "{}",
    "tokenizer_config.json": "{}",
    "chat_template.jinja": "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}",
    "special_tokens_map.json": "{}",
    "model.safetensors.index.json": JSON.stringify({
      weight_map: {
        a: "model-00001-of-00002.safetensors",
        b: "model-00002-of-00002.safetensors",
        c: "model-00001-of-00002.safetensors",
      },
    }),
    "model-00001-of-00002.safetensors": "one",
    "model-00002-of-00002.safetensors": "two",
    "onnx/model.onnx": "onnx",
  },
  large: ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "onnx/model.onnx"],
};
