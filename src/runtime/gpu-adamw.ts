// AdamW on a GPU: WGSL kernels that add up looked-up rows, take the gradient's norm and update weights in place. Knows no onnxruntime.

import { beta1, beta2, clipEpsilon, epsilon } from "./trainer/adamw.ts";
import type { StepOptions } from "./trainer.ts";

const lanes = 256; // threads of a workgroup
const maxGroups = 65535; // WebGPU's limit along one axis
/** Numbers that one workgroup adds up for the norm, where the parameter has more than one workgroup of them. */
const normShare = 16 * lanes;
const maxNormGroups = 64;

const code = /* wgsl */ `
struct Sizes { size: u32, threads: u32, columns: u32, firstPartial: u32, vector: u32 }
struct Step { keep: f32, keepVector: f32, rate: f32, root: f32, clip: f32, partials: u32 }

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> first: array<f32>;
@group(0) @binding(4) var<storage, read_write> second: array<f32>;
@group(0) @binding(5) var<storage, read> gradient: array<f32>;
@group(0) @binding(6) var<storage, read_write> norm: array<f32, 2>; // the norm, and the factor that clips it
@group(0) @binding(7) var<storage, read_write> partials: array<f32>;
@group(0) @binding(8) var<storage, read> rows: array<i32>;
@group(0) @binding(9) var<storage, read_write> table: array<f32>;

var<workgroup> shared_: array<f32, ${lanes}>;

fn sum(lane: u32, own: f32) -> f32 {
  shared_[lane] = own;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { shared_[lane] += shared_[lane + half]; }
    workgroupBarrier();
  }
  return shared_[0];
}

@compute @workgroup_size(${lanes})
fn squares(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32,
           @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var own = 0.0;
  for (var i = id.x; i < sizes.size; i += groups.x * ${lanes}u) { own += gradient[i] * gradient[i]; }
  let total = sum(lane, own);
  if (lane == 0u) { partials[sizes.firstPartial + group.x] = total; }
}

@compute @workgroup_size(${lanes})
fn total(@builtin(local_invocation_index) lane: u32) {
  var own = 0.0;
  for (var i = lane; i < step.partials; i += ${lanes}u) { own += partials[i]; }
  let length = sqrt(sum(lane, own));
  if (lane == 0u) {
    norm[0] = length;
    norm[1] = select(1.0, min(1.0, step.clip / (length + ${clipEpsilon})), step.clip > 0.0);
  }
}

@compute @workgroup_size(${lanes})
fn update(@builtin(global_invocation_id) id: vec3u) {
  let keep = select(step.keep, step.keepVector, sizes.vector == 1u);
  for (var i = id.x; i < sizes.size; i += sizes.threads) {
    let g = gradient[i] * norm[1];
    let m = ${beta1} * first[i] + ${1 - beta1} * g;
    let v = ${beta2} * second[i] + ${1 - beta2} * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] = weights[i] * keep - step.rate * m / (sqrt(v) * step.root + ${epsilon});
  }
}

// Another part's gradient onto the sum of the parts before it.
@compute @workgroup_size(${lanes})
fn accumulate(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < sizes.size; i += sizes.threads) { table[i] += gradient[i]; }
}

// One thread for each column goes over the rows in their order: no two threads meet, and equal rows add up in the same order each time.
@compute @workgroup_size(${lanes})
fn addRows(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= sizes.columns) { return; }
  for (var i = 0u; i < arrayLength(&rows); i++) {
    let to = u32(rows[i]) * sizes.columns + id.x;
    table[to] += gradient[i * sizes.columns + id.x];
  }
}
`;

/** A parameter on the GPU. */
export interface GpuParameter {
  readonly weights: GPUBuffer;
  readonly size: number;
  /** Numbers in a row of a table; undefined where the gradient comes as dense as the parameter. */
  readonly columns: number | undefined;
  /** A bias or a LayerNorm's. */
  readonly vector: boolean;
}

/** A gradient as it comes: dense, or for the rows looked up, whose int32 indices then come too. */
export interface GpuGradient {
  readonly buffer: GPUBuffer;
  readonly rows?: Int32Array<ArrayBuffer>;
  /** Dense gradient of a table that is read as a whole too. */
  readonly dense?: GPUBuffer;
}

export interface GpuAdamW {
  /**
   * Takes the gradients of a batch's part, in the parameters' order. Of the first part those that are dense become the sum, and must live until
   * `step`; the others may go at once.
   */
  add(gradients: readonly GpuGradient[], first: boolean): void;
  /** Updates every parameter by the sum of the parts. Gives the norm before clipping. */
  step(options: StepOptions): Promise<number>;
  /** Zeroes the moments and the count of steps. */
  reset(): void;
  /** Taken since the moments were zero; to be set when they are written from outside. */
  steps: number;
  /** The moments' buffers, in the parameters' order. */
  readonly moments: readonly { readonly first: GPUBuffer; readonly second: GPUBuffer }[];
  close(): void;
}

interface State {
  readonly parameter: GpuParameter;
  readonly sizes: GPUBuffer;
  readonly first: GPUBuffer;
  readonly second: GPUBuffer;
  readonly table: GPUBuffer | undefined;
  readonly normGroups: number;
  readonly updateGroups: number;
}

/** A buffer that kernels and onnxruntime read and write; bytes rounded up as onnxruntime wants them. */
export function storage(device: GPUDevice, bytes: number): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  return device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage });
}

function uniform(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
}

export function gpuAdamW(device: GPUDevice, parameters: readonly GpuParameter[]): GpuAdamW {
  const dispatch = kernels(device);
  let count = 0; // of partial sums
  const states = parameters.map((parameter): State => {
    const state = stateOf(device, parameter, count);
    count += state.normGroups;
    return state;
  });
  const step = uniform(device, 24);
  const partials = storage(device, count * 4);
  const norm = storage(device, 8);
  const read = device.createBuffer({ size: 8, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  let sum: readonly GPUBuffer[] | undefined;
  return {
    steps: 0,
    moments: states,
    add(gradients, first) {
      sum = addPart(device, dispatch, states, gradients, first ? undefined : sum);
    },
    async step(options) {
      const dense = sum;
      if (!dense) throw new Error("gpuAdamW: no gradients were added");
      sum = undefined;
      writeStep(device, step, ++this.steps, options, count);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const [i, { sizes, normGroups }] of states.entries()) {
        dispatch(pass, "squares", normGroups, { 0: sizes, 5: dense[i] as GPUBuffer, 7: partials });
      }
      dispatch(pass, "total", 1, { 1: step, 6: norm, 7: partials });
      for (const [i, { parameter, sizes, first, second, updateGroups }] of states.entries()) {
        const buffers = { 0: sizes, 1: step, 2: parameter.weights, 3: first, 4: second, 5: dense[i] as GPUBuffer, 6: norm };
        dispatch(pass, "update", updateGroups, buffers);
      }
      pass.end();
      encoder.copyBufferToBuffer(norm, 0, read, 0, 8);
      device.queue.submit([encoder.finish()]);
      await read.mapAsync(GPUMapMode.READ);
      const [length = Number.NaN] = new Float32Array(read.getMappedRange());
      read.unmap();
      return length;
    },
    reset() {
      const encoder = device.createCommandEncoder();
      for (const { first, second } of states) for (const buffer of [first, second]) encoder.clearBuffer(buffer);
      device.queue.submit([encoder.finish()]);
      this.steps = 0;
    },
    close() {
      for (const buffer of [step, partials, norm, read]) buffer.destroy();
      for (const { sizes, first, second, table } of states) for (const buffer of [sizes, first, second, table]) buffer?.destroy();
    },
  };
}

/** Adds a part's gradients to the sum of those before it, or begins the sum with them. */
function addPart(
  device: GPUDevice,
  dispatch: Dispatch,
  states: readonly State[],
  gradients: readonly GpuGradient[],
  sum: readonly GPUBuffer[] | undefined,
): readonly GPUBuffer[] {
  const encoder = device.createCommandEncoder();
  if (!sum) for (const { table } of states) if (table) encoder.clearBuffer(table);
  const pass = encoder.beginComputePass();
  const indices: GPUBuffer[] = [];
  const sums = states.map(({ parameter, sizes, table, updateGroups }, i) => {
    const { buffer, rows, dense } = gradients[i] as GpuGradient;
    if (table && dense) dispatch(pass, "accumulate", updateGroups, { 0: sizes, 5: dense, 9: table });
    if (table && rows) {
      const index = rowsBuffer(device, rows);
      indices.push(index);
      dispatch(pass, "addRows", Math.ceil((parameter.columns ?? 0) / lanes), { 0: sizes, 5: buffer, 8: index, 9: table });
      return table;
    }
    const before = sum?.[i];
    if (before) dispatch(pass, "accumulate", updateGroups, { 0: sizes, 5: buffer, 9: before });
    return before ?? buffer;
  });
  pass.end();
  device.queue.submit([encoder.finish()]);
  for (const buffer of indices) buffer.destroy();
  return sums;
}

const kernelNames = ["squares", "total", "update", "accumulate", "addRows"] as const;
type Kernel = (typeof kernelNames)[number];
type Dispatch = (
  pass: GPUComputePassEncoder,
  kernel: Kernel,
  groups: number,
  buffers: Readonly<Record<number, GPUBuffer>>,
) => void;

/** Runs a kernel on that many workgroups; `buffers` by binding. */
function kernels(device: GPUDevice): Dispatch {
  const module = device.createShaderModule({ code });
  const pipelines = new Map<Kernel, GPUComputePipeline>();
  for (const entryPoint of kernelNames) {
    pipelines.set(entryPoint, device.createComputePipeline({ layout: "auto", compute: { module, entryPoint } }));
  }
  return (pass, kernel, groups, buffers) => {
    const pipeline = pipelines.get(kernel) as GPUComputePipeline;
    const entries = Object.entries(buffers).map(([binding, buffer]) => ({ binding: Number(binding), resource: { buffer } }));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(groups);
  };
}

function rowsBuffer(device: GPUDevice, rows: Int32Array<ArrayBuffer>): GPUBuffer {
  const buffer = device.createBuffer({ size: rows.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, rows);
  return buffer;
}

function stateOf(device: GPUDevice, parameter: GpuParameter, firstPartial: number): State {
  const { size, columns, vector } = parameter;
  const updateGroups = Math.min(maxGroups, Math.ceil(size / lanes));
  const sizes = uniform(device, 20);
  device.queue.writeBuffer(sizes, 0, Uint32Array.of(size, updateGroups * lanes, columns ?? 0, firstPartial, Number(vector)));
  return {
    parameter,
    sizes,
    first: storage(device, size * 4),
    second: storage(device, size * 4),
    table: columns === undefined ? undefined : storage(device, size * 4),
    normGroups: Math.min(maxNormGroups, Math.ceil(size / normShare)),
    updateGroups,
  };
}

function writeStep(device: GPUDevice, buffer: GPUBuffer, step: number, options: StepOptions, partials: number): void {
  const { learningRate, weightDecay, decayVectors = true, clipNorm } = options;
  const bytes = new ArrayBuffer(24);
  const keep = 1 - learningRate * weightDecay;
  new Float32Array(bytes).set([
    keep,
    decayVectors ? keep : 1,
    learningRate / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
    clipNorm,
  ]);
  new Uint32Array(bytes)[5] = partials;
  device.queue.writeBuffer(buffer, 0, bytes);
}
