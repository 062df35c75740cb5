// The tensors of a folder's weights, whatever their form: names, shapes, types, and where their numbers lie. Reads headers alone.

import { type FloatType, isFloatType } from "../../weights/floats.ts";
import { outlinePytorch } from "../../weights/pytorch.ts";
import { outlineSafetensors } from "../../weights/safetensors.ts";
import { type FloatsAt, plainFloats } from "./finite.ts";
import { refusal, withRemedy } from "./refusal.ts";

export interface WeightPlace {
  readonly name: string;
  readonly shape: readonly number[];
  /** As the file calls it. */
  readonly type: string;
  /** The file that holds it. */
  readonly file: string;
  /** Undefined for a type of number that is not read here. */
  readonly floats?: () => Promise<FloatsAt>;
}

export interface WeightFile {
  readonly name: string;
  readonly form: "safetensors" | "pytorch";
  readonly blob: Blob;
}

/** Throws `model-truncated` for a file shorter than its header says, `model-unsupported` for one that is not understood; with a remedy. */
export async function weightPlaces(files: readonly WeightFile[]): Promise<readonly WeightPlace[]> {
  const all: WeightPlace[] = [];
  for (const file of files) {
    try {
      all.push(...(await (file.form === "safetensors" ? ofSafetensors(file) : ofPytorch(file))));
    } catch (error) {
      throw withRemedy(error);
    }
  }
  return all;
}

async function ofSafetensors({ name: file, blob }: WeightFile): Promise<WeightPlace[]> {
  return (await outlineSafetensors(blob, file)).map(({ name, shape, dtype, begin, end }) => ({
    name,
    shape,
    type: dtype,
    file,
    ...(isFloatType(dtype) ? { floats: async () => plainFloats(name, blob, begin, end, dtype) } : {}),
  }));
}

async function ofPytorch({ name: file, blob }: WeightFile): Promise<WeightPlace[]> {
  const { places, nested } = await outlinePytorch(blob, file);
  const [inner] = nested;
  if (places.length === 0 && inner !== undefined) {
    const why = `${file} is a training's own checkpoint: its tensors lie one level down, under "${inner}"`;
    throw refusal("model-unsupported", why, "Save the model alone, with save_pretrained in Python, and import that folder.", {
      file,
    });
  }
  for (const { storage } of places) await storage(); // which throws where the file is cut
  return places.map(({ name, shape, float, storage }) => ({
    name,
    shape,
    type: float ?? "integers",
    file,
    ...(float ? { floats: async () => storageFloats(name, await storage(), float) } : {}),
  }));
}

const storageFloats = (name: string, blob: Blob, float: FloatType) => plainFloats(name, blob, 0, blob.size, float);
