// Services that a test controls: notebooks in memory, workers whose streams give what the test lays out. The data alone are really read.

import { rng } from "../../src/base/rng.ts";
import type { Notebook } from "../../src/experiment/notebook.ts";
import { conflicts, patched } from "../../src/experiment/notebook-patch.ts";
import type { TrainedState } from "../../src/experiment/steps.ts";
import { readDataset } from "../../src/formats/dataset.ts";
import type { AttemptEntry, WritingEvent } from "../../src/generate/log.ts";
import { plannedDraws } from "../../src/generate/planned-draws.ts";
import type { RunConfig } from "../../src/generate/run-config.ts";
import { writerOf } from "../../src/generate/sources.ts";
import { capsuleProcedures } from "../../src/procedures/capsules.ts";
import { lookupProcedures } from "../../src/procedures/graph-lookup.ts";
import type { NotebookNews } from "../../src/store/notebook.ts";
import { taskOf } from "../../src/tasks/catalogue.ts";
import type { StageId } from "../../src/train/train-config.ts";
import type { ModelOnDisk, Services } from "../../src/ui/services.ts";
import type { ScopePolicy } from "../../src/workers/held-policy.ts";
import type { SeenRequest } from "../../src/workers/seen-requests.ts";
import { memoryArenas } from "../unit/experiment/memory-arenas.ts";
import { memoryProducts } from "../unit/experiment/memory-products.ts";
import { fakeAnalyse } from "./fake-analyse.ts";
import { fakeBatches } from "./fake-batches.ts";
import { entry, names, token, topic } from "./fake-examples.ts";
import { fakeGraphs } from "./fake-graphs.ts";
import { type FakeLibrary, fakeLibrary, rows } from "./fake-library.ts";
import { type FakeDevice, fakeDevice } from "./fake-measure.ts";
import { guardedScopes } from "./fake-policies.ts";
import { memoryCapsules, memoryTasks, starterFiles } from "./fake-stores.ts";
import { dynamics, recipe, stage, unasked } from "./fake-training.ts";

const wait = (milliseconds: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    });
  });

export const models: readonly ModelOnDisk[] = [
  {
    id: "smollm2-135m-instruct",
    kind: "language-model",
    name: "SmolLM2-135M-Instruct, Q4_1",
    licence: "Apache-2.0",
    homepage: "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    isShipped: true,
    bytes: 98_362_432,
    missing: [],
  },
  {
    id: "all-minilm-l6-v2",
    kind: "encoder",
    name: "all-MiniLM-L6-v2",
    licence: "Apache-2.0",
    homepage: "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    isShipped: true,
    bytes: 91_567_083,
    missing: [],
  },
];

export interface Fake extends FakeLibrary {
  readonly services: Services;
  readonly saved: Map<string, Notebook>;
  /** Entries per run id; generate appends to it. */
  readonly log: Map<string, AttemptEntry[]>;
  /** Choices that runs were begun with. */
  readonly begun: Map<string, RunConfig>;
  /** Events that a run tells before its first entry. */
  writing: readonly WritingEvent[];
  /** Milliseconds between events. */
  pace: number;
  models: readonly ModelOnDisk[];
  /** Requests of the generate worker before the page looked. */
  requests: readonly SeenRequest[];
  policies: readonly ScopePolicy[];
  canaries: Awaited<ReturnType<Services["canaries"]>>;
  /** Answer to who looks at an attempt token by token. */
  watched: Awaited<ReturnType<Services["generate"]["watchAttempt"]>>;
  readonly device: FakeDevice;
  /** Where a training was left. */
  leftOff: { readonly stage: StageId; readonly step: number } | undefined;
  /** State of trained models that are not whole. */
  readonly lost: Map<string, TrainedState>;
  /** No trained model can be stored. */
  isFull: boolean;
  /** As another tab tells. */
  tell: (news: NotebookNews) => void;
  /** Trained models that were deleted. */
  readonly deleted: string[];
  /** Types that each imported graph was cut to, if any. */
  readonly cutTo: (readonly string[] | undefined)[];
  /** Model files that were handed in. */
  readonly kept: string[];
  /** Errors of the next call of a procedure, by its name. */
  readonly failures: Map<string, unknown>;
}

export function fakeServices(...notebooks: readonly Notebook[]): Fake {
  const saved = new Map(notebooks.map((n) => [n.id, n]));
  const check = (name: string) => {
    const error = fake.failures.get(name);
    fake.failures.delete(name);
    if (error) throw error;
  };
  const fake: Fake = {
    services: undefined as never,
    device: fakeDevice(check),
    saved,
    log: new Map(),
    begun: new Map(),
    writing: [],
    pace: 1,
    models,
    rows,
    asked: [],
    requests: [],
    policies: guardedScopes,
    watched: { kind: "unable" },
    canaries: (["page", "generate worker", "train worker", "models worker", "analyse worker"] as const).map((scope) => ({
      scope,
      outcome: "refused" as const,
    })),
    cutTo: [],
    kept: [],
    leftOff: undefined,
    lost: new Map(),
    isFull: false,
    tell: () => undefined,
    deleted: [],
    failures: new Map(),
  };
  const products = memoryProducts();
  const lookup = lookupProcedures({ graphs: async () => (await starterFiles).store });
  const services: Services = {
    measure: fake.device.client,
    analyse: fakeAnalyse(check, products),
    generate: {
      policy: async () => undefined,
      canary: async () => "refused" as const,
      async *requests() {
        yield fake.requests;
        await new Promise(() => undefined);
      },
      async readData({ task, files, seed }) {
        check("readData");
        return readDataset(taskOf(task), new Map(Object.entries(files)), rng("dataset", seed));
      },
      ...fakeGraphs(fake, check, (signal) => wait(fake.pace, signal)),
      countTopics: async () => 1520,
      ...fakeBatches(fake.log, products),
      findNodes: (argument, signal = new AbortController().signal) => lookup.findNodes(argument, signal),
      nodeCard: (argument, signal = new AbortController().signal) => lookup.nodeCard(argument, signal),
      nodePath: (argument, signal = new AbortController().signal) => lookup.nodePath(argument, signal),
      async *keepModelFile({ model, name, picked }, signal) {
        check("keepModelFile");
        yield { done: 1, total: 2 };
        await wait(fake.pace, signal);
        fake.kept.push(`${model}/${name} from ${picked.name}`);
        fake.models = fake.models.map((m) => (m.id === model ? { ...m, missing: m.missing.filter((f) => f !== name) } : m));
      },
      async engines() {
        check("engines");
        const fast = { id: "fast", name: "fast" };
        const engines = [
          { ...fast, about: "Many requests together." },
          { id: "slow", name: "slow", about: "One request at a time." },
        ];
        return { automatic: { ...fast, reason: "it writes many examples at once" }, engines };
      },
      async *openModel({ model, engine }, signal) {
        check("openModel");
        yield { type: "progress", what: "Loading SmolLM2", done: 40e6, total: 98e6 };
        await wait(fake.pace, signal);
        const came = engine === "auto" ? "fast" : engine;
        const info = { id: `${came}/${model}`, engine: came, contextTokens: 2048, slots: 1, runsOn: "2 WASM threads" };
        yield { type: "opened", model: info };
      },
      async *gatherKnowledge({ task }, signal) {
        check("gatherKnowledge");
        await wait(fake.pace, signal);
        const topics = Array.from({ length: 60 }, (_, i) => ({
          ...topic(i),
          entities: [{ id: `D${i}`, name: `${names[i % 7]}`, type: "Disease" }],
        }));
        const styles = ["medical literature", "patient-doctor dialogues"].map((name) => ({ name, source: "paper" as const }));
        yield {
          type: "gathered",
          knowledge: { topics: Object.fromEntries(taskOf(task).labels.map(({ id }) => [id, topics])), styles, lexicon: names },
        };
      },
      async *generate({ config }, signal) {
        check("generate");
        const { model = "fast/" } = writerOf(config.source) ?? {};
        const id = model.startsWith("fast/") ? `run-${config.seed}` : `run-${config.seed}-${model}`;
        const log = fake.log.get(id) ?? [];
        fake.log.set(id, log);
        fake.begun.set(id, config);
        yield { type: "opened", run: id, next: log.length, accepted: 0, rejected: {} };
        for (const event of fake.writing) {
          yield event;
          await wait(fake.pace, signal);
        }
        while (log.filter((e) => e.type === "accepted").length < config.size) {
          await wait(fake.pace, signal);
          check("attempt");
          const next = entry(log.length);
          log.push(next);
          yield next;
        }
        yield { type: "finished", accepted: config.size, attempts: log.length };
      },
      plannedDraws: async (request) => plannedDraws(request),
      async writeAgain({ index }, signal) {
        check("writeAgain");
        await wait(fake.pace, signal);
        return token(`Another text for attempt ${index} tells of migraine .`, "migraine");
      },
      async watchAttempt() {
        check("watchAttempt");
        await wait(fake.pace, new AbortController().signal);
        return fake.watched;
      },
      async *readRun({ id }) {
        yield* fake.log.get(id) ?? [];
      },
      async deleteRun({ notebook }) {
        check("deleteRun");
        saved.delete(notebook);
      },
    },
    train: {
      policy: async () => undefined,
      canary: async () => "refused" as const,
      async *requests() {
        yield [];
      },
      devices: async () => [
        { device: "webgpu", available: false, reason: "This browser has no graphics adapter." },
        { device: "wasm", available: true, reason: "2 threads." },
      ],
      async *train(request, signal) {
        check("train");
        yield { type: "device", device: "wasm", reason: "No graphics adapter, so the processor trains, on 2 threads." };
        yield { type: "compiling", tokens: 64 };
        const { leftOff } = fake;
        fake.leftOff = { stage: "few", step: 7 }; // until it came to its end
        if (leftOff) yield { type: "resumed", ...leftOff };
        yield* stage("few", 20, 1, request.test, () => wait(fake.pace, signal));
        if (request.training) yield { type: "remark", text: `Stage II was ${request.training.method.kind}.` };
        const second = request.training || request.synthetic.length > 0;
        if (second) yield* stage("synthetic", 6, 4, request.test, () => wait(fake.pace, signal));
        fake.leftOff = undefined;
        if (fake.isFull) yield { type: "not-saved", model: request.save, code: "quota-exceeded", why: "There is no room." };
        else yield { type: "saved", model: request.save, bytes: 91e6 };
      },
      recipe: async () => recipe,
      async *features({ stage: request, examples, wanted }, signal) {
        if (wanted !== "data-map") throw new Error("no source of these tests has rounds");
        yield* stage("few", 20, 1, request.test, () => wait(fake.pace, signal));
        yield { type: "data-map", epochs: [1, 2].map((epoch) => dynamics(epoch, examples.length)) };
      },
      fill: unasked("no source of these tests fills masked places"),
      leftOff: async () => fake.leftOff,
      async forgetTraining() {
        fake.leftOff = undefined;
      },
      async *predict({ examples }) {
        check("predict");
        yield { type: "loading", done: 1, total: 1 };
        yield { type: "predicted", done: 1, examples: examples.map((e) => (e.kind === "token" ? token(e.text, "asthma") : e)) };
      },
      trainedModels: async () => [{ id: "done", bytes: 91e6 }],
      trainedState: async ({ model }) => fake.lost.get(model) ?? { kind: "whole" },
      async saveTrained({ model }) {
        check("saveTrained");
        return { model, bytes: 91e6 };
      },
      async sweepTrained({ models: places }) {
        const named = [...saved.values()].map((n) => n.training?.model);
        for (const model of new Set(places)) if (!named.includes(model)) fake.deleted.push(model);
      },
      trainedFiles: async () => ({ "config.json": new Blob(["{}"]), "model.safetensors": new Blob(["weights"]) }),
      onnxFiles: async () => ({ "config.json": new Blob(["{}"]), "onnx/model.onnx": new Blob(["graph and weights"]) }),
      pageModel: async () => ({
        files: { "config.json": new Blob(["{}"]), "model.safetensors": new Blob(["halves"]) },
        rounding: { precision: "float16", compared: 2, changed: 0, largest: 0.001 },
      }),
      async deleteTrained({ model }) {
        fake.deleted.push(model);
      },
    },
    notebooks: {
      list: async () => {
        check("list");
        return [...saved.values()].sort((a, b) => b.updatedAt - a.updatedAt);
      },
      get: async (id) => saved.get(id),
      put: async (notebook) => {
        check("put");
        saved.set(notebook.id, structuredClone({ ...notebook, version: 1 }));
      },
      async change(base, patch) {
        check("put");
        const there = saved.get(base.id);
        if (!there) return { kind: "deleted" };
        if (there.version !== base.version && conflicts(there, base, patch)) return { kind: "outdated", notebook: there };
        const notebook = structuredClone({ ...patched(there, patch), version: (there.version ?? 0) + 1 });
        saved.set(base.id, notebook);
        return { kind: "written", notebook };
      },
      watch: (listener) => {
        fake.tell = listener;
      },
    },
    products,
    capsules: memoryCapsules(fake, products),
    capsuleOpener: () => ({
      close: () => undefined,
      procedures: {
        policy: async () => undefined,
        canary: async () => "refused" as const,
        async *requests() {
          await new Promise(() => undefined);
        },
        openCapsule: (argument, signal = new AbortController().signal) =>
          capsuleProcedures({ capsules: async () => memoryCapsules(fake, products) }).openCapsule(argument, signal),
      },
    }),
    arenas: memoryArenas(),
    tasks: memoryTasks(),
    library: fakeLibrary(fake, check),
    models: async () => fake.models,
    policies: async () => fake.policies,
    canaries: async () => fake.canaries,
    wipe: async () => {
      check("wipe");
      saved.clear();
    },
  };
  return Object.assign(fake, { services });
}
