// onnxruntime-web, loaded for a device and set to take its files from this app. Knows no graph.

import type * as Ort from "onnxruntime-web";
import { appAddress } from "../base/app-address.ts";
import { serverGone } from "../base/app-file.ts";
import { ClinfuseError } from "../base/errors.ts";
import type { Device } from "./device.ts";
import { hasRelaxedSimd, wasmThreads } from "./device.ts";

/** Address at which the servers and the build put onnxruntime-web's wasm. */
const vendor = appAddress("vendor/ort/");
/** The plain build with products by fused multiply-add (scripts/ort): a fifth less time for a step, where a browser has relaxed SIMD. */
const fused = { mjs: `${vendor}ort-wasm-simd-threaded.mjs`, wasm: `${vendor}ort-wasm-simd-threaded.fused.wasm` };

/** WebGPU takes the build with the native provider, WASM the plain one; the package's default entry is a deprecated one. */
export async function loadOrt(device: Device): Promise<typeof Ort> {
  const ort = device === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  // Outside a browser there is no address: whoever runs it there has handed the file in.
  if (!ort.env.wasm.wasmBinary) ort.env.wasm.wasmPaths = device === "wasm" && hasRelaxedSimd() ? fused : vendor;
  ort.env.wasm.numThreads = device === "webgpu" ? 1 : wasmThreads();
  ort.env.logLevel = "error";
  return ort;
}

/** Hands the plain build's wasm in, where there is no address to take it from: `loadOrt("wasm")` then asks nobody. */
export async function giveWasm(binary: ArrayBuffer): Promise<void> {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.wasmBinary = binary;
}

/** An error of the vendor, as one of our codes: `device-lost`, `out-of-memory` or `engine-failed`. */
export function ortError(error: unknown): ClinfuseError {
  if (error instanceof ClinfuseError) return error;
  const gone = serverGone(error);
  if (gone) return gone;
  const message = error instanceof Error ? error.message : String(error);
  const place = { what: message.slice(0, 300) };
  const options = { cause: error };
  if (/device.{0,20}lost|lost.{0,20}device|destroyed/i.test(message)) {
    return new ClinfuseError("device-lost", `the GPU went away: ${message}`, place, options);
  }
  if (/memory|alloc|out of bounds|array length|integer overflow/i.test(message)) {
    return new ClinfuseError("out-of-memory", `the model does not fit into memory: ${message}`, place, options);
  }
  return new ClinfuseError("engine-failed", `onnxruntime failed: ${message}`, place, options);
}
