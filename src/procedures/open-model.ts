// The one language model that is open: loads it with an engine, tells how far it is, closes the one before. Knows no storage and no engine.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { reporting } from "../base/progress.ts";
import { type OpenOptions, openTour, type Speeds, scriptedId } from "../engines/catalogue.ts";
import type { LanguageModel } from "../engines/language-model.ts";
import type { ModelInfo, OpenModelEvent, OpenModelRequest } from "../experiment/steps.ts";
import { modelEntry } from "../models/manifest.ts";
import type { ModelReader } from "../models/reader.ts";
import { engineSpeeds, type SpeedPorts } from "./speeds.ts";

/** So slow that a tour can be followed, so fast that it is no wait. */
const tourMillisecondsPerToken = 4;

export interface OpenedEngine {
  readonly engine: { readonly id: string; runsOn(): Promise<string> };
  readonly model: LanguageModel;
}

export interface OpenModelPorts extends SpeedPorts {
  readonly models: Pick<ModelReader, "manifest" | "read">;
  /** The engine by id, or the first of "auto" that can. Throws what the engines say. */
  readonly openEngine: (id: string, options: OpenOptions, speeds: Speeds) => Promise<OpenedEngine>;
}

export interface OpenModel {
  /** Opens it, or finds it open. */
  open(request: OpenModelRequest, signal: AbortSignal): AsyncGenerator<OpenModelEvent, void>;
  /** Throws `model-missing` where none is open. */
  current(): LanguageModel;
}

interface Opened {
  readonly request: OpenModelRequest;
  readonly model: LanguageModel;
  readonly info: ModelInfo;
}

export function openModel(ports: OpenModelPorts): OpenModel {
  let opened: Opened | undefined;
  return {
    async *open(request, signal) {
      const engines = opened && [opened.request.engine, opened.info.engine]; // as it was asked for, and what that came to
      if (opened && opened.request.model === request.model && engines?.includes(request.engine)) {
        yield { type: "opened", model: opened.info };
        return;
      }
      const before = opened;
      opened = undefined;
      await before?.model.close().catch(() => undefined); // a device that went away may refuse, and the next opens all the same
      const { model, runsOn, engine } = request.model === scriptedId ? await openScript() : yield* load(ports, request, signal);
      const { id, contextTokens, slots } = model;
      opened = { request, model, info: { id, engine, contextTokens, slots, runsOn } };
      yield { type: "opened", model: opened.info };
    },
    current() {
      if (!opened) throw new ClinfuseError("model-missing", "no language model is open", { what: "language model" });
      return opened.model;
    },
  };
}

async function openScript() {
  return { model: await openTour(tourMillisecondsPerToken), engine: scriptedId, runsOn: "no device" };
}

async function* load(ports: OpenModelPorts, request: OpenModelRequest, signal: AbortSignal) {
  const known = await ports.models.manifest();
  const entry = modelEntry(known, request.model);
  const speeds = await engineSpeeds(ports, entry.id);
  type Progress = Extract<OpenModelEvent, { type: "progress" }>;
  const { engine, model } = yield* reporting(async (tell: (event: Progress) => void) => {
    const options: OpenOptions = {
      entry,
      read: (file, of = entry) => {
        const onBytes = (done: number, total: number) => tell({ type: "progress", what: file.name, done, total });
        return ports.models.read(of, file, { signal, onBytes });
      },
      find: (id) => known.models.find((other) => other.id === id),
      onLoad: (done, total) => tell({ type: "progress", what: `${entry.name}, onto the device`, done, total }),
    };
    const found = await ports.openEngine(request.engine, options, speeds);
    if (signal.aborted) await found.model.close().catch(() => undefined); // nobody waits for it any more
    throwIfAborted(signal);
    return found;
  });
  const runsOn = await engine.runsOn();
  return { model, engine: engine.id, runsOn: model.remark === undefined ? runsOn : `${runsOn}; ${model.remark}` };
}
