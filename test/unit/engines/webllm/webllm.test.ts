// WebLLM behind the port, on a stand-in of its engine: what it is asked, what comes back, what happens when the device goes away, and that
// nothing but verified files reaches it.

import { describe, expect, it } from "vitest";
import type { CompletionRequest } from "../../../../src/engines/language-model.ts";
import { openWebllm, type WebllmOptions } from "../../../../src/engines/webllm/webllm.ts";
import type { AdapterFacts } from "../../../../src/models/gpu-adapter.ts";
import type { ModelEntry, ModelFile } from "../../../../src/models/manifest.ts";
import { capableAdapter, type StandIn, standIn, type TinyModel, tinyModel } from "./stand-in.ts";

const never = new AbortController().signal;
const tale = "once upon a time there was a patient who had gout in her left knee";

const ask = (content: string, over: Partial<CompletionRequest> = {}): CompletionRequest => ({
  messages: [{ role: "user", content }],
  sampling: { temperature: 1, topP: 0.9, maxTokens: 40 },
  seed: 7,
  ...over,
});

function open(model: TinyModel, stand: StandIn, over: Partial<WebllmOptions> = {}) {
  const { entry, read } = model;
  return openWebllm({ entry, read, engine: stand.engine, adapter: async () => capableAdapter, ...over });
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe("a request", () => {
  it("reaches the engine with its grammar, seed and sampling, and with no penalty of the model's config", async () => {
    const stand = standIn(() => tale);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    const grammar = 'root ::= "a"';
    await model.complete(ask("Hello.", { grammar }), never);
    expect(stand.requests[0]).toMatchObject({
      messages: [{ role: "user", content: "Hello." }],
      response_format: { type: "grammar", grammar },
      seed: 7,
      temperature: 1,
      top_p: 0.9,
      max_tokens: 40,
      repetition_penalty: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      stream: true,
    });
    expect(stand.requests[0]).not.toHaveProperty("extra_body");
    await model.complete(ask("Hello."), never);
    expect(stand.requests[1]).not.toHaveProperty("response_format");
  });

  it("comes back with its text whole, its tokens counted and its finish", async () => {
    const model = await open(
      await tinyModel("m-q4f32_1-MLC"),
      standIn(() => "Zwölf Ärzte 🩺 heilten"),
    );
    expect(await model.complete(ask("one two three"), never)).toEqual({
      text: "Zwölf Ärzte 🩺 heilten",
      finish: "stop",
      promptTokens: 7,
      completionTokens: 4,
    });
    const cut = await model.complete(ask("Hello.", { sampling: { temperature: 1, topP: 1, maxTokens: 2 } }), never);
    expect(cut).toMatchObject({ text: "Zwölf Ärzte", finish: "length", completionTokens: 2 });
  });

  it("of a model that thinks aloud forbids it and drops the empty thought", async () => {
    const thinking = await tinyModel("qwen3-q4f32_1-MLC", undefined, (contents) => {
      contents.set(
        "mlc-chat-config.json",
        '{"model_type":"qwen3","tokenizer_files":["tokenizer.json"],"context_window_size":300}',
      );
    });
    const stand = standIn(() => "<think>\n\n</think>\n\nGout.");
    const model = await open(thinking, stand);
    expect((await model.complete(ask("Hello."), never)).text).toBe("Gout.");
    expect(stand.requests[0]).toMatchObject({ extra_body: { enable_thinking: false } });
  });

  it("waits for the one before it, and two never mix", async () => {
    const stand = standIn((last) => `${last} ${last} ${last}`, 2);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    const texts = await Promise.all(["a", "b", "c"].map(async (word) => (await model.complete(ask(word), never)).text));
    expect(texts).toEqual(["a a a", "b b b", "c c c"]);
    expect(stand.most).toBe(1);
  });

  it("that was told to stop while it waits never starts", async () => {
    const stand = standIn(() => tale, 5);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    const controller = new AbortController();
    const first = model.complete(ask("first"), never);
    const second = codeOf(model.complete(ask("second"), controller.signal));
    controller.abort();
    expect(await second).toBe("aborted");
    await first;
    await model.complete(ask("third"), never);
    expect(stand.requests.map((r) => r.messages[0]?.content)).toEqual(["first", "third"]);
  });

  it("that is told to stop in the same moment as it starts stops, though the engine forgets the interrupt", async () => {
    const stand = standIn(() => tale.repeat(20), 5);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    const controller = new AbortController();
    const running = codeOf(model.complete(ask("long"), controller.signal));
    await Promise.resolve();
    controller.abort();
    expect(await running).toBe("aborted");
    await model.complete(ask("next", { sampling: { temperature: 1, topP: 1, maxTokens: 1 } }), never);
    expect(stand.tokens).toBeLessThan(10); // the long one has hundreds
  });

  it("that does not fit is refused with its size and the model's", async () => {
    const model = await open(
      await tinyModel("m-q4f32_1-MLC"),
      standIn(() => tale),
    );
    expect(model.contextTokens).toBe(300); // the model's own, which is less than ours
    await expect(model.complete(ask("word ".repeat(400)), never)).rejects.toMatchObject({
      code: "context-overflow",
      place: { got: 404, expected: 300 },
    });
  });

  it("after the model was closed is a mistake, and closing frees the device", async () => {
    const stand = standIn(() => tale);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    await model.close();
    await model.close();
    expect(stand.unloads).toBe(1);
    await expect(model.complete(ask("Hello."), never)).rejects.toThrow(/closed/);
  });
});

describe("a lost device", () => {
  it("is loaded once more, and the same request gives what it would have given", async () => {
    const script = (last: string) => `${last}: ${tale}`;
    const stand = standIn(script);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    stand.losses.push(5);
    const { text } = await model.complete(ask("Hello."), never);
    expect(text).toBe(`Hello.: ${tale}`);
    expect(stand.loads).toBe(2);
  });

  it("lost in two requests that each end well is no reason to give up", async () => {
    const stand = standIn(() => tale);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    stand.losses.push(5);
    await model.complete(ask("one"), never);
    stand.losses.push(40);
    for (const word of ["two", "three", "four"]) expect((await model.complete(ask(word), never)).text).toBe(tale);
    expect(stand.loads).toBe(3);
  });

  it("lost twice under one request is left, with the next rung named, at once for later requests too", async () => {
    const stand = standIn(() => tale);
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    stand.losses.push(5, 3);
    const error = await model.complete(ask("Hello."), never).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "device-lost", message: expect.stringMatching(/twice.*next rung is the processor/) });
    expect(stand.loads).toBe(2);
    expect(await codeOf(model.complete(ask("Hello."), never))).toBe("device-lost");
    expect(stand.requests.length).toBe(2);
  });

  it("lost while the weights go up is tried once more, then left", async () => {
    const stand = standIn(() => tale);
    let tries = 0;
    stand.onLoad = () => {
      tries++;
      throw Object.assign(new Error("The WebGPU device was lost while loading the model."), { name: "DeviceLostError" });
    };
    expect(await codeOf(open(await tinyModel("m-q4f32_1-MLC"), stand))).toBe("device-lost");
    expect(tries).toBe(2);
  });

  it("is not what a failure with the model still loaded is", async () => {
    const stand = standIn(() => {
      throw new Error("shader trouble");
    });
    const model = await open(await tinyModel("m-q4f32_1-MLC"), stand);
    await expect(model.complete(ask("Hello."), never)).rejects.toMatchObject({
      code: "engine-failed",
      message: /shader trouble/,
    });
    expect(stand.loads).toBe(1);
  });
});

describe("the build of a model", () => {
  const noHalf: AdapterFacts = { ...capableAdapter, name: "an old adapter", features: [] };

  it("is the one asked for where the adapter has 16-bit floats", async () => {
    const model = await open(
      await tinyModel("m-q4f16_1-MLC"),
      standIn(() => tale),
    );
    expect(model.id).toBe("webllm/m-q4f16_1-MLC");
    expect(model.remark).toBeUndefined();
  });

  it("is the twin in 32-bit floats where it has none, and says so", async () => {
    const [half, single] = [await tinyModel("m-q4f16_1-MLC"), await tinyModel("m-q4f32_1-MLC")];
    const asked: string[] = [];
    const read = (file: ModelFile, of: ModelEntry) => {
      asked.push(of.id);
      return (of === single.entry ? single : half).read(file);
    };
    const find = (id: string) => [half, single].find((m) => m.entry.id === id)?.entry;
    const model = await open(
      half,
      standIn(() => tale),
      { read, find, adapter: async () => noHalf },
    );
    expect(model.id).toBe("webllm/m-q4f32_1-MLC");
    expect(model.remark).toMatch(/m-q4f32_1-MLC in place of m-q4f16_1-MLC.*shader-f16/);
    expect(new Set(asked)).toEqual(new Set(["m-q4f32_1-MLC"]));
  });

  it("is the twin that the entry names, whatever its id", async () => {
    const [half, single] = [await tinyModel("half", { features: ["shader-f16"], twin: "single" }), await tinyModel("single")];
    const model = await open(
      half,
      standIn(() => tale),
      {
        read: (file, of) => (of === single.entry ? single : half).read(file),
        find: (id) => (id === "single" ? single.entry : undefined),
        adapter: async () => noHalf,
      },
    );
    expect(model.id).toBe("webllm/single");
  });

  it("is refused before any file is read where there is no twin", async () => {
    const half = await tinyModel("m-q4f16_1-MLC");
    const read = () => Promise.reject(new Error("nothing may be read"));
    await expect(
      open(
        half,
        standIn(() => tale),
        { read, adapter: async () => noHalf },
      ),
    ).rejects.toMatchObject({
      code: "adapter-insufficient",
      message: expect.stringMatching(/an old adapter.*shader-f16/),
    });
  });
});

describe("the files", () => {
  it("reach the engine under the addresses that it asks for, and nothing else does", async () => {
    const model = await tinyModel("m-q4f32_1-MLC");
    const stand = standIn(() => tale);
    const seen: Record<string, string> = {};
    let refused: unknown;
    stand.onLoad = async () => {
      const record = stand.record();
      for (const [scope, url] of [
        ["webllm/config", `${record?.model}mlc-chat-config.json`],
        ["webllm/model", `${record?.model}tensor-cache.json`],
        ["webllm/model", `${record?.model}tokenizer.json`],
        ["webllm/model", `${record?.model}params_shard_1.bin`],
        ["webllm/wasm", `${record?.model_lib}`],
      ] as const) {
        const cache = await caches.open(scope);
        seen[url.slice(url.lastIndexOf("/") + 1)] = (await (await cache.match(new Request(url)))?.text()) ?? "nothing";
      }
      const other = `${record?.model}tokenizer.model`;
      expect(await (await caches.open("webllm/model")).match(other)).toBeUndefined();
      refused = await (await caches.open("webllm/model")).add(other).catch((e: unknown) => e);
    };
    const before = Object.getOwnPropertyDescriptor(globalThis, "caches");
    await open(model, stand);
    expect(seen).toEqual({
      "mlc-chat-config.json": model.contents.get("mlc-chat-config.json"),
      "tensor-cache.json": model.contents.get("ndarray-cache.json"), // under the name that this version asks for
      "tokenizer.json": model.contents.get("tokenizer.json"),
      "params_shard_1.bin": "abcdefgh",
      "m-q4f32_1-MLC-webgpu.wasm": "no wasm",
    });
    expect(refused).toMatchObject({ code: "model-missing" });
    expect(Object.getOwnPropertyDescriptor(globalThis, "caches")).toEqual(before);
    // WebLLM would fetch a library on localhost, or on this server, without asking its cache.
    expect(stand.record()?.model_lib).toMatch(/^https:\/\/webllm\.invalid\//);
    expect(stand.record()?.model).toMatch(/\/resolve\/main\/$/);
  });

  it("that the tensor list or the config names and the manifest does not are refused by name, before the weights", async () => {
    for (const name of ["params_shard_1.bin", "tokenizer.json"]) {
      const { entry, read } = await tinyModel("m-q4f32_1-MLC");
      const without = { ...entry, files: entry.files.filter((file) => file.name !== name) };
      const asked: string[] = [];
      const opening = openWebllm({
        entry: without,
        read: (file) => {
          asked.push(file.name);
          return read(file);
        },
        adapter: async () => capableAdapter,
        engine: () => {
          throw new Error("no engine may start");
        },
      });
      await expect(opening).rejects.toMatchObject({ code: "model-missing", place: { file: `models/m-q4f32_1-MLC/${name}` } });
      expect(asked).toEqual(["mlc-chat-config.json", "ndarray-cache.json"]);
    }
  });

  it("with a tensor larger than the adapter's buffers are refused before the weights, with both numbers", async () => {
    const large = await tinyModel("m-q4f32_1-MLC", undefined, (contents) => {
      const record = { dataPath: "params_shard_0.bin", nbytes: 8, records: [{ name: "embedding", nbytes: 2 ** 32 }] };
      contents.set("ndarray-cache.json", JSON.stringify({ records: [record] }));
    });
    await expect(
      open(
        large,
        standIn(() => tale),
      ),
    ).rejects.toMatchObject({
      code: "adapter-insufficient",
      place: { got: 2 ** 30, expected: 2 ** 32 }, // WebLLM asks for 1 GiB at most
    });
  });

  it.each([
    ["mlc-chat-config.json", "{", "file-malformed"],
    ["mlc-chat-config.json", '{"tokenizer_files":["vocab.json"]}', "model-unsupported"],
    ["ndarray-cache.json", '{"records":[]}', "file-malformed"],
    ["ndarray-cache.json", '{"records":[{"dataPath":"../x"}]}', "file-malformed"],
    ["ndarray-cache.json", '{"records":[{"dataPath":"../x","records":[]}]}', "model-missing"],
  ])("%s that holds %s is refused: %s", async (name, text, code) => {
    const model = await tinyModel("m-q4f32_1-MLC", undefined, (contents) => contents.set(name, text));
    expect(
      await codeOf(
        open(
          model,
          standIn(() => tale),
        ),
      ),
    ).toBe(code);
  });
});
