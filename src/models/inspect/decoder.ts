// A decoder's folder in the hub's layout, checked before it is taken. Its one engine is batch: what that does not build is refused. Knows no storage.

import { ClinfuseError } from "../../base/errors.ts";
import { tensorName } from "../../nn/llama-hub.ts";
import { hubTokenizer } from "../../text/byte-level-tokenizer.ts";
import { floatTypeWords } from "../../weights/floats.ts";
import { decoderFault, folderWeights } from "../decoder-weights.ts";
import { endsOf, jsonOf, type ModelFolder, templateOf } from "../model-folder.ts";
import type { Checked } from "./encoder.ts";
import type { FloatsAt } from "./finite.ts";
import { refusal, withRemedy } from "./refusal.ts";
import type { WeightPlace } from "./weight-places.ts";

const gguf = "Choose the model's GGUF file, which wllama reads.";

/** Throws `model-unsupported`, `file-missing`, `file-malformed` with a remedy. */
export async function checkDecoder(files: ModelFolder, places: readonly WeightPlace[], folder: string): Promise<Checked> {
  try {
    refuseNumbers(places);
    const weights = await folderWeights(files, folder);
    const fault = decoderFault(weights);
    if (fault !== undefined) throw refusal("model-unsupported", fault, gguf, { file: folder });
    const config = await jsonOf(files, "config.json");
    hubTokenizer(await jsonOf(files, "tokenizer.json"), await endsOf(files, config), folder); // which throws for another kind
    const template = await templateOf(files, folder);
    const remarks = template.remark === undefined ? [] : [template.remark];
    return { remarks, floats: await floatsOf(places, weights.tensors) };
  } catch (error) {
    const bare = error instanceof ClinfuseError && error.code === "model-unsupported" && error.place.remedy === undefined;
    throw bare ? refusal(error.code, error.message, gguf, error.place) : withRemedy(error);
  }
}

async function floatsOf(places: readonly WeightPlace[], used: ReadonlyMap<string, unknown>): Promise<readonly FloatsAt[]> {
  const floats: FloatsAt[] = [];
  for (const { name, floats: open } of places) {
    const known = tensorName(name);
    if (known !== undefined && used.has(known) && open) floats.push(await open());
  }
  return floats;
}

/** Throws for a weight of the family in a type that is not read. */
function refuseNumbers(places: readonly WeightPlace[]): void {
  const other = places.find(({ name, floats }) => tensorName(name) !== undefined && !floats);
  if (!other) return;
  const { name, type, file } = other;
  const why = `the file ${file}: ${name} has numbers of the type ${type}; only ${floatTypeWords} are read`;
  throw refusal("model-unsupported", why, gguf, { file, what: name, got: type });
}
