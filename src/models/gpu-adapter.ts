// Features of the graphics adapter against the needs of a model, in sentences. Knows no engine.

import { ClinfuseError } from "../base/errors.ts";
import type { ModelEntry } from "./manifest.ts";
import { gpuNeeds } from "./mlc-model.ts";

/** The decisive fields of a GPUAdapter. Plain data, so that it crosses a worker's border and a test can make one. */
export interface AdapterFacts {
  readonly name: string;
  /** Computed by the processor. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<AdapterLimit, number>>;
  /** Bytes of the machine's memory, a coarse floor of at most 8 GiB; undefined where the browser does not say. */
  readonly machineMemory?: number;
}

/** WebLLM asks for these, whatever the model, and starts nowhere without. */
const least = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupStorageSize: 2 ** 15,
  maxStorageBuffersPerShaderStage: 10,
} as const;

/** It asks for this much, or where the adapter has less for the least alone; it never asks for more or for what lies between. */
const most: Partial<Record<AdapterLimit, number>> = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 };

function usable(limit: AdapterLimit, offered: number): number {
  const wanted = most[limit];
  if (wanted === undefined || offered < least[limit]) return offered;
  return offered >= wanted ? wanted : least[limit];
}

export type AdapterLimit = keyof typeof least;
const limitNames = Object.keys(least) as AdapterLimit[];

/** The adapter that WebLLM will get. Undefined where there is none. */
export async function adapterFacts(): Promise<AdapterFacts | undefined> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return undefined;
  const { vendor, architecture, description, device, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ") || "an unnamed adapter";
  const memory = machineMemory();
  return {
    name,
    software: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${vendor} ${architecture} ${description}`),
    features: [...adapter.features],
    limits: Object.fromEntries(limitNames.map((limit) => [limit, adapter.limits[limit]])) as Record<AdapterLimit, number>,
    ...(memory === undefined ? {} : { machineMemory: memory }),
  };
}

export interface DeviceFacts {
  readonly adapter: AdapterFacts | undefined;
  /** Bytes; a coarse floor of at most 8 GiB; undefined where the browser does not say. */
  readonly machineMemory: number | undefined;
}

/** This device's, asked for once. */
export function deviceFacts(): Promise<DeviceFacts> {
  device ??= adapterFacts().then((adapter) => ({ adapter, machineMemory: machineMemory() }));
  return device;
}

let device: Promise<DeviceFacts> | undefined;

function machineMemory(): number | undefined {
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory;
  return gigabytes === undefined ? undefined : gigabytes * 2 ** 30;
}

export interface Lack {
  readonly what: string;
  readonly got: string | number;
  readonly expected: string | number;
  readonly sentence: string;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString("en")} MiB`;
/** Above this the browser says 8 GiB of every machine. */
const mostSaidMemory = 8 * 2 ** 30;

/**
 * Needs of the model that the adapter does not meet. Empty: it can hold the model, as far as a browser tells. No browser tells the free memory of a
 * graphics card. `largestTensor` is known once the tensor list was read.
 */
export function lacks(entry: ModelEntry, adapter: AdapterFacts | undefined, largestTensor = 0): readonly Lack[] {
  if (!adapter) {
    const sentence = "this browser offers no graphics adapter (WebGPU)";
    return [{ what: "WebGPU", got: "no adapter", expected: "an adapter", sentence }];
  }
  const needs = gpuNeeds(entry);
  const missing = needs.features
    .filter((feature) => !adapter.features.includes(feature))
    .map((feature): Lack => {
      const sentence = `the adapter (${adapter.name}) has no ${feature}, which the model's ${feature === "shader-f16" ? "16-bit floats need" : "library needs"}`;
      return { what: feature, got: "no", expected: "yes", sentence };
    });
  const buffer = Math.max(needs.bufferBytes, largestTensor);
  const small = limitNames.flatMap((limit): Lack[] => {
    const expected = limit in most ? Math.max(least[limit], buffer) : least[limit];
    const got = usable(limit, adapter.limits[limit]);
    if (got >= expected) return [];
    const [is, needed] = expected >= 2 ** 20 ? [megabytes(got), megabytes(expected)] : [got, expected];
    return [{ what: limit, got, expected, sentence: `the adapter's ${limit} is ${is}, and the model needs ${needed}` }];
  });
  return [...missing, ...small, ...memoryLack(needs.memoryMegabytes * 1e6, adapter)];
}

function memoryLack(expected: number, { machineMemory: got }: AdapterFacts): Lack[] {
  if (got === undefined || got >= mostSaidMemory || expected <= got) return [];
  const sentence = `the model takes about ${megabytes(expected)}, and the whole machine has about ${megabytes(got)}`;
  return [{ what: "memory", got, expected, sentence }];
}

/** Throws `no-webgpu` without an adapter, else `adapter-insufficient` with everything that is missing. */
export function requireFit(entry: ModelEntry, adapter: AdapterFacts | undefined, largestTensor = 0): void {
  const missing = lacks(entry, adapter, largestTensor);
  const [first] = missing;
  if (!first) return;
  const code = adapter ? "adapter-insufficient" : "no-webgpu";
  const sentence = `${entry.name} cannot run here: ${missing.map((lack) => lack.sentence).join("; ")}`;
  throw new ClinfuseError(code, sentence, { what: first.what, got: first.got, expected: first.expected });
}
