// Model files on the disk, looked at by the code that the app picks with: npm run models -- --check PATH... Changes nothing.

import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { type Inspected, inspectPicked, type Picked } from "../src/models/inspect.ts";
import { fileBlob } from "./file-blob.ts";

export interface CheckLine {
  readonly path: string;
  /** Kind that an engine reads it as, or the kind of the file. */
  readonly kind: string;
  readonly ok: boolean;
  /** The fault and its remedy; null where there is none. */
  readonly why: string | null;
  readonly remarks: readonly string[];
}

/** A folder, a file or a zip. Never throws for what is wrong with it. */
export async function checkPath(path: string): Promise<CheckLine> {
  try {
    const picked = pickedPath(path);
    const found = await inspectPicked(picked, { signal: new AbortController().signal, onBytes: () => undefined });
    return lineOf(path, found);
  } catch (error) {
    if (!(error instanceof ClinfuseError) && !isDiskError(error)) throw error;
    const [kind, why] =
      error instanceof ClinfuseError ? ["no model", words(error)] : ["absent", `${path} cannot be read: ${error.message}.`];
    return { path, kind, ok: false, why, remarks: [] };
  }
}

const isDiskError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "code" in error;

/** As the app takes it: what can be used is used, and the rest is remarked on. */
function lineOf(path: string, found: readonly Inspected[]): CheckLine {
  const good = found.filter(({ refused }) => refused === undefined);
  const bad = found.flatMap(({ refused }) => refused ?? []);
  const [first] = good.length > 0 ? good : found;
  const several = good.length > 1 ? [`It holds ${good.length} models: ${good.map(({ name }) => name).join(", ")}.`] : [];
  const remarks = [
    ...several,
    ...good.flatMap((model) => (good.length > 1 ? model.remarks.map((text) => `${model.name}: ${text}`) : model.remarks)),
  ];
  const leftOut = good.length > 0 ? bad.map((error) => `Left out: ${words(error)}`) : [];
  const why = good.length > 0 || !bad[0] ? null : words(bad[0]);
  return { path, kind: first?.kind ?? "no model", ok: good.length > 0, why, remarks: [...remarks, ...leftOut] };
}

function words({ message, place }: ClinfuseError): string {
  const first = /^[\w-]+\.\w+/.test(message) ? message.charAt(0) : message.charAt(0).toUpperCase(); // a file keeps its name
  const sentence = `${first}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;
  return place.remedy === undefined ? sentence : `${sentence} ${place.remedy}`;
}

const mostDepth = 6;

function pickedPath(path: string): Picked {
  const full = resolve(path);
  const name = basename(full);
  if (!statSync(full).isDirectory()) return { name, files: [{ path: name, file: fileBlob(full) }] };
  return { name, files: filesIn(full, `${name}/`, 0) };
}

/** Hidden folders hold no model, and links are followed as a browser's file dialog follows them. */
function filesIn(folder: string, prefix: string, depth: number): Picked["files"] {
  return readdirSync(folder)
    .sort()
    .flatMap((name): Picked["files"] => {
      const full = join(folder, name);
      const entry = statSync(full, { throwIfNoEntry: false });
      if (!entry || name.startsWith(".")) return [];
      if (entry.isDirectory()) return depth < mostDepth ? filesIn(full, `${prefix}${name}/`, depth + 1) : [];
      return entry.isFile() ? [{ path: `${prefix}${name}`, file: fileBlob(full) }] : [];
    });
}
