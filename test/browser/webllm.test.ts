// The real @mlc-ai/web-llm as far as it goes without a model: it takes what we verified from where it looks, stale caches are not seen, nothing
// is fetched, and a missing, altered or truncated file stops it before it starts.

import { hasModelInCache } from "@mlc-ai/web-llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { devicesOf, untilLost } from "../../src/engines/webllm/device.ts";
import { modelAddress, readHead, readRest, withFiles } from "../../src/engines/webllm/files.ts";
import { openWebllm, type WebllmOptions } from "../../src/engines/webllm/webllm.ts";
import { adapterFacts } from "../../src/models/gpu-adapter.ts";
import { verifyBlob } from "../../src/models/verify.ts";
import { capableAdapter, type TinyModel, tinyModel } from "../unit/engines/webllm/stand-in.ts";

const realFetch = globalThis.fetch;
let fetched: string[] = [];
beforeEach(() => {
  fetched = [];
  globalThis.fetch = (input, init) => {
    fetched.push(input instanceof Request ? input.url : String(input));
    return realFetch(input, init);
  };
});
afterEach(async () => {
  globalThis.fetch = realFetch;
  for (const name of await caches.keys()) if (name.startsWith("webllm/")) await caches.delete(name);
});

/** As the workers read: each file against its hash. */
function open({ entry, contents }: TinyModel, over: Partial<WebllmOptions> = {}) {
  const read: WebllmOptions["read"] = async (file) => {
    const text = contents.get(file.name);
    if (text === undefined) throw Object.assign(new Error(`${file.name} is not there`), { code: "model-missing" });
    const blob = new Blob([text]);
    await verifyBlob(entry, file, blob);
    return blob;
  };
  return openWebllm({ entry, read, adapter: async () => capableAdapter, ...over });
}

describe("the real package", () => {
  it("takes the config and the library from the verified files, refuses a library that is none, and fetches nothing", async () => {
    const error = await open(await tinyModel("m-q4f32_1-MLC")).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "engine-failed", message: expect.stringMatching(/WebAssembly/) });
    expect(fetched.filter((url) => !url.startsWith(location.origin))).toEqual([]);
    expect((await caches.keys()).filter((name) => name.startsWith("webllm/"))).toEqual([]);
  });

  it("finds the tensor list and every shard where it looks for them", async () => {
    const { entry, read } = await tinyModel("m-q4f32_1-MLC");
    const head = await readHead(entry, read);
    const files = await readRest(entry, head, read);
    const appConfig = { model_list: [{ model: modelAddress(entry), model_id: entry.id, model_lib: "" }] };
    expect(await withFiles(files, () => hasModelInCache(entry.id, appConfig))).toBe(true);
    const lacking = new Map([...files].filter(([url]) => !url.endsWith("params_shard_1.bin")));
    expect(await withFiles(lacking, () => hasModelInCache(entry.id, appConfig))).toBe(false);
    expect(await hasModelInCache(entry.id, appConfig)).toBe(false); // the browser's own cache has nothing
  });

  it("does not see what somebody put into the browser's caches", async () => {
    const { entry, contents } = await tinyModel("m-q4f32_1-MLC");
    const planted = new Request(`${modelAddress(entry)}mlc-chat-config.json`);
    await (await caches.open("webllm/config")).put(planted, new Response("not the config"));
    const error = await open({ entry, contents, read: async () => new Blob() }).catch((e: unknown) => e);
    expect(error).toMatchObject({ message: expect.stringMatching(/WebAssembly/) }); // past the config, to the library
    expect(await (await (await caches.open("webllm/config")).match(planted))?.text()).toBe("not the config");
  });

  it.each([
    ["missing", "model-missing", undefined],
    ["altered", "model-altered", "abcdefgX"],
    ["truncated", "model-truncated", "abc"],
  ])("never starts on a shard that is %s, which is named", async (_, code, text) => {
    const model = await tinyModel("m-q4f32_1-MLC");
    if (text === undefined) model.contents.delete("params_shard_1.bin");
    else model.contents.set("params_shard_1.bin", text);
    const opening = open(model, {
      engine: () => {
        throw new Error("no engine may start");
      },
    });
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining("params_shard_1.bin") });
  });
});

describe("the device", () => {
  it("that is made meanwhile is seen, and its loss ends what waits for it", async () => {
    const { requestDevice } = GPUAdapter.prototype;
    const devices = await devicesOf(async () => {
      const adapter = await navigator.gpu.requestAdapter();
      await adapter?.requestDevice();
    });
    expect(devices).toHaveLength(1);
    expect(GPUAdapter.prototype.requestDevice).toBe(requestDevice);
    const hanging = untilLost({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }, devices);
    const next = hanging.next();
    devices[0]?.destroy();
    await expect(next).rejects.toMatchObject({ name: "DeviceLostError" });
  });
});

describe("the adapter of this browser", () => {
  it("is read with its limits, and a model that needs 16-bit floats is refused on one that has none", async () => {
    const facts = await adapterFacts();
    if (!facts) throw new Error("the tests' browser has WebGPU by software");
    expect(facts.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27);
    const half = await tinyModel("m-q4f16_1-MLC");
    const opening = open(half, { adapter: adapterFacts });
    if (facts.features.includes("shader-f16")) await expect(opening).rejects.toMatchObject({ code: "engine-failed" });
    else
      await expect(opening).rejects.toMatchObject({
        code: "adapter-insufficient",
        message: expect.stringContaining("shader-f16"),
      });
  });
});
