// Parameters of a model in a few large buffers, their gradients and moments likewise, and AdamW over them by three dispatches. Knows no graph.

import { sizeOf } from "../../graph/ops.ts";
import type { Parameter } from "../../graph/parameter.ts";
import { beta1, beta2, clipEpsilon, epsilon } from "../trainer/adamw.ts";
import type { StepOptions } from "../trainer.ts";
import type { ProgramDevice } from "./device.ts";
import { type Dispatch, encodeAll, type Span, storageBuffer, whole } from "./pipelines.ts";

const lanes = 256; // threads of a workgroup
const parts = 256; // sums of squares of a chunk
const maxGroups = 65535; // WebGPU's limit along one axis
const alignment = 256; // of an offset that a kernel binds
export const stepBytes = 32;

export interface Chunk {
  readonly weights: GPUBuffer;
  /** Absent for what does not train. */
  readonly trained?: {
    readonly gradient: GPUBuffer;
    /** AdamW's moments. */
    readonly first: GPUBuffer;
    readonly second: GPUBuffer;
    /** Index of the first number that belongs to a bias or a LayerNorm. */
    readonly vectorsFrom: number;
  };
}

export type ArenaPart = "weights" | "gradient" | "first" | "second";

export interface Arena {
  readonly chunks: readonly Chunk[];
  /** Undefined for the gradient and moments of what does not train. Throws an Error for a name that it does not hold. */
  span(part: ArenaPart, name: string): Span | undefined;
  close(): void;
}

/** Chunks of at most `most` bytes; what does not train lies apart. Throws an Error that names a parameter that is larger. */
export function arena(device: GPUDevice, parameters: readonly Parameter[], frozen: ReadonlySet<string>, most: number): Arena {
  const places = new Map<string, { readonly chunk: number; readonly offset: number; readonly size: number }>();
  const chunks: Chunk[] = [];
  const place = (some: readonly Parameter[], trains: boolean) => {
    for (let from = 0; from < some.length; ) {
      let [to, end, vectorsFrom] = [from, 0, 0];
      for (; to < some.length; to++) {
        const { name, shape } = some[to] as Parameter;
        const size = 4 * sizeOf(shape);
        if (size > most) throw new Error(`${name} has ${size} bytes, one buffer holds ${most}`);
        if (end + size > most) break;
        places.set(name, { chunk: chunks.length, offset: end, size });
        end = Math.ceil((end + size) / alignment) * alignment;
        if (shape.length > 1) vectorsFrom = end / 4;
      }
      const buffer = () => storageBuffer(device, Math.min(end, most));
      chunks.push({
        weights: buffer(),
        ...(trains ? { trained: { gradient: buffer(), first: buffer(), second: buffer(), vectorsFrom } } : {}),
      });
      from = to;
    }
  };
  const matricesFirst = (some: readonly Parameter[]) => some.toSorted((a, b) => rank(a) - rank(b));
  place(matricesFirst(parameters.filter(({ name }) => !frozen.has(name))), true);
  place(
    parameters.filter(({ name }) => frozen.has(name)),
    false,
  );
  return {
    chunks,
    span(part, name) {
      const found = places.get(name);
      if (!found) throw new Error(`no parameter is named ${name}`);
      const chunk = chunks[found.chunk] as Chunk;
      const buffer = part === "weights" ? chunk.weights : chunk.trained?.[part];
      return buffer && { buffer, offset: found.offset, size: found.size };
    },
    close() {
      for (const { weights, trained } of chunks) {
        for (const buffer of [weights, trained?.gradient, trained?.first, trained?.second]) buffer?.destroy();
      }
    },
  };
}

const rank = ({ shape }: Parameter) => Number(shape.length < 2);

const head = /* wgsl */ `
struct Step { keep: f32, keepVector: f32, rate: f32, root: f32, clip: f32 }
var<workgroup> sh: array<f32, ${lanes}>;
fn addAll(lane: u32, own: f32) -> f32 {
  sh[lane] = own;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { sh[lane] += sh[lane + half]; }
    workgroupBarrier();
  }
  return sh[0];
}
`;

const squares = (count: number, from: number) => /* wgsl */ `${head}
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3u) {
  var own = 0.0;
  for (var i = id.x; i < ${count}u; i += ${parts * lanes}u) { own += gradient[i] * gradient[i]; }
  let sum = addAll(lane, own);
  if (lane == 0u) { partials[${from}u + wid.x] = sum; }
}`;

const total = (count: number) => /* wgsl */ `${head}
@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(local_invocation_index) lane: u32) {
  var own = 0.0;
  for (var i = lane; i < ${count}u; i += ${lanes}u) { own += partials[i]; }
  let length = sqrt(addAll(lane, own));
  if (lane == 0u) {
    norm[0] = length;
    norm[1] = select(1.0, min(1.0, step.clip / (length + ${clipEpsilon})), step.clip > 0.0);
  }
}`;

const update = (count: number, vectorsFrom: number) => /* wgsl */ `${head}
@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> norm: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> first: array<f32>;
@group(0) @binding(5) var<storage, read_write> second: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < ${count}u; i += groups.x * ${lanes}u) {
    let g = gradient[i] * norm[1];
    let m = ${beta1} * first[i] + ${1 - beta1} * g;
    let v = ${beta2} * second[i] + ${1 - beta2} * g * g;
    first[i] = m;
    second[i] = v;
    let keep = select(step.keep, step.keepVector, i >= ${vectorsFrom}u);
    weights[i] = weights[i] * keep - step.rate * m / (sqrt(v) * step.root + ${epsilon});
  }
}`;

const accumulate = (count: number, first: boolean) => /* wgsl */ `
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < ${count}u; i += groups.x * ${lanes}u) { sums[i] ${first ? "=" : "+="} gradient[i]; }
}`;

/** Parts of a batch whose losses can come back with one step. */
export const mostParts = 1024;

export interface Optimizer {
  /** [norm before clipping, factor that clips], and room for the losses of `mostParts`. */
  readonly results: GPUBuffer;
  /** Adds the gradients to the sum of a batch's parts, or begins it with them. */
  accumulate(pass: GPUComputePassEncoder, first: boolean): void;
  /** One update by the gradients, or by the sum of the parts. Its numbers are those of `stepNumbers`, in the buffer it was opened with. */
  encode(pass: GPUComputePassEncoder, summed: boolean): void;
  /** Compiles what `accumulate` needs, once. */
  prepareSums(): Promise<void>;
  readonly dispatches: number;
  close(): void;
}

/** `step`: a buffer of `stepBytes` with the numbers of the step. */
export async function openOptimizer(
  { device, pipelines }: ProgramDevice,
  { chunks }: Arena,
  step: GPUBuffer,
): Promise<Optimizer> {
  const trained = chunks.flatMap(({ weights, trained: own }) => (own ? [{ weights, ...own }] : []));
  const results = storageBuffer(device, 8 + 4 * mostParts);
  const partials = storageBuffer(device, 4 * parts * Math.max(1, trained.length));
  const made = async (
    code: string,
    reads: readonly GPUBuffer[],
    writes: readonly GPUBuffer[],
    groups: number,
  ): Promise<Dispatch> => ({
    pipeline: await pipelines.compile(code, reads.length, writes.length),
    group: pipelines.group(reads.map(whole), writes.map(whole)),
    groups: [groups, 1, 1],
  });
  const groupsOf = (count: number) => Math.min(maxGroups, Math.ceil(count / lanes));
  const by = (gradients: readonly GPUBuffer[]) =>
    Promise.all([
      ...trained.map((_, i) => {
        const gradient = gradients[i] as GPUBuffer;
        return made(squares(gradient.size / 4, i * parts), [gradient], [partials], parts);
      }),
      made(total(parts * trained.length), [step, partials], [results], 1),
      ...trained.map(({ weights, first, second, vectorsFrom }, i) => {
        const gradient = gradients[i] as GPUBuffer;
        const count = gradient.size / 4;
        return made(update(count, vectorsFrom), [step, gradient, results], [weights, first, second], groupsOf(count));
      }),
    ]);
  const direct = await by(trained.map(({ gradient }) => gradient));
  let sums: { buffers: GPUBuffer[]; begin: Dispatch[]; add: Dispatch[]; update: Dispatch[] } | undefined;
  return {
    results,
    dispatches: direct.length,
    accumulate: (pass, first) => encodeAll(pass, (first ? sums?.begin : sums?.add) ?? []),
    encode: (pass, summed) => encodeAll(pass, summed ? (sums?.update ?? []) : direct),
    async prepareSums() {
      if (sums) return;
      const buffers = trained.map(({ gradient }) => storageBuffer(device, gradient.size));
      const adding = (first: boolean) =>
        Promise.all(
          trained.map(({ gradient }, i) => {
            const count = gradient.size / 4;
            return made(accumulate(count, first), [gradient], [buffers[i] as GPUBuffer], groupsOf(count));
          }),
        );
      sums = { buffers, begin: await adding(true), add: await adding(false), update: await by(buffers) };
    },
    close() {
      for (const buffer of [results, partials, ...(sums?.buffers ?? [])]) buffer.destroy();
    },
  };
}

/** Numbers of update number `step`, from 1, as the kernels read them. */
export function stepNumbers(step: number, options: StepOptions): Float32Array<ArrayBuffer> {
  const { learningRate, weightDecay, decayVectors = true, clipNorm } = options;
  const keep = 1 - learningRate * weightDecay;
  const rate = learningRate / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  return Float32Array.of(keep, decayVectors ? keep : 1, rate, root, clipNorm, 0, 0, 0);
}
