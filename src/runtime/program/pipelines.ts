// Compiled kernels of a device by their code, and the groups of buffers that they read and write. Knows no graph.

/** A part of a buffer. Offsets are multiples of 256. */
export interface Span {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** One dispatch, ready to be encoded. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly groups: readonly [x: number, y: number, z: number];
}

/** Storage buffers for kernels, and for copies both ways. */
export function storageBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  return device.createBuffer({ size: padded(bytes), usage });
}

export const padded = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16);

export const whole = (buffer: GPUBuffer): Span => ({ buffer, offset: 0, size: buffer.size });

/** Kept for all programs of a device: models of one shape share what is compiled. */
export class Pipelines {
  readonly #made = new Map<string, Promise<GPUComputePipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(readonly device: GPUDevice) {}

  get size(): number {
    return this.#made.size;
  }

  /** Bindings 0 to `reads` - 1 are read, those after them written. Rejects with the compiler's words. */
  compile(code: string, reads: number, writes: number, entryPoint = "main"): Promise<GPUComputePipeline> {
    const key = `${reads} ${writes} ${entryPoint}\n${code}`;
    let made = this.#made.get(key);
    if (!made) {
      made = this.#compile(code, this.#layout(reads, writes), entryPoint);
      this.#made.set(key, made);
      made.catch(() => this.#made.delete(key));
    }
    return made;
  }

  group(reads: readonly Span[], writes: readonly Span[]): GPUBindGroup {
    const entries = [...reads, ...writes].map((resource, binding) => ({ binding, resource }));
    return this.device.createBindGroup({ layout: this.#layout(reads.length, writes.length), entries });
  }

  #compile(code: string, layout: GPUBindGroupLayout, entryPoint: string): Promise<GPUComputePipeline> {
    const module = this.device.createShaderModule({ code });
    const pipelineLayout = this.device.createPipelineLayout({ bindGroupLayouts: [layout] });
    return this.device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint } });
  }

  #layout(reads: number, writes: number): GPUBindGroupLayout {
    const key = `${reads} ${writes}`;
    let layout = this.#layouts.get(key);
    if (!layout) {
      const entries = Array.from({ length: reads + writes }, (_, binding): GPUBindGroupLayoutEntry => {
        const type = binding < reads ? "read-only-storage" : "storage";
        return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
      });
      layout = this.device.createBindGroupLayout({ entries });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

/** Encodes dispatches in order. */
export function encodeAll(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[]): void {
  let current: GPUComputePipeline | undefined;
  for (const { pipeline, group, groups } of dispatches) {
    if (pipeline !== current) pass.setPipeline(pipeline);
    current = pipeline;
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...groups);
  }
}
