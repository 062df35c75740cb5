// @mlc-ai/web-llm behind the few calls that we make of it. The only file that imports it; tests put a stand-in in its place.

import {
  type ChatCompletionChunk,
  type ChatCompletionRequestStreaming,
  MLCEngine,
  type ModelRecord,
  prebuiltAppConfig,
} from "@mlc-ai/web-llm";
import { devicesOf, untilLost } from "./device.ts";

export type { ChatCompletionChunk, ChatCompletionRequestStreaming, ModelRecord };

/** One model on one device. */
export interface MlcEngine {
  /** Loads the model of the record, on a device of its own. May end well and leave nothing loaded: see `loaded`. */
  load(): Promise<void>;
  /** Tells whether the model and its device are there to be asked. */
  loaded(): Promise<boolean>;
  /** Forgets the conversation before, and with it the cache of keys and values. */
  reset(): Promise<void>;
  /** Leaving the loop ends the generation. Fails with a `DeviceLostError` as soon as the device is lost. */
  start(request: ChatCompletionRequestStreaming): Promise<AsyncIterable<ChatCompletionChunk>>;
  /** The whole text of the last generation. */
  message(): Promise<string>;
  /** Ends the generation before its next token. */
  interrupt(): void;
  unload(): Promise<void>;
}

/** In [0, 1]: weights on their way to the device. */
export type OnLoad = (progress: number) => void;

export function mlcEngine(record: ModelRecord, onLoad: OnLoad): MlcEngine {
  const id = record.model_id;
  const make = () =>
    new MLCEngine({
      // Ours alone: none of the package's own addresses.
      appConfig: { model_list: [record], cacheBackend: "cache" },
      initProgressCallback: ({ progress }) => onLoad(progress),
      logLevel: "ERROR",
    });
  let engine = make();
  let devices: readonly GPUDevice[] = [];
  let lost = false;
  return {
    async load() {
      // A call that waits for a lost device may wait for ever, so a new engine takes the place of one that lost it.
      if (lost) engine = make();
      lost = false;
      devices = await devicesOf(() => engine.reload(id));
      for (const device of devices) {
        void device.lost.then(() => {
          lost = true;
        });
      }
      await Promise.resolve(); // one that is lost by now says so
    },
    // WebLLM unloads by itself when a device is lost while it loads, and tells nobody.
    loaded: async () =>
      !lost &&
      engine.getMessage(id).then(
        () => true,
        () => false,
      ),
    reset: () => engine.resetChat(false, id),
    start: async (request) => untilLost(await engine.chatCompletion(request), devices),
    message: () => engine.getMessage(id),
    interrupt: () => void engine.interruptGenerate(),
    unload: () => engine.unload(),
  };
}

/** The package's own list, as data. It is taken from the package, so that no engine of it finds an address there. */
export const prebuiltRecords: readonly ModelRecord[] = prebuiltAppConfig.model_list.splice(0);
