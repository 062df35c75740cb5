// The command line of `npm run demo`, checked before anything is built or fetched.

import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { meantWords } from "../src/base/nearest-name.ts";
import { engines, scriptedId } from "../src/engines/catalogue.ts";
import { type ExperimentConfig, mostExamples } from "../src/experiment/experiment-config.ts";
import { presetConfig, presetSource, withTopicsOf } from "../src/experiment/presets.ts";
import type { FolderFiles } from "../src/formats/folder-files.ts";
import { needs, sourceKinds, suits } from "../src/generate/sources.ts";
import { type ModelEntry, parseManifest } from "../src/models/manifest.ts";
import { taskOf, tasks } from "../src/tasks/catalogue.ts";
import type { TaskExamples } from "../src/tasks/example-rows.ts";
import { readFolder } from "./data-folder.ts";
import { modelsFolder } from "./models-folder.ts";
import { readOptions, wholeNumber } from "./options.ts";
import { requireFolder } from "./out-places.ts";
import { namedTask, requireExamples } from "./task-argument.ts";

export const usage = `npm run demo -- [options]

  --task ID         ${tasks.map((task) => task.id).join(", ")} (bc5cdr-disease),
                    or the file of a task of your own: task.json, with its examples
  --source ID       ${sourceKinds.join(", ")} (clingen)
  --size N          accepted synthetic examples (60)
  --data FOLDER     the task's corpus as published, or a folder in ClinGen's format; a zip or a file too (the sample that ships)
  --encoder ID      an encoder of models/manifest.json (all-minilm-l6-v2)
  --model ID        a language model of models/manifest.json (smollm2-135m-instruct), or "scripted"
  --engine ID       auto (default), ${engines.map((engine) => engine.id).join(", ")}
  --preset NAME     small (default) or paper
  --seed N          (1)
  --test N          score on the first N test examples only
  --device NAME     auto (default), wasm or webgpu
  --out FOLDER      where the run's folder goes (out)

Stopped (Ctrl-C) and started again by the same command it goes on: what it made so far lies in FOLDER/unfinished-..., which goes at the end.
The browser uses the graphics card where there is one: CLINFUSE_GPU=hardware, software or none decides it, CLINFUSE_CHROMIUM_FLAGS adds flags,
CHROMIUM_PATH names the browser.
`;

export interface DemoOptions {
  readonly config: ExperimentConfig;
  /** The data folder's files by path; undefined for the sample that ships. */
  readonly folder: FolderFiles | undefined;
  readonly source: string;
  /** Examples that the task's own file carries. */
  readonly own?: TaskExamples;
  readonly test: number | undefined;
  readonly out: string;
}

/** Undefined for --help. Throws an Error whose message says which option is wrong and what it takes. */
export function readDemoOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = readOptions({
    args: [...args],
    options: {
      task: { type: "string", default: "bc5cdr-disease" },
      source: { type: "string" },
      method: { type: "string" }, // its name in 0.1.0
      size: { type: "string" },
      data: { type: "string" },
      encoder: { type: "string" },
      model: { type: "string" },
      engine: { type: "string" },
      preset: { type: "string", default: "small" },
      seed: { type: "string" },
      test: { type: "string" },
      device: { type: "string" },
      out: { type: "string", default: "out" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  requireFolder("out", values.out);
  const task = namedTask("--task", values.task, resolve(values.task));
  requireExamples("--task", task, values.data !== undefined, "--data");
  const preset = oneOf("preset", values.preset, ["small", "paper"]);
  const suiting = sourceKinds.filter((of) => suits({ kind: of }, taskOf(task.ref)));
  const kind = oneOf("source", values.source ?? values.method ?? "clingen", suiting);
  const model = values.model && oneOf("model", values.model, [...modelsOf("language-model"), scriptedId]);
  const size = wholeNumber("size", values.size, 1, mostExamples);
  const seed = wholeNumber("seed", values.seed, 0);
  const config = presetConfig(preset, {
    task: task.ref,
    source: withTopicsOf(task.ref, presetSource(preset, kind, model)),
    ...(size === undefined ? {} : { size }),
    ...(seed === undefined ? {} : { seed }),
    ...(values.encoder === undefined ? {} : { encoder: oneOf("encoder", values.encoder, modelsOf("encoder")) }),
    ...(values.engine === undefined ? {} : { engine: oneOf("engine", values.engine, ["auto", ...engines.map((e) => e.id)]) }),
    ...(values.device === undefined ? {} : { device: oneOf("device", values.device, ["auto", "wasm", "webgpu"]) }),
  });
  return {
    config,
    folder:
      values.data === undefined ? undefined : readFolder("--data", values.data, taskOf(task.ref), needs(config.source, "gold")),
    source: values.data !== undefined ? basename(resolve(values.data)) : task.own ? basename(values.task) : "sample",
    ...(task.own ? { own: task.own } : {}),
    test: wholeNumber("test", values.test, 1),
    out: resolve(values.out),
  };
}

function modelsOf(kind: ModelEntry["kind"]): string[] {
  const { models } = parseManifest(readFileSync(join(modelsFolder, "manifest.json"), "utf8"));
  return models.filter((entry) => entry.kind === kind).map(({ id }) => id);
}

function oneOf<const T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === value);
  if (found === undefined)
    throw new Error(`--${option} takes ${allowed.join(", ")}; got "${value}"${meantWords(value, allowed)}`);
  return found;
}
