// @mlc-ai/web-llm behind the few calls that we make of it. The only file that imports it; tests put a stand-in in its place.

import {
  type ChatCompletionChunk,
  type ChatCompletionRequestStreaming,
  MLCEngine,
  type ModelRecord,
  prebuiltAppConfig,
} from "@mlc-ai/web-llm";

export type { ChatCompletionChunk, ChatCompletionRequestStreaming, ModelRecord };

/** One model on one device. */
export interface MlcEngine {
  /** Loads the model of the record. May end well and leave nothing loaded: see `loaded`. */
  load(): Promise<void>;
  /** Whether a model is loaded. WebLLM unloads it by itself when the device is lost, and tells nobody. */
  loaded(): Promise<boolean>;
  /** Forgets the conversation before, and with it the cache of keys and values. */
  reset(): Promise<void>;
  /** Leaving the loop ends the generation. */
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
  const engine = new MLCEngine({
    // Ours alone: none of the package's own addresses.
    appConfig: { model_list: [record], cacheBackend: "cache" },
    initProgressCallback: ({ progress }) => onLoad(progress),
    logLevel: "ERROR",
  });
  const id = record.model_id;
  return {
    load: () => engine.reload(id),
    loaded: () =>
      engine.getMessage(id).then(
        () => true,
        () => false,
      ),
    reset: () => engine.resetChat(false, id),
    start: (request) => engine.chatCompletion(request),
    message: () => engine.getMessage(id),
    interrupt: () => void engine.interruptGenerate(),
    unload: () => engine.unload(),
  };
}

/** The package's own list, as data: nothing is fetched from its addresses by it. */
export const prebuiltRecords: readonly ModelRecord[] = prebuiltAppConfig.model_list;
