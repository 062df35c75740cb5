// Feeds of a program's run: one buffer, written by one call. Knows no model.

import type { Graph } from "../../graph/graph.ts";
import { sizeOf, type Value } from "../../graph/ops.ts";
import type { Feeds, HostTensor } from "../trainer.ts";
import { type Span, storageBuffer } from "./pipelines.ts";
import { orderLength, rowOrder } from "./table-rows.ts";

const alignment = 256;

export interface FeedBuffer {
  /** Where an input of that name lies; undefined for one that is not fed. */
  span(name: string): Span | undefined;
  /** Where the order of an input's ids lies. */
  order(name: string): Span;
  /** Throws an Error for a feed that is missing or has another type or shape. */
  write(feeds: Feeds): void;
  close(): void;
}

/** Bytes of the buffer, up to the orders of ids. */
export const feedBytes = (graph: Graph, fed: readonly string[]): number =>
  fed.reduce((sum, name) => sum + 4 * sizeOf((graph.inputs.get(name) as Value).shape) + alignment, 0);

/** `fed`: the graph's inputs that come with each run; `ids`: those whose order the kernels of tables read. */
export function feedBuffer(device: GPUDevice, graph: Graph, fed: readonly string[], ids: readonly string[]): FeedBuffer {
  let end = 0;
  const place = (bytes: number) => {
    const offset = end;
    end = Math.ceil((end + bytes) / alignment) * alignment;
    return { offset, size: bytes };
  };
  const inputOf = (name: string) => graph.inputs.get(name) as Value;
  const places = new Map(fed.map((name) => [name, place(Math.max(4, 4 * sizeOf(inputOf(name).shape)))]));
  const orders = new Map(ids.map((name) => [name, place(4 * orderLength(sizeOf(inputOf(name).shape)))]));
  const buffer = storageBuffer(device, end);
  const host = new ArrayBuffer(buffer.size);
  const spanOf = (found: { offset: number; size: number } | undefined) => found && { buffer, ...found };
  return {
    span: (name) => spanOf(places.get(name)),
    order: (name) => spanOf(orders.get(name)) as Span,
    write(feeds) {
      for (const [name, { offset }] of places) {
        const { data } = checkedFeed(name, inputOf(name), feeds[name]);
        const to = data instanceof Float32Array ? Float32Array : Int32Array;
        new to(host, offset, data.length).set(data);
      }
      for (const [name, { offset, size }] of orders) {
        rowOrder((feeds[name] as HostTensor).data, new Uint32Array(host, offset, size / 4));
      }
      device.queue.writeBuffer(buffer, 0, host);
    },
    close: () => buffer.destroy(),
  };
}

/** The feed itself. Throws an Error where it is missing, or has another type or shape than the input. */
export function checkedFeed(name: string, { dtype, shape }: Value, feed: HostTensor | undefined): HostTensor {
  if (!feed) throw new Error(`feed ${name} is missing: expected ${dtype}[${shape}]`);
  const got = feed.data instanceof Float32Array ? "float32" : "int32";
  if (got !== dtype || `${feed.shape}` !== `${shape}`) {
    throw new Error(`feed ${name}: expected ${dtype}[${shape}], got ${got}[${feed.shape}]`);
  }
  return feed;
}
