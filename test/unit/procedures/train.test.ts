// Training as a function: a toy learns to its end, is kept, predicts; it is left and goes on; its device goes away. In Node.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import type { Classifier } from "../../../src/classifier/classifier.ts";
import type { PredictEvent, TrainRequest, TrainRunEvent } from "../../../src/experiment/steps.ts";
import { type TrainPorts, trainProcedures } from "../../../src/procedures/train.ts";
import type { Measurements } from "../../../src/store/measurements.ts";
import type { Found } from "../../../src/train/choose-device.ts";
import { readSafetensors, writeSafetensors } from "../../../src/weights/safetensors.ts";
import { memoryRunStore } from "../generate/memory-run-store.ts";
import { linearClassifier, tokenExamples, vocabulary, vocabularyText } from "../train/toy.ts";
import { collect, memoryFiles, memoryLocks, memoryModel, memoryModels, never, noMeasurements } from "./memory-ports.ts";

const bert = {
  model_type: "bert",
  vocab_size: vocabulary.length,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  intermediate_size: 8,
  max_position_embeddings: 64,
  type_vocab_size: 2,
};
/** Without tensors: the toy classifier stands in for what would hold them. */
const toy = await memoryModel("toy", "encoder", {
  "config.json": new Blob([JSON.stringify(bert)]),
  "vocab.txt": new Blob([vocabularyText]),
  "model.safetensors": writeSafetensors(new Map()),
});

const request: TrainRequest = {
  task: "bc5cdr-disease",
  encoder: "toy",
  device: "wasm",
  few: tokenExamples(5, 1),
  synthetic: tokenExamples(40, 2),
  validation: tokenExamples(5, 3),
  test: tokenExamples(20, 4),
  config: { learningRate: 1, batchSize: 8, maxTokens: 64, warmup: 0.05, weightDecay: 0, clipNorm: 0, seed: 7 },
  fewEpochs: 3,
  syntheticEpochs: 2,
  save: "mine",
};

const wasm = { available: true, threads: 2 } as const;
const found: Found = {
  wasm,
  webgpu: { available: false, error: new ClinfuseError("no-webgpu", "this browser has no WebGPU") },
} as Found;

function setUp(over: Partial<TrainPorts> = {}, wrap: (classifier: Classifier) => Classifier = (c) => c) {
  const disk = memoryFiles();
  const { hold, held } = memoryLocks();
  const open = { count: 0 };
  const counted = (classifier: Classifier): Classifier => {
    open.count++;
    const close = async () => {
      open.count--;
      await classifier.close();
    };
    return { ...classifier, close };
  };
  const ports: TrainPorts = {
    models: memoryModels(toy),
    disk,
    hold,
    measurements: async () => noMeasurements,
    notebooks: async () => ({ list: async () => [] }),
    devices: async () => found,
    runs: async () => memoryRunStore(),
    openMaskedModel: async () => Promise.reject(new Error("no source of these tests fills masked places")),
    openClassifier: async () => counted(wrap(linearClassifier())),
    async loadModel(files) {
      const classifier = linearClassifier();
      await classifier.trainer.write(await readSafetensors(files.get("model.safetensors") as Blob, "model.safetensors"));
      return counted(classifier);
    },
    ...over,
  };
  return { procedures: trainProcedures(ports), disk, held, hold, open };
}

const scored = (events: readonly TrainRunEvent[]) => events.flatMap((e) => (e.type === "scored" ? [e] : []));
const timeless = (events: readonly TrainRunEvent[]) =>
  events.flatMap((e) => (e.type === "step" || e.type === "epoch" || e.type === "scored" ? [{ ...e, milliseconds: 0 }] : []));

describe("a training", () => {
  it("tells device, files, curve and scores, and is kept with what it learned", async () => {
    const { procedures, held, open } = setUp();
    const events = await collect(procedures.train(request, never));
    expect(events[0]).toEqual({ type: "device", device: "wasm", reason: "2 WASM threads" });
    expect(events.some((e) => e.type === "loading" && e.what === "The toy")).toBe(true);
    expect(scored(events).map(({ stage }) => stage)).toEqual(["few", "synthetic"]);
    // Saved before it is scored: what is trained is not lost to a kill meanwhile.
    const [saved, last] = [events.find((e) => e.type === "saved"), events.at(-1)];
    expect([saved, last]).toMatchObject([{ model: "mine" }, { type: "scored", stage: "synthetic" }]);
    expect([held.size, open.count]).toEqual([0, 0]);

    const files = await procedures.trainedFiles({ model: "mine" }, never);
    expect(Object.keys(files).sort()).toEqual(["clinfuse.json", "config.json", "model.safetensors", "vocab.txt"]);
    expect(await procedures.trainedModels(null, never)).toEqual([{ id: "mine", bytes: (saved as { bytes: number }).bytes }]);
    const asked = { task: request.task, model: "mine", device: "auto", examples: request.test } as const;
    const predicted = (await collect(procedures.predict(asked, never))).at(-1);
    expect(predicted).toMatchObject({ type: "predicted", examples: scored(events).at(-1)?.predicted });
    expect(open.count).toBe(0);
  });

  it("that was left goes on to the same end; forgotten, it begins anew", async () => {
    const whole = timeless(await collect(setUp().procedures.train(request, never)));
    const { procedures, held, open } = setUp();
    const leave = async () => {
      const controller = new AbortController();
      for await (const event of procedures.train(request, controller.signal))
        if (event.type === "step" && event.stage === "synthetic" && event.step === 3) controller.abort();
    };
    await expect(leave()).rejects.toMatchObject({ code: "aborted" });
    expect([held.size, open.count]).toEqual([0, 0]);
    expect(await procedures.leftOff(request, never)).toEqual({ stage: "synthetic", step: 3 });
    expect(await procedures.leftOff({ ...request, syntheticEpochs: 9 }, never)).toBeUndefined();
    expect(timeless(await collect(procedures.train(request, never)))).toEqual(whole);
    expect(await procedures.leftOff(request, never)).toBeUndefined();

    await expect(leave()).rejects.toMatchObject({ code: "aborted" });
    await procedures.forgetTraining({ model: "mine" }, never);
    expect(await procedures.leftOff(request, never)).toBeUndefined();
    expect(Object.keys(await procedures.trainedFiles({ model: "mine" }, never))).not.toEqual([]); // the one before stays
  });

  it("is one tab's at a time, and so is what it keeps", async () => {
    const { procedures, hold } = setUp();
    await hold("trained:mine");
    for (const call of [
      () => collect(procedures.train(request, never)),
      () => procedures.forgetTraining({ model: "mine" }, never),
      () => procedures.deleteTrained({ model: "mine" }, never),
    ])
      await expect(call()).rejects.toMatchObject({ place: { what: "trained:mine" } });
  });

  it("goes on where its device went away, which then refuses to be closed", async () => {
    let losses = 0;
    const losing = (classifier: Classifier): Classifier => {
      let steps = 0;
      const { step } = classifier.trainer;
      const lost = new ClinfuseError("device-lost", "the graphics processor went away");
      const broken = losses++ === 0;
      return {
        ...classifier,
        trainer: {
          ...classifier.trainer,
          step: async (...given) => {
            if (broken && ++steps > 4) throw lost;
            return step(...given);
          },
        },
        close: async () => {
          if (broken) throw new Error("there is no device to free");
        },
      };
    };
    const { procedures } = setUp({}, losing);
    const events = await collect(procedures.train(request, never));
    expect(events.filter(({ type }) => type === "device-lost")).toEqual([
      { type: "device-lost", why: "the graphics processor went away" },
    ]);
    expect(events.at(-1)).toMatchObject({ type: "scored", stage: "synthetic" });
    expect(events.some((e) => e.type === "saved")).toBe(true);
    expect(losses).toBe(2);
  });
});

describe("a trained model", () => {
  const full = () => {
    const disk = memoryFiles();
    const room = { left: Number.POSITIVE_INFINITY };
    const write: typeof disk.write = (path, ...rest) => {
      if (path.startsWith("trained/") && room.left-- <= 0) throw new ClinfuseError("quota-exceeded", "no room");
      return disk.write(path, ...rest);
    };
    return { room, ...setUp({ disk: { ...disk, write } }) };
  };

  it("that cannot be stored leaves the one before whole, stays in memory, and is stored once there is room", async () => {
    const { procedures, room } = full();
    await collect(procedures.train(request, never));
    const before = await procedures.trainedFiles({ model: "mine" }, never);
    room.left = 2; // of four files
    const other = { ...request, few: tokenExamples(5, 11), synthetic: tokenExamples(40, 12) };
    const events = await collect(procedures.train(other, never));
    expect(events.find((e) => e.type === "not-saved")).toMatchObject({ model: "mine", code: "quota-exceeded" });
    expect(scored(events).map(({ stage }) => stage)).toEqual(["few", "synthetic"]);
    expect(await procedures.trainedState({ model: "mine" }, never)).toEqual({ kind: "whole" });
    expect((await procedures.trainedModels(null, never)).map(({ id }) => id)).toEqual(["mine"]);

    await expect(procedures.saveTrained({ model: "mine" }, never)).rejects.toMatchObject({ code: "quota-exceeded" });
    room.left = 99;
    const { model } = await procedures.saveTrained({ model: "mine" }, never);
    expect(model).toBe("mine.2");
    const [old, fresh] = [
      await procedures.trainedFiles({ model: "mine" }, never),
      await procedures.trainedFiles({ model }, never),
    ];
    const bytesOf = async (files: Readonly<Record<string, Blob>>) =>
      new Uint8Array((await files["model.safetensors"]?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(await bytesOf(old)).toEqual(await bytesOf(before));
    expect(await bytesOf(fresh)).not.toEqual(await bytesOf(before));
    await expect(procedures.saveTrained({ model: "mine" }, never)).rejects.toMatchObject({ code: "trained-missing" });
  });

  it("goes when no notebook names it any more, and not while its place is at work", async () => {
    const named: string[] = ["mine.2"];
    const list = async () => named.map((model) => ({ training: { model } })) as never;
    const { procedures, hold } = setUp({ notebooks: async () => ({ list }) });
    await collect(procedures.train(request, never));
    await collect(procedures.train({ ...request, syntheticEpochs: 3 }, never));
    await collect(procedures.train({ ...request, save: "other" }, never));
    const models = async () => (await procedures.trainedModels(null, never)).map(({ id }) => id).sort();
    const release = await hold("trained:mine");
    await procedures.sweepTrained({ models: ["mine"] }, never);
    expect(await models()).toEqual(["mine", "mine.2", "other"]);
    release();
    await procedures.sweepTrained({ models: ["mine"] }, never);
    expect(await models()).toEqual(["mine.2", "other"]);
  });

  it.each(["clinfuse.json", "config.json", "model.safetensors", "vocab.txt"])(
    "without %s, or with another, is damaged, and is not handed out",
    async (name) => {
      const { procedures, disk } = setUp();
      await collect(procedures.train(request, never));
      const path = `trained/mine/${name}`;
      const file = (await disk.read(path)) as Blob;
      const uses = () => [
        procedures.trainedFiles({ model: "mine" }, never),
        procedures.onnxFiles({ model: "mine" }, never),
        collect(procedures.predict({ task: request.task, model: "mine", device: "wasm", examples: request.test }, never)),
      ];
      const refused = { code: "trained-damaged", place: { what: name } };
      await disk.write(path, new Blob([await file.slice(0, -3).arrayBuffer(), "xyz"]));
      for (const use of uses()) await expect(use).rejects.toMatchObject(refused);
      await disk.delete(path);
      for (const use of uses()) await expect(use).rejects.toMatchObject(refused);
      expect(await procedures.trainedState({ model: "mine" }, never)).toEqual({ kind: "damaged", files: [name] });
      await disk.delete("trained/mine");
      for (const use of uses()) await expect(use).rejects.toMatchObject({ code: "trained-missing" });
      expect(await procedures.trainedState({ model: "mine" }, never)).toEqual({ kind: "missing" });
    },
  );
});

describe("stage I", () => {
  it("is kept under its key for other requests, and on another device it is trained anew", async () => {
    const { procedures } = setUp();
    const first = { ...request, stageOne: "k", keepModel: false };
    const second = { ...first, save: "second", synthetic: request.synthetic.slice(1) };
    await collect(procedures.train(first, never));
    const events = await collect(procedures.train(second, never));
    expect(events.some((e) => e.type === "stage-found")).toBe(true);
    const alone = await collect(setUp().procedures.train(second, never));
    expect(timeless(events)).toEqual(timeless(alone));
    expect(await procedures.trainedModels(null, never)).toEqual([]);
  });
});

describe("prediction", () => {
  it("is refused for another task, and where there is no such model", async () => {
    const { procedures, open } = setUp();
    await collect(procedures.train(request, never));
    const ask = (over: object) =>
      collect(procedures.predict({ task: request.task, model: "mine", device: "wasm", examples: request.test, ...over }, never));
    await expect(ask({ task: "mqp" })).rejects.toMatchObject({ code: "model-unsupported" });
    expect(open.count).toBe(0);
    await procedures.deleteTrained({ model: "mine" }, never);
    await expect(ask({})).rejects.toBeInstanceOf(ClinfuseError);
    expect(await procedures.trainedModels(null, never)).toEqual([]);
  });

  it("in parts gives the same answers in the same order, and keeps those before a stop", async () => {
    const { procedures, open } = setUp();
    await collect(procedures.train(request, never));
    const asked = { task: request.task, model: "mine", device: "wasm", examples: tokenExamples(150, 7) } as const;
    const told = (events: readonly PredictEvent[]) => events.flatMap((event) => (event.type === "predicted" ? [event] : []));
    const whole = told(await collect(procedures.predict(asked, never)));
    const parts = told(await collect(procedures.predict({ ...asked, inParts: true }, never)));
    expect(whole.map(({ done }) => done)).toEqual([150]);
    expect(parts.map(({ done }) => done)).toEqual([64, 128, 150]);
    expect(parts.flatMap(({ examples }) => examples)).toEqual(whole[0]?.examples);
    expect(told(await collect(procedures.predict({ ...asked, examples: [], inParts: true }, never)))).toMatchObject([
      { done: 0 },
    ]);

    const stop = new AbortController();
    const kept: number[] = [];
    const read = async () => {
      for await (const event of procedures.predict({ ...asked, inParts: true }, stop.signal)) {
        if (event.type !== "predicted") continue;
        kept.push(event.done);
        stop.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "aborted" });
    expect(kept).toEqual([64]);
    expect(open.count).toBe(0);
  });

  it("on a device that is not there says why", async () => {
    const { procedures } = setUp();
    const asked = { task: request.task, model: "mine", device: "webgpu", examples: [] } as const;
    await expect(collect(procedures.predict(asked, never))).rejects.toMatchObject({ code: "no-webgpu" });
  });
});

describe("devices", () => {
  it("are told with the reason, and chosen by what was measured as far as that can be read", async () => {
    const both = { wasm, webgpu: { available: true, software: false } } as unknown as Found;
    const training = (["webgpu", "wasm"] as const).map((device, i) => ({
      kind: "training" as const,
      device,
      gflops: 10 * (i + 1),
      measuredAt: 1,
    }));
    const deviceOf = async (measurements: () => Promise<Measurements>) => {
      const { procedures } = setUp({ devices: async () => both, measurements });
      for await (const event of procedures.train({ ...request, device: "auto" }, never)) return event;
    };
    expect(await deviceOf(async () => ({ engines: [], training }))).toMatchObject({ device: "wasm" });
    const refused = async () => Promise.reject(new ClinfuseError("storage-unavailable", "no"));
    expect(await deviceOf(refused)).toMatchObject({ device: "webgpu" });
    const told = await setUp().procedures.devices(null, never);
    expect(told).toEqual([
      { device: "webgpu", available: false, reason: "this browser has no WebGPU" },
      { device: "wasm", available: true, reason: "2 WASM threads" },
    ]);
  });
});

describe("a recipe", () => {
  it("names the encoder's files by their content, whatever they are called", async () => {
    const weightsOf = async (id: string, vocab: string) => {
      const contents = { "config.json": new Blob([JSON.stringify(bert)]), "vocab.txt": new Blob([vocab]) };
      const { procedures } = setUp({ models: memoryModels(await memoryModel(id, "encoder", contents)) });
      return (await procedures.recipe({ encoder: id, preset: "small" }, never)).weights;
    };
    const [one, same, other] = [await weightsOf("a", "x"), await weightsOf("b", "x"), await weightsOf("a", "y")];
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect([same === one, other === one]).toEqual([true, false]);
  });

  it("is of the encoder's size; a folder that is none says so", async () => {
    const damaged = await memoryModel("damaged", "encoder", { "config.json": new Blob(["{"]) });
    const bare = await memoryModel("bare", "encoder", { "vocab.txt": new Blob(["x"]) });
    const { procedures } = setUp({ models: memoryModels(toy, damaged, bare) });
    const { encoder } = await procedures.recipe({ encoder: "toy", preset: "small" }, never);
    const classes = [["BertForMaskedLM"], ["BertModel"], undefined].map(async (architectures, i) => {
      const config = new Blob([JSON.stringify({ ...bert, architectures })]);
      const named = setUp({ models: memoryModels(await memoryModel(`of class ${i}`, "encoder", { "config.json": config })) });
      return (await named.procedures.recipe({ encoder: `of class ${i}`, preset: "small" }, never)).maskedHead;
    });
    expect(await Promise.all(classes)).toEqual([true, false, undefined]);
    expect(encoder).toMatchObject({ hiddenSize: 8, vocabSize: vocabulary.length });
    const codeOf = (id: string) => procedures.recipe({ encoder: id, preset: "small" }, never).catch((e: ClinfuseError) => e.code);
    expect(await Promise.all(["damaged", "bare", "absent"].map(codeOf))).toEqual([
      "file-malformed",
      "model-unsupported",
      "not-found",
    ]);
  });
});
