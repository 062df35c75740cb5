// The folder of the models, for the scripts and for the servers: the project's own, or the one that $CLINFUSE_MODELS names.

import { join, resolve } from "node:path";
import process from "node:process";

/** Holds manifest.json, and each model's files in a folder of its id. */
export const modelsFolder = resolve(process.env.CLINFUSE_MODELS || join(import.meta.dirname, "..", "models"));
