// A trainer on the GPU: weights, gradients and moments stay there; only the loss, the norm and logits come back. Knows no model.

import type * as Ort from "onnxruntime-web";
import { mutex } from "../../base/async.ts";
import { ClinfuseError } from "../../base/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Weight, Weights } from "../../weights/weight.ts";
import { type GpuAdamW, type GpuGradient, gpuAdamW, storage } from "../gpu-adamw.ts";
import { type Gpu, gpu } from "../gpu-device.ts";
import { unlessFault } from "../gpu-faults.ts";
import { loadOrt, ortError } from "../ort.ts";
import { type Feeds, type HostTensor, partsOf, type Trainer, type TrainerOptions } from "../trainer.ts";
import {
  type Between,
  inputsOf,
  type Outputs,
  outputOf,
  replacements,
  type Slot,
  type StatePart,
  stateTensors,
  stepOutputs,
  trainerSessions,
  type Use,
  weightOf,
  writeState,
} from "./trainer-sessions.ts";

interface GpuSlot extends Slot {
  readonly size: number;
  /** Behind the tensor; updated in place. */
  readonly buffer: GPUBuffer;
}

/** Errors: `no-webgpu`, `out-of-memory`, `device-lost`, `engine-failed`. */
export async function openWebGpuTrainer({ graphs, weights, onCompile }: TrainerOptions): Promise<Trainer> {
  const ort = await loadOrt("webgpu");
  const on = await gpu(ort);
  on.fault(); // an older one is no fault of this trainer
  const { device } = on;
  const failure = failureOf(on.lost);
  const vendor = <T>(call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      throw failure(error);
    });
  const { slots, trained, optimizer } = await upload(ort, device, { graphs, weights });
  const moments = new Map(optimizer.moments.map((both, i) => [trained[i]?.name, both]));
  const create = (model: Uint8Array, use: Use, graph: Graph) =>
    ort.InferenceSession.create(model, {
      executionProviders: ["webgpu"],
      graphOptimizationLevel: "all",
      ...(use === "inference" || use === "features" ? {} : { preferredOutputLocation: gradientsOnDevice(graph) }),
    });
  const partOf = ({ name, buffer }: GpuSlot, part: StatePart): GPUBuffer =>
    part === "weight" ? buffer : (moments.get(name) as (typeof optimizer.moments)[number])[part];
  const sessions = trainerSessions(graphs, create, (tokens) => onCompile?.(tokens));
  const run = async (use: Use, feeds: Feeds, between?: Between): Promise<Outputs> => {
    const { graph, session } = await sessions.for(use, feeds);
    return vendor(session.run(inputsOf(ort, graph, feeds, slots, between)));
  };
  const order = mutex();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => order.run(() => whole(on, task));
  return {
    device: "webgpu",
    path: "onnxruntime",
    ahead: 0,
    step: (batch, options) =>
      inTurn(async () => {
        let loss = 0;
        const held: Ort.Tensor[] = []; // the first part's gradients: the sum
        try {
          for (const [i, feeds] of partsOf(batch).entries()) {
            const outputs = await stepOutputs(graphs, feeds, run);
            loss += (outputs.loss as Ort.Tensor).data[0] as number;
            const { loss: _, ...gradients } = outputs;
            optimizer.add(trained.map(gradientOf(outputs, graphs.lookups, feeds)), i === 0);
            if (i === 0) held.push(...Object.values(gradients));
            else for (const gradient of Object.values(gradients)) gradient.dispose();
          }
          return { loss, gradientNorm: await vendor(optimizer.step(options)) };
        } finally {
          for (const gradient of held) gradient.dispose();
        }
      }),
    infer: (feeds) => inTurn(async () => outputOf(await run("inference", feeds), "logits")),
    features: (feeds) => inTurn(async () => outputOf(await run("features", feeds), "features")),
    read: () => inTurn(() => vendor(download(device, slots))),
    write: (replaced) =>
      inTurn(async () => {
        for (const [{ buffer }, data] of replacements(slots, replaced)) device.queue.writeBuffer(buffer, 0, data);
        optimizer.reset();
      }),
    state: async () => ({
      steps: optimizer.steps,
      tensors: stateTensors(trained, (slot, part) => inTurn(() => vendor(copyOf(device, partOf(slot, part), slot.size)))),
    }),
    restore: (state) =>
      inTurn(async () => {
        await writeState(trained, state, (slot, part, data) => device.queue.writeBuffer(partOf(slot, part), 0, data));
        optimizer.steps = state.steps;
      }),
    close: () =>
      order.run(async () => {
        await sessions.close();
        optimizer.close();
        for (const { buffer } of slots) buffer.destroy();
      }),
  };
}

/** The error of a call, as `device-lost` once the device is. */
const failureOf = (lost: () => string | undefined) => (error: unknown) =>
  lost() === undefined ? ortError(error) : new ClinfuseError("device-lost", `the GPU went away: ${lost()}`, {}, { cause: error });

/** The result of a task, unless the device was lost before it or memory ran out in it: onnxruntime computes on, with buffers that hold nothing. */
async function whole<T>({ lost, fault }: Gpu, task: () => Promise<T>): Promise<T> {
  if (lost() !== undefined) throw failureOf(lost)(undefined);
  return unlessFault(fault, task);
}

async function upload(
  ort: typeof Ort,
  device: GPUDevice,
  { graphs, weights }: Pick<TrainerOptions, "graphs" | "weights">,
): Promise<{ slots: GpuSlot[]; trained: GpuSlot[]; optimizer: GpuAdamW }> {
  const outOfMemory = (why: string) =>
    new ClinfuseError("out-of-memory", `the model does not fit into the GPU's memory: ${why}`, { what: why });
  const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const arrays = graphs.parameters.map(({ name, shape }) => weightOf(weights, name, shape));
  for (const [i, { byteLength }] of arrays.entries()) {
    if (byteLength > most) throw outOfMemory(`${graphs.parameters[i]?.name} has ${byteLength} bytes, one buffer holds ${most}`);
  }
  device.pushErrorScope("out-of-memory");
  const slots = graphs.parameters.map(({ name, shape }, i): GpuSlot => {
    const data = arrays[i] as Float32Array<ArrayBuffer>;
    const buffer = storage(device, data.byteLength);
    device.queue.writeBuffer(buffer, 0, data);
    const tensor = ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: shape });
    return { name, shape, size: data.length, buffer, tensor };
  });
  const trained = slots.filter(({ name }) => !graphs.frozen.has(name));
  const optimizer = gpuAdamW(
    device,
    trained.map(({ name, buffer, size, shape }) => ({
      weights: buffer,
      size,
      columns: name in graphs.lookups ? (shape[1] as number) : undefined,
      vector: shape.length < 2,
    })),
  );
  const error = await device.popErrorScope();
  if (error) throw outOfMemory(error.message);
  return { slots, trained, optimizer };
}

/** A parameter's; a table's with the rows that its input names. */
const gradientOf =
  (outputs: Outputs, lookups: Readonly<Record<string, string>>, feeds: Feeds) =>
  ({ name }: GpuSlot): GpuGradient => {
    const buffer = (outputs[`gradient:${name}`] as Ort.Tensor).gpuBuffer;
    const input = lookups[name];
    if (input === undefined) return { buffer };
    const dense = outputs[`dense:${name}`]?.gpuBuffer;
    return { buffer, rows: (feeds[input] as HostTensor).data as Int32Array<ArrayBuffer>, ...(dense ? { dense } : {}) };
  };

/** Every output but the loss. */
function gradientsOnDevice(graph: Graph): Record<string, "gpu-buffer"> {
  return Object.fromEntries(
    [...graph.outputs.keys()].filter((name) => name !== "loss").map((name) => [name, "gpu-buffer" as const]),
  );
}

async function download(device: GPUDevice, slots: readonly GpuSlot[]): Promise<Weights> {
  const copies = slots.map(async ({ name, shape, buffer, size }): Promise<[string, Weight]> => {
    return [name, { shape, data: await copyOf(device, buffer, size) }];
  });
  return new Map(await Promise.all(copies));
}

async function copyOf(device: GPUDevice, from: GPUBuffer, size: number): Promise<Float32Array<ArrayBuffer>> {
  const to = device.createBuffer({ size: size * 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, to, 0, size * 4);
  device.queue.submit([encoder.finish()]);
  await to.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(to.getMappedRange()).slice();
  to.destroy();
  return data;
}
