// Moves tokens of rows between buffers of keys and values on a GPU. Knows no model and no requests.

import { storage } from "./gpu-adamw.ts";

/** Keys [heads, rows, size, tokens], values [heads, rows, tokens, size]. */
export interface RowLayout {
  readonly heads: number;
  readonly size: number;
  readonly rows: number;
  readonly tokens: number;
}

/** `count` tokens, the first ones, of row `from` to row `row`, where they begin at `at`. */
export interface RowMove {
  readonly row: number;
  readonly from: number;
  readonly at: number;
  readonly count: number;
}

/** By layer. */
export interface RowBuffers<B> {
  readonly keys: readonly B[];
  readonly values: readonly B[];
}

const lanes = 64;
const maxGroups = 65535;

const code = /* wgsl */ `
struct Sizes { heads: u32, size: u32, rowsFrom: u32, tokensFrom: u32, rowsTo: u32, tokensTo: u32, widest: u32, moves: u32 }

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> moves: array<vec4u>; // row, from, at, count
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> target_: array<f32>;

struct Place { entry: vec4u, head: u32, unit: u32, token: u32, valid: bool }

// One thread for each number: token fastest.
fn place(i: u32) -> Place {
  let token = i % sizes.widest;
  let unit = (i / sizes.widest) % sizes.size;
  let head = (i / sizes.widest / sizes.size) % sizes.heads;
  let index = i / sizes.widest / sizes.size / sizes.heads;
  if (index >= sizes.moves) { return Place(vec4u(0u), 0u, 0u, 0u, false); }
  let entry = moves[index];
  return Place(entry, head, unit, token, token < entry.w);
}

@compute @workgroup_size(${lanes})
fn keys(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let p = place(id.y * groups.x * ${lanes}u + id.x);
  if (!p.valid) { return; }
  let begin = ((p.head * sizes.rowsFrom + p.entry.y) * sizes.size + p.unit) * sizes.tokensFrom + p.token;
  let end = ((p.head * sizes.rowsTo + p.entry.x) * sizes.size + p.unit) * sizes.tokensTo + p.entry.z + p.token;
  target_[end] = source[begin];
}

@compute @workgroup_size(${lanes})
fn values(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let p = place(id.y * groups.x * ${lanes}u + id.x);
  if (!p.valid) { return; }
  let begin = ((p.head * sizes.rowsFrom + p.entry.y) * sizes.tokensFrom + p.token) * sizes.size + p.unit;
  let end = ((p.head * sizes.rowsTo + p.entry.x) * sizes.tokensTo + p.entry.z + p.token) * sizes.size + p.unit;
  target_[end] = source[begin];
}
`;

export interface RowMover {
  /** Queued: what is submitted to the device later sees it done. The two layouts agree in heads and size; no source is a target. */
  move(
    from: RowBuffers<GPUBuffer>,
    source: RowLayout,
    to: RowBuffers<GPUBuffer>,
    target: RowLayout,
    moves: readonly RowMove[],
  ): void;
}

export function rowMover(device: GPUDevice): RowMover {
  const module = device.createShaderModule({ code });
  const pipeline = (entryPoint: string) => device.createComputePipeline({ layout: "auto", compute: { module, entryPoint } });
  const pipelines = { keys: pipeline("keys"), values: pipeline("values") };
  return {
    move(from, source, to, target, moves) {
      const widest = Math.max(0, ...moves.map((m) => m.count));
      if (widest === 0) return;
      const { heads, size } = source;
      const sizes = Uint32Array.of(heads, size, source.rows, source.tokens, target.rows, target.tokens, widest, moves.length);
      const uniform = device.createBuffer({ size: sizes.byteLength, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
      device.queue.writeBuffer(uniform, 0, sizes);
      const list = storage(device, moves.length * 16);
      device.queue.writeBuffer(list, 0, Uint32Array.from(moves.flatMap(({ row, from, at, count }) => [row, from, at, count])));
      const groups = Math.ceil((moves.length * heads * size * widest) / lanes);
      const x = Math.min(groups, maxGroups);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const kind of ["keys", "values"] as const) {
        pass.setPipeline(pipelines[kind]);
        const layout = pipelines[kind].getBindGroupLayout(0);
        for (const [layer, buffer] of from[kind].entries()) {
          const bindings = [uniform, list, buffer, to[kind][layer] as GPUBuffer];
          const entries = bindings.map((bound, binding) => ({ binding, resource: { buffer: bound } }));
          pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
          pass.dispatchWorkgroups(x, Math.ceil(groups / x));
        }
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
      uniform.destroy();
      list.destroy();
    },
  };
}
