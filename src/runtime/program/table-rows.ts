// Gradients of the rows that a batch looked up, added to their table's: a workgroup for each row and part of its columns. Knows no model.

import type { ProgramDevice } from "./device.ts";
import type { Dispatch, Span } from "./pipelines.ts";

const lanes = 64;

/** `order`: see `rowOrder`. The rows of one id are added in the order of the batch, so that a step is reproducible. */
const code = (columns: number, count: number) => /* wgsl */ `
@group(0) @binding(0) var<storage, read> rows: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = wid.z * nwg.y + wid.y;
  let column = wid.x * ${lanes}u + lane;
  if (group >= order[0] || column >= ${columns}u) { return; }
  let begin = order[2u + 2u * group];
  let end = order[4u + 2u * group];
  var sum = 0.0;
  for (var i = begin; i < end; i++) { sum += rows[order[${4 + 2 * count}u + i] * ${columns}u + column]; }
  gradient[order[3u + 2u * group] * ${columns}u + column] += sum;
}`;

/** Numbers of `rowOrder`, for so many ids. */
export const orderLength = (count: number): number => 4 + 3 * count;

/**
 * Ids by their places, as the kernel reads them: how many differ, then of each where its places begin and the id, then the end; then all places,
 * equal ids together and in the order of the batch.
 */
export function rowOrder(ids: ArrayLike<number>, into: Uint32Array): void {
  const count = ids.length;
  const places = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number;
    const known = places.get(id);
    if (known) known.push(i);
    else places.set(id, [i]);
  }
  into[0] = places.size;
  let [group, at] = [0, 0];
  for (const [id, own] of places) {
    into[2 + 2 * group] = at;
    into[3 + 2 * group] = id;
    for (const place of own) into[4 + 2 * count + at++] = place;
    group++;
  }
  into[2 + 2 * group] = at;
}

export async function tableRows(
  { pipelines }: ProgramDevice,
  { rows, order, gradient }: { readonly rows: Span; readonly order: Span; readonly gradient: Span },
  columns: number,
  count: number,
): Promise<Dispatch> {
  const down = Math.min(count, 65535);
  return {
    pipeline: await pipelines.compile(code(columns, count), 2, 1),
    group: pipelines.group([rows, order], [gradient]),
    groups: [Math.ceil(columns / lanes), down, Math.ceil(count / down)],
  };
}
