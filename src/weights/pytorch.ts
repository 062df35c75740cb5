// PyTorch checkpoints (`pytorch_model.bin`) in: float weights by name, from the zip form and the one before it. Runs nothing of the file.
//
// Forms: torch/serialization.py, `_save` (a zip of data.pkl and one file a storage) and `_legacy_save` (pickles, then the storages).

import { ClinfuseError } from "../base/errors.ts";
import { sizeOf } from "../graph/ops.ts";
import { bareName } from "./bare-name.ts";
import { type FloatType, floatsOf } from "./floats.ts";
import { Pickle, type PickleCalls } from "./pickle.ts";
import type { Weight, Weights } from "./weight.ts";
import { storedEntries } from "./zip-entries.ts";

/** Storages by the class that the pickle names: how their elements are read; undefined for integers, which are no weights. */
const storageTypes: Readonly<Record<string, { readonly bytes: number; readonly float?: FloatType }>> = {
  DoubleStorage: { bytes: 8, float: "F64" },
  FloatStorage: { bytes: 4, float: "F32" },
  HalfStorage: { bytes: 2, float: "F16" },
  BFloat16Storage: { bytes: 2, float: "BF16" },
  LongStorage: { bytes: 8 },
  IntStorage: { bytes: 4 },
  ShortStorage: { bytes: 2 },
  CharStorage: { bytes: 1 },
  ByteStorage: { bytes: 1 },
  BoolStorage: { bytes: 1 },
};

const legacyMagic = 0x1950a86a20f9469cfc6cn;
/** More of a legacy file than its pickles take. */
const maxPickle = 64 * 2 ** 20;

class StorageType {
  constructor(readonly name: string) {}
}

class Storage {
  constructor(
    readonly type: string,
    readonly key: string,
    /** Elements. */
    readonly size: number,
  ) {}
}

class Tensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const orderedDict = "collections.OrderedDict";
const rebuildTensor = "torch._utils._rebuild_tensor_v2";
const rebuildParameter = "torch._utils._rebuild_parameter";

/**
 * Every tensor of floats of a state dict, as float32; integer tensors are left out. Reads nothing but tensors and plain
 * data: any other name in the pickle throws `model-unsupported` with it. Other errors: `model-truncated`, `model-unsupported`. `file` is for
 * messages.
 */
export async function readPytorch(source: Blob, file: string): Promise<Weights> {
  const { state, storageOf } = await openState(source, file);
  const weights = new Map<string, Weight>();
  const read = new Map<string, Float32Array<ArrayBuffer>>(); // tied weights share a storage
  for (const [name, value] of state) {
    if (typeof name !== "string" || !(value instanceof Tensor)) continue;
    const { storage, shape } = value;
    const float = storageTypes[storage.type]?.float;
    if (!float) continue;
    const numbers = read.get(storage.key) ?? floatsOf(await (await storageOf(storage)).arrayBuffer(), float);
    read.set(storage.key, numbers);
    weights.set(bareName(name), { shape, data: view(value, numbers, file, name) });
  }
  if (weights.size === 0) throw refused(file, "it holds no tensor of floats");
  return weights;
}

/** A tensor as the pickle has it. */
export interface PytorchPlace {
  readonly name: string;
  readonly shape: readonly number[];
  /** Undefined for integers. */
  readonly float: FloatType | undefined;
  /** The bytes of its storage, which other tensors may share. Throws `model-truncated`. */
  storage(): Promise<Blob>;
}

export interface PytorchOutline {
  readonly places: readonly PytorchPlace[];
  /** Keys that hold tensors one level down, as a training's own checkpoint has them. */
  readonly nested: readonly string[];
}

/** Outline of the pickle, for a check: no weight is read. Errors as `readPytorch`'s. */
export async function outlinePytorch(source: Blob, file: string): Promise<PytorchOutline> {
  const { state, storageOf } = await openState(source, file);
  const places: PytorchPlace[] = [];
  const nested: string[] = [];
  for (const [name, value] of state) {
    if (typeof name !== "string") continue;
    if (value instanceof Map && [...value.values()].some((inner) => inner instanceof Tensor)) nested.push(name);
    if (!(value instanceof Tensor)) continue;
    const { storage, shape } = value;
    places.push({ name: bareName(name), shape, float: storageTypes[storage.type]?.float, storage: () => storageOf(storage) });
  }
  return { places, nested };
}

async function openState(source: Blob, file: string): Promise<Opened & { readonly state: ReadonlyMap<unknown, unknown> }> {
  const first = new Uint8Array(await source.slice(0, 4).arrayBuffer());
  const isZip = first[0] === 0x50 && first[1] === 0x4b;
  const { state, storageOf } = isZip ? await openZip(source, file) : await openLegacy(source, file);
  if (!(state instanceof Map)) throw refused(file, "it holds no dict of tensors");
  return { state, storageOf };
}

interface Opened {
  readonly state: unknown;
  readonly storageOf: (storage: Storage) => Promise<Blob>;
}

async function openZip(source: Blob, file: string): Promise<Opened> {
  const entries = await storedEntries(source, file);
  const pickleName = [...entries.keys()].find((name) => /(^|\/)data\.pkl$/.test(name));
  if (pickleName === undefined) throw refused(file, "its zip has no data.pkl");
  const folder = pickleName.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && (await order.text()).trim() !== "little") throw refused(file, "its numbers are big-endian");
  const bytes = new Uint8Array(await (entries.get(pickleName) as Blob).arrayBuffer());
  return {
    state: new Pickle(bytes, tensorCalls(file), file).read(),
    async storageOf(storage) {
      const blob = entries.get(`${folder}data/${storage.key}`);
      if (!blob) throw refused(file, `its zip has no data/${storage.key}`);
      return whole(blob, storage, file);
    },
  };
}

async function openLegacy(source: Blob, file: string): Promise<Opened> {
  const bytes = new Uint8Array(await source.slice(0, maxPickle).arrayBuffer());
  const next = (at: number) => {
    const pickle = new Pickle(bytes, tensorCalls(file), file, at);
    return { value: pickle.read(), end: pickle.position };
  };
  const magic = next(0);
  if (magic.value !== legacyMagic) throw refused(file, "it is no file of torch.save");
  const protocol = next(magic.end);
  const system = next(protocol.end);
  if (system.value instanceof Map && system.value.get("little_endian") === false)
    throw refused(file, "its numbers are big-endian");
  const state = next(system.end);
  const keys = next(state.end);
  if (!Array.isArray(keys.value)) throw refused(file, "it has no list of storages");
  const places = new Map<string, number>();
  let at = keys.end;
  const sizes = storagesOf(state.value);
  for (const key of keys.value.map(String)) {
    places.set(key, at + 8); // after the number of elements
    const storage = sizes.get(key);
    if (!storage) throw refused(file, `no tensor has the storage ${key}`);
    at += 8 + storage.size * bytesOf(storage, file);
  }
  if (at > source.size) {
    const sentence = `${file} has ${source.size} bytes, its storages take ${at}`;
    throw new ClinfuseError("model-truncated", sentence, { file, got: source.size, expected: at });
  }
  return {
    state: state.value,
    async storageOf(storage) {
      const begin = places.get(storage.key);
      if (begin === undefined) throw refused(file, `it has no storage ${storage.key}`);
      return whole(source.slice(begin, begin + storage.size * bytesOf(storage, file)), storage, file);
    },
  };
}

function storagesOf(state: unknown): Map<string, Storage> {
  const tensors = state instanceof Map ? [...state.values()].filter((value) => value instanceof Tensor) : [];
  return new Map(tensors.map(({ storage }) => [storage.key, storage]));
}

function bytesOf({ type }: Storage, file: string): number {
  const known = storageTypes[type];
  if (!known) throw refused(file, `it has a storage of the type ${type}`);
  return known.bytes;
}

function whole(blob: Blob, storage: Storage, file: string): Blob {
  const expected = storage.size * bytesOf(storage, file);
  if (blob.size >= expected) return blob.slice(0, expected);
  const sentence = `${file}: the storage ${storage.key} has ${blob.size} of ${expected} bytes`;
  throw new ClinfuseError("model-truncated", sentence, { file, got: blob.size, expected });
}

/** A tensor's numbers, row-major; a view where they lie so already. */
function view({ offset, shape, strides }: Tensor, numbers: Float32Array<ArrayBuffer>, file: string, name: string): Float32Array {
  const size = sizeOf(shape);
  const last = shape.reduce((sum, d, i) => sum + (d - 1) * (strides[i] as number), offset);
  if (size > 0 && last >= numbers.length) throw refused(file, `${name} reaches beyond its storage`);
  const dense = shape.every((d, i) => d === 1 || strides[i] === sizeOf(shape.slice(i + 1)));
  if (dense) return numbers.subarray(offset, offset + size);
  const out = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let rest = i;
    let at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const d = shape[axis] as number;
      at += (rest % d) * (strides[axis] as number);
      rest = Math.floor(rest / d);
    }
    out[i] = numbers[at] as number;
  }
  return out;
}

function tensorCalls(file: string): PickleCalls {
  return {
    global(name) {
      const storage = /^torch(?:\.storage|\.cuda)?\.(\w+Storage)$/.exec(name)?.[1];
      if (storage && Object.hasOwn(storageTypes, storage)) return new StorageType(storage);
      if ([orderedDict, rebuildTensor, rebuildParameter].includes(name)) return name;
      const sentence = `${file}: its pickle wants ${name}, which is neither a tensor nor plain data, and is not run`;
      throw new ClinfuseError("model-unsupported", sentence, { file, what: name });
    },
    call(callee, args) {
      if (callee === orderedDict && args.length === 0) return new Map();
      if (callee === rebuildParameter && args[0] instanceof Tensor) return args[0];
      const [storage, offset, shape, strides] = args;
      const counts = (list: unknown): list is number[] =>
        Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
      if (callee === rebuildTensor && storage instanceof Storage && counts([offset]) && counts(shape) && counts(strides)) {
        if (shape.length === strides.length && shape.length <= 8) return new Tensor(storage, offset as number, shape, strides);
      }
      throw refused(file, `its pickle calls ${String(callee)} with what is no tensor`);
    },
    persistent(id) {
      const [kind, type, key, , size] = Array.isArray(id) ? id : [];
      if (kind !== "storage" || !(type instanceof StorageType) || typeof key !== "string" || !Number.isSafeInteger(size)) {
        throw refused(file, "its pickle refers to what is no storage");
      }
      return new Storage(type.name, key, size as number);
    },
  };
}

function refused(file: string, why: string): ClinfuseError {
  return new ClinfuseError("model-unsupported", `${file}: ${why}`, { file, what: why });
}
