// A training that was left goes on to the same end, wherever it was left: every event of a small one is tried.

import { describe, expect, it } from "vitest";
import type { Classifier } from "../../../src/classifier/classifier.ts";
import type { TrainRequest, TrainRunEvent } from "../../../src/experiment/steps.ts";
import { trainAndScore } from "../../../src/experiment/train-and-score.ts";
import { trainingKeeper, trainingKey } from "../../../src/experiment/training-keeper.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { SentenceExample } from "../../../src/tasks/example.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import type { Task } from "../../../src/tasks/task.ts";
import type { Folder } from "../../../src/train/checkpoint-files.ts";
import { linearClassifier, tokenExamples } from "../train/toy.ts";

const never = new AbortController().signal;

interface MemoryFolder extends Folder {
  readonly files: Map<string, Blob>;
  /** So many bytes fit. */
  room: number;
}

function memoryFolder(): MemoryFolder {
  const files = new Map<string, Blob>();
  return {
    files,
    room: Number.POSITIVE_INFINITY,
    read: async (name) => files.get(name),
    async write(name, data) {
      const blob = await new Response(data as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
      if (blob.size > this.room) throw new Error("no room");
      files.set(name, blob);
      return blob.size;
    },
    names: async () => [...files.keys()],
    async delete(name) {
      files.delete(name);
    },
  };
}

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
  save: "toy",
};

const keeper = (folder: Folder, key = "key") => trainingKeeper(folder, key);

/** Times differ from run to run. */
const timeless = (events: readonly TrainRunEvent[]) =>
  events
    .filter(({ type }) => type === "stage" || type === "step" || type === "epoch" || type === "scored")
    .map((event) => ({ ...event, milliseconds: 0 }));

async function tableOf(classifier: Classifier) {
  return (await classifier.trainer.read()).get("table")?.data;
}

async function runAll(classifier: Classifier, folder?: Folder) {
  const events: TrainRunEvent[] = [];
  for await (const e of trainAndScore(classifier, request, never, folder ? { training: keeper(folder) } : {})) events.push(e);
  return events;
}

describe("left after any event", () => {
  it("goes on to the same weights, and tells the same curve and scores", async () => {
    const unbroken = linearClassifier();
    const all = await runAll(unbroken);
    const steps = all.filter((e) => e.type === "step").length;
    expect(steps).toBe(3 + 2 * 5);
    for (let stop = 1; stop < all.length; stop++) {
      const folder = memoryFolder();
      let seen = 0;
      for await (const _ of trainAndScore(linearClassifier(), request, never, { training: keeper(folder) }))
        if (++seen === stop) break;
      const classifier = linearClassifier();
      const events = await runAll(classifier, folder);
      expect(timeless(events), `left after event ${stop}`).toEqual(timeless(all));
      expect(await tableOf(classifier), `left after event ${stop}`).toEqual(await tableOf(unbroken));
    }
  });

  it("and again at the remark of a way of training, loses no event of the curve", async () => {
    const prepared = {
      stage: { id: "synthetic", examples: request.few, epochs: 2, batches: 2 },
      remarks: ["It made no texts."],
    } as const;
    const sitting = async (folder: Folder | undefined, leave: (event: TrainRunEvent, at: number) => boolean) => {
      const events: TrainRunEvent[] = [];
      const keepers = folder ? { training: keeper(folder) } : {};
      for await (const e of trainAndScore(linearClassifier(), asked, never, keepers, prepared)) {
        events.push(e);
        if (leave(e, events.length)) break;
      }
      return events;
    };
    const asked: TrainRequest = {
      ...request,
      synthetic: [],
      training: { method: { kind: "tmix", alpha: 16, layers: [12] }, size: 20 },
    };
    const whole = await sitting(undefined, () => false);
    for (let stop = 1; stop < whole.length; stop++) {
      const folder = memoryFolder();
      await sitting(folder, (_, at) => at === stop);
      await sitting(folder, ({ type }) => type === "remark");
      expect(timeless(await sitting(folder, () => false)), `left after event ${stop}`).toEqual(timeless(whole));
    }
  });

  it("an abort keeps it too, and what goes on says after which step", async () => {
    const folder = memoryFolder();
    const controller = new AbortController();
    const left = async () => {
      for await (const event of trainAndScore(linearClassifier(), request, controller.signal, { training: keeper(folder) })) {
        if (event.type === "step" && event.stage === "synthetic" && event.step === 3) controller.abort();
      }
    };
    await expect(left()).rejects.toThrow(expect.objectContaining({ code: "aborted" }));
    const events = await runAll(linearClassifier(), folder);
    expect(events.find((e) => e.type === "resumed")).toEqual({ type: "resumed", stage: "synthetic", step: 3 });
  });

  it("twice is once", async () => {
    const folder = memoryFolder();
    for (const most of [6, 30]) {
      let seen = 0;
      for await (const e of trainAndScore(linearClassifier(), request, never, { training: keeper(folder) })) {
        if (e.type === "step" && ++seen === most / 3) break;
      }
    }
    const unbroken = linearClassifier();
    const all = await runAll(unbroken);
    const classifier = linearClassifier();
    expect(timeless(await runAll(classifier, folder))).toEqual(timeless(all));
    expect(await tableOf(classifier)).toEqual(await tableOf(unbroken));
  });
});

describe("what is kept", () => {
  async function leave(folder: Folder, steps: number) {
    for await (const event of trainAndScore(linearClassifier(), request, never, { training: keeper(folder) })) {
      if (event.type === "step" && event.stage === "synthetic" && event.step === steps) break;
    }
  }

  it("is of that request alone", async () => {
    const folder = memoryFolder();
    await leave(folder, 2);
    expect(await keeper(folder, "another").find()).toBeUndefined();
    expect((await keeper(folder).find())?.checkpoint.position).toMatchObject({ stage: "synthetic", step: 2, epochs: 0 });
  });

  it("takes nothing from another training that was left in its place, nor from a damaged one", async () => {
    const other = { ...request, few: tokenExamples(5, 11), synthetic: tokenExamples(40, 12) };
    const unbroken = linearClassifier();
    await runAll(unbroken);
    for (const damage of [false, true]) {
      const folder = memoryFolder();
      for await (const e of trainAndScore(linearClassifier(), other, never, {
        training: keeper(folder, damage ? "key" : "another"),
      })) {
        if (e.type === "epoch" && e.stage === "synthetic") break;
      }
      if (damage) folder.files.set("state.safetensors", new Blob(["damaged, and longer than eight bytes"]));
      for await (const e of trainAndScore(linearClassifier(), request, never, { training: keeper(folder) })) {
        if (e.type === "epoch" && e.stage === "synthetic") break;
      }
      const kept = await keeper(folder).find();
      const [best] = kept?.checkpoint.best ?? [];
      const fresh = memoryFolder();
      for await (const e of trainAndScore(linearClassifier(), request, never, { training: keeper(fresh) })) {
        if (e.type === "epoch" && e.stage === "synthetic") break;
      }
      const [expected] = (await keeper(fresh).find())?.checkpoint.best ?? [];
      expect(await best?.read()).toEqual(await expected?.read());
    }
  });

  it("the key follows from all that decides the weights, and from nothing else", async () => {
    const key = await trainingKey(request, "wasm", ["a"]);
    expect(await trainingKey({ ...request, save: "elsewhere" }, "wasm", ["a"])).toBe(key);
    const others = [
      trainingKey(request, "webgpu", ["a"]),
      trainingKey(request, "wasm", ["b"]),
      trainingKey({ ...request, config: { ...request.config, seed: 8 } }, "wasm", ["a"]),
      trainingKey({ ...request, synthetic: request.synthetic.slice(1) }, "wasm", ["a"]),
      trainingKey({ ...request, syntheticEpochs: 3 }, "wasm", ["a"]),
    ];
    expect(new Set([key, ...(await Promise.all(others))]).size).toBe(6);
  });

  it("stays whole when the next cannot be written, and the training says so and ends well", async () => {
    const folder = memoryFolder();
    await leave(folder, 2);
    const before = [...folder.files.values()];
    folder.room = 10;
    await leave(folder, 4);
    expect([...folder.files.values()]).toEqual(before);
    const classifier = linearClassifier();
    const unbroken = linearClassifier();
    await runAll(unbroken);
    await runAll(classifier, folder);
    expect(await tableOf(classifier)).toEqual(await tableOf(unbroken));
  });

  it.each([
    ["cut short", (file: Blob) => file.slice(0, file.size - 40)],
    ["another file", () => new Blob(["nonsense that is longer than eight bytes"])],
    ["empty", () => new Blob([])],
  ])("is nothing when its file is %s", async (_, damage) => {
    const folder = memoryFolder();
    await leave(folder, 2);
    for (const name of await folder.names()) {
      const file = folder.files.get(name) as Blob;
      folder.files.set(name, damage(file));
      expect(await keeper(folder).find(), name).toBeUndefined();
      folder.files.set(name, file);
    }
    expect(await keeper(folder).find()).toBeDefined();
  });

  it("is gone once it is cleared", async () => {
    const folder = memoryFolder();
    await leave(folder, 2);
    await keeper(folder).clear();
    expect(folder.files.size).toBe(0);
  });
});

describe("the record of who computed", () => {
  const onGpu = (over: Partial<Classifier["trainer"]>): Classifier => {
    const classifier = linearClassifier();
    return { ...classifier, trainer: { ...classifier.trainer, device: "webgpu", ...over } };
  };
  const remarks = (events: readonly TrainRunEvent[]) => events.flatMap((e) => (e.type === "remark" ? [e.text] : []));

  it("stands in the run where there was a choice, and says when it is another one that resumes", async () => {
    const folder = memoryFolder();
    for await (const e of trainAndScore(onGpu({ path: "program" }), request, never, { training: keeper(folder) })) {
      if (e.type === "step" && e.step === 2) break;
    }
    expect(remarks(await runAll(onGpu({ path: "onnxruntime" }), folder))).toEqual([
      "Training on WebGPU was computed by onnxruntime.",
      "The training was begun by a program of Clinfuse's own kernels and resumes by onnxruntime: their numbers differ by rounding.",
    ]);
    expect(remarks(await runAll(linearClassifier()))).toEqual([]);
  });

  it("says once why onnxruntime took over on the way", async () => {
    const { trainer } = linearClassifier();
    let steps = 0;
    const moving: Classifier["trainer"] = {
      ...trainer,
      device: "webgpu",
      path: "program",
      get note() {
        return steps > 4 ? "onnxruntime trains in the place of a program: it is too long" : undefined;
      },
      step(batch, options) {
        steps++;
        return trainer.step(batch, options);
      },
    };
    expect(remarks(await runAll({ ...linearClassifier(), trainer: moving }))).toEqual([
      "Training on WebGPU was computed by a program of Clinfuse's own kernels.",
      "Onnxruntime trains in the place of a program: it is too long.",
    ]);
  });
});

it("says that class weights count for nothing where any number of labels may be right, and only there", async () => {
  const text = "the patient had fever";
  const [first, second] = hoc.labels.map(({ id }): SentenceExample => ({ kind: "sentence", text, labels: [id] }));
  const rows = [first, second] as SentenceExample[];
  const weighed = { ...request.config, classWeights: "balanced" as const };
  const remarksOf = async (task: Task, change: Partial<TrainRequest>) => {
    const found: string[] = [];
    const asked = { ...request, config: weighed, fewEpochs: 1, syntheticEpochs: 1, ...change };
    for await (const e of trainAndScore(linearClassifier(task), asked, never)) if (e.type === "remark") found.push(e.text);
    return found;
  };
  const ofHoc = { task: "hoc", few: rows, synthetic: [], validation: rows, test: rows };
  expect(await remarksOf(hoc, ofHoc)).toEqual([
    expect.stringMatching(/^Balanced class weights count for nothing here: HOC asks/),
  ]);
  expect(await remarksOf(hoc, { ...ofHoc, config: request.config })).toEqual([]);
  expect(await remarksOf(bc5cdrDisease, {})).toEqual([]);
});
