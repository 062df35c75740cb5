// Dawn's bindings for Node as this process's navigator.gpu, with counters around the calls of WebGPU. Knows no model.

import process from "node:process";

/** Calls and bytes since the last `resetCounts`. */
export interface Counts {
  dispatches: number;
  bindGroups: number;
  submits: number;
  writes: number;
  buffers: number;
  copies: number;
  maps: number;
  bytesRead: number;
}

export const counts: Counts = {
  dispatches: 0,
  bindGroups: 0,
  submits: 0,
  writes: 0,
  buffers: 0,
  copies: 0,
  maps: 0,
  bytesRead: 0,
};

export function resetCounts(): void {
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] = 0;
}

interface Dawn {
  create(options: readonly string[]): GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Type -> method -> what a call of it counts as. */
const counted: Readonly<Record<string, Readonly<Record<string, keyof Counts>>>> = {
  GPUDevice: { createBuffer: "buffers", createBindGroup: "bindGroups" },
  GPUQueue: { writeBuffer: "writes", submit: "submits" },
  GPUCommandEncoder: { copyBufferToBuffer: "copies", clearBuffer: "copies" },
  GPUComputePassEncoder: { dispatchWorkgroups: "dispatches", dispatchWorkgroupsIndirect: "dispatches" },
  GPUBuffer: { mapAsync: "maps" },
};

/** Wraps a method of a type that Dawn brings. */
function wrap(type: string, name: string, around: (inner: Method) => Method): void {
  const prototype = (globalThis as unknown as Record<string, { prototype: Record<string, Method> }>)[type]?.prototype;
  const inner = prototype?.[name];
  if (prototype && inner) prototype[name] = around(inner);
}

/** A view that Node's bindings take: they refuse shared memory. */
function unshared(data: unknown): unknown {
  const view = data as ArrayBufferView;
  if (!(view?.buffer instanceof SharedArrayBuffer)) return data;
  return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

/** `webgpu/` and `ort/` lie beside the bundle. */
async function install(): Promise<void> {
  const folder = new URL("./", import.meta.url);
  const address = new URL("webgpu/index.js", folder).href;
  const dawn = (await import(/* @vite-ignore */ address)) as Dawn;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create((process.env.DAWN ?? "").split(" ").filter(Boolean));
  const navigator = { gpu, hardwareConcurrency: 2, userAgent: "Mozilla/5.0 Chrome/150", platform: "Linux" };
  const define = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  define("navigator", navigator);
  define("self", globalThis);
  define("crossOriginIsolated", true);
  define("location", { origin: "file://", href: folder.href });
  define("ortFolder", new URL("ort/", folder).href);
  if (!("GPUAdapter" in globalThis)) define("GPUAdapter", class {});
  wrap(
    "GPUQueue",
    "writeBuffer",
    (inner) =>
      function (this: unknown, buffer, at, data, ...part) {
        const plain = unshared(data);
        if (plain === data || part.length === 0) return inner.call(this, buffer, at, plain, ...part);
        const each = (data as Uint8Array).BYTES_PER_ELEMENT;
        const [from = 0, size] = part as number[];
        const end = size === undefined ? undefined : (from + size) * each;
        return inner.call(this, buffer, at, (plain as Uint8Array).slice(from * each, end));
      },
  );
  for (const [type, methods] of Object.entries(counted)) {
    for (const [name, key] of Object.entries(methods)) {
      wrap(
        type,
        name,
        (inner) =>
          function (this: unknown, ...given) {
            counts[key]++;
            return inner.apply(this, given);
          },
      );
    }
  }
  wrap(
    "GPUBuffer",
    "getMappedRange",
    (inner) =>
      function (this: unknown, ...given) {
        const range = inner.apply(this, given) as ArrayBuffer;
        counts.bytesRead += range.byteLength;
        return range;
      },
  );
}

await install();
