// Files of a repository that make a model, its entry, and refusals before anything is stored.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hubModel } from "../../../src/models/hub-model.ts";
import { hubAddress } from "../../../src/models/hub-repo.ts";
import type { ModelEntry } from "../../../src/models/manifest.ts";
import { bertConfig, commit, type FakeHub, type FakeRepo, fakeHub, inParts, pubmed } from "./fake-hub.ts";

const repo = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract";
const id = "BiomedNLP-BiomedBERT-base-uncased-abstract";
const take = (text: string, hub: FakeHub, known: readonly ModelEntry[] = []) =>
  hubModel(text, { ask: hub.ask, hub: hubAddress, signal: new AbortController().signal, known });
const of = (fake: FakeRepo, text = "o/n") => take(text, fakeHub({ "o/n": fake }));
const names = ({ entry }: { entry: ModelEntry }) => entry.files.map(({ name }) => name);
const with_ = (fake: FakeRepo, files: FakeRepo["files"], large: readonly string[] = []): FakeRepo => ({
  files: { ...fake.files, ...files },
  large: [...(fake.large ?? []), ...large],
});
const sha256 = (text: string | Uint8Array | undefined) =>
  createHash("sha256")
    .update(text ?? "")
    .digest("hex");

describe("PubMedBERT's own layout: pytorch_model.bin, vocab.txt, no tokenizer.json", () => {
  it("is an encoder whose every hash rests on the hub's", async () => {
    const hub = fakeHub({ [repo]: pubmed });
    const { entry, contents, isKnown } = await take(repo, hub);
    expect(isKnown).toBe(false);
    expect(entry).toEqual({
      id,
      kind: "encoder",
      name: repo,
      licence: "mit",
      homepage: `${hubAddress}/${repo}`,
      sources: [{ kind: "hub", repo, revision: commit }],
      files: ["config.json", "vocab.txt", "tokenizer_config.json", "pytorch_model.bin"].map((name) => {
        const content = pubmed.files[name] as string;
        return { name, bytes: content.length, sha256: sha256(content) };
      }),
    });
    expect([...contents.keys()]).toEqual(["config.json", "vocab.txt", "tokenizer_config.json"]);
    // The weights are not asked for.
    expect(hub.asked.map((path) => path.split("/").at(-1)?.split("?")[0])).toEqual(["main", ...contents.keys()]);
  });

  it("with its weights in safetensors too: those alone", async () => {
    const both = with_(pubmed, { "model.safetensors": "safe", "tf_model.h5": "tf", "model.onnx": "x" }, ["model.safetensors"]);
    expect(names(await of(both))).toEqual(["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"]);
  });

  it("is refused where vocab.txt is another than git's id says", async () => {
    const hub = fakeHub({ [repo]: pubmed });
    hub.instead.set(
      `/${repo}/resolve/${commit}/vocab.txt`,
      () => new Response("x".repeat((pubmed.files["vocab.txt"] as string).length)),
    );
    await expect(take(repo, hub)).rejects.toMatchObject({ code: "hub-malformed" });
  });
});

describe("a decoder in parts", () => {
  it("is the parts that its index names, and each small file that an engine reads", async () => {
    const { entry } = await of(inParts);
    expect(entry).toMatchObject({ id: "n", kind: "language-model", architecture: "llama" });
    expect(names({ entry })).toEqual([
      "config.json",
      "tokenizer.json",
      "tokenizer_config.json",
      "generation_config.json",
      "chat_template.jinja",
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
  });

  it.each<[string, FakeRepo["files"], RegExp]>([
    [
      "names a part that is not there",
      { "model.safetensors.index.json": '{"weight_map":{"a":"gone.safetensors"}}' },
      /lacks gone\.safetensors/,
    ],
    ["names a file outside", { "model.safetensors.index.json": '{"weight_map":{"a":"../x.safetensors"}}' }, /lacks \.\.\/x/],
    ["names what is no weights", { "model.safetensors.index.json": '{"weight_map":{"a":"config.json"}}' }, /lacks config\.json/],
    [
      "is not UTF-8",
      { "model.safetensors.index.json": Buffer.from('{"weight_map":{"a":"na\xefve.safetensors"}}', "latin1") },
      /not UTF-8 text \(byte 22\)/,
    ],
    ["is no JSON", { "model.safetensors.index.json": "{" }, /index\.json of o\/n cannot be read/],
  ])("whose index %s is refused", async (_, files, why) => {
    await expect(of(with_(inParts, files))).rejects.toMatchObject({
      code: "model-unsupported",
      message: expect.stringMatching(why),
    });
  });
});

describe("GGUF", () => {
  const ggufs: FakeRepo = {
    files: {
      "README.md": "x",
      "m.Q4_K_M.gguf": "four",
      "m.Q8_0.gguf": "eight",
      "big-00002-of-00002.gguf": "b",
      "big-00001-of-00002.gguf": "a",
    },
    large: ["m.Q4_K_M.gguf", "m.Q8_0.gguf", "big-00001-of-00002.gguf", "big-00002-of-00002.gguf"],
  };

  it("of several, none is guessed: they are listed, and a file's address picks one", async () => {
    await expect(of(ggufs)).rejects.toMatchObject({
      code: "hub-several",
      message: expect.stringMatching(/3 GGUF models: .*m\.Q4_K_M\.gguf, m\.Q8_0\.gguf/),
    });
    const { entry } = await of(ggufs, "https://huggingface.co/o/n/blob/main/m.Q8_0.gguf");
    expect(entry).toMatchObject({ id: "m.Q8_0", name: "o/n, m.Q8_0", kind: "language-model" });
    expect(names({ entry })).toEqual(["m.Q8_0.gguf"]);
  });

  it("in parts is all of them, by the address of any", async () => {
    const { entry } = await of(ggufs, "https://huggingface.co/o/n/blob/main/big-00002-of-00002.gguf");
    expect(names({ entry })).toEqual(["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"]);
    expect(entry.id).toBe("big");
  });

  it("alone needs no address", async () => {
    expect(names(await of({ files: { "m.gguf": "x" }, large: ["m.gguf"] }))).toEqual(["m.gguf"]);
  });

  it.each([
    ["that is not there", ggufs, "x.gguf", "hub-absent"],
    ["in a folder", with_(ggufs, { "Q8/m.gguf": "x" }), "Q8/m.gguf", "hub-absent"],
    ["that lacks a part", { files: { "b-00001-of-00002.gguf": "x" } }, "b-00001-of-00002.gguf", "model-unsupported"],
  ])("%s is refused", async (_, fake, file, code) => {
    await expect(of(fake, `https://huggingface.co/o/n/blob/main/${file}`)).rejects.toMatchObject({ code });
  });
});

describe("what nothing here reads is refused, by the words of what would read it", () => {
  const config = (over: object) => ({ "config.json": JSON.stringify({ ...bertConfig, ...over }) });
  it.each<[string, FakeRepo, RegExp]>([
    [
      "another encoder",
      with_(pubmed, config({ model_type: "roberta" })),
      /is a RoBERTa \(model_type "roberta" in config\.json\)/,
    ],
    ["another activation", with_(pubmed, config({ hidden_act: "relu" })), /hidden_act is "relu"/],
    ["a config that is no JSON", with_(pubmed, { "config.json": "{" }), /config\.json/],
    ["a vocabulary without [PAD]", with_(pubmed, { "vocab.txt": "a\nb\n" }), /vocab\.txt: it has no \[PAD\]/],
    [
      "another tokenizer",
      with_(pubmed, { "tokenizer.json": '{"model":{"type":"BPE","vocab":{}}}' }),
      /type is BPE; expected WordPiece/,
    ],
    ["a decoder without a template", with_(inParts, { "chat_template.jinja": "" }), /has no chat template/],
    ["a decoder of other sizes", with_(inParts, { "config.json": '{"model_type":"llama"}' }), /num_attention_heads/],
    ["no tokenizer", { files: { "config.json": "{}", "model.safetensors": "x" } }, /no engine reads these files/],
    [
      "TensorFlow alone",
      { files: { "config.json": "{}", "tf_model.h5": "x" } },
      /no weights in a form.*but config\.json, tf_model\.h5/,
    ],
    ["nothing", { files: {} }, /but nothing/],
    ["WebLLM's layout", { files: { "mlc-chat-config.json": "{}", "params_shard_0.bin": "x" } }, /--prebuilt n"/],
  ])("%s", async (_, fake, why) => {
    await expect(of(fake)).rejects.toMatchObject({ code: "model-unsupported", message: expect.stringMatching(why) });
  });
});

describe("the id", () => {
  const other = (over: Partial<ModelEntry>): ModelEntry => ({
    id: "n",
    kind: "encoder",
    name: "n",
    licence: "",
    homepage: "",
    sources: [],
    files: [{ name: "w", bytes: 1, sha256: "0".repeat(64) }],
    ...over,
  });
  const hub = () => fakeHub({ "o/n": pubmed });

  it("is the owner's too where the name is taken, then the commit's, then numbered", async () => {
    const taken = [other({ id: "N" })];
    for (const expected of ["o-n", "o-n-0123456", "o-n-0123456-2", "o-n-0123456-3"]) {
      const { entry } = await take("o/n", hub(), taken);
      expect(entry.id).toBe(expected);
      taken.push(other({ id: expected }));
    }
  });

  it("stays where the same files of the same commit are known, and nothing but the listing is asked for", async () => {
    const { entry } = await take("o/n", hub());
    const again = hub();
    expect(await take("o/n", again, [entry])).toEqual({ entry, contents: new Map(), isKnown: true });
    expect(again.asked).toHaveLength(1);
    const older = { ...entry, sources: [{ kind: "hub" as const, repo: "o/n", revision: "f".repeat(40) }] };
    expect((await take("o/n", hub(), [older])).entry.id).toBe("o-n");
  });
});

it("tells which file it asks for, and stops when it is stopped", async () => {
  const controller = new AbortController();
  const told: string[] = [];
  const onBytes = (file: string) => {
    told.push(file);
    if (file === "vocab.txt") controller.abort();
  };
  const { ask } = fakeHub({ "o/n": pubmed });
  const stopped = hubModel("o/n", { ask, hub: hubAddress, signal: controller.signal, known: [], onBytes });
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect(told).toEqual(["config.json", "vocab.txt"]);
});
