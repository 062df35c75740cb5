// Failures of the environment and of input files, as one error with a code. Knows no room and no wording for users.

/** Every failure that a user can meet. `ui/explain.ts` maps each code to a sentence and a remedy, totally. */
export const errorCodes = [
  "aborted", // the user stopped it
  "browser-lacks", // something that an engine or the app needs, and another browser has
  "no-webgpu", // no adapter, or it lacks what is needed
  "adapter-insufficient", // there is an adapter, and the model needs more of it
  "device-unfit", // a setting of a training that the chosen device does not have
  "not-isolated", // no cross-origin isolation: no threads
  "device-lost",
  "out-of-memory",
  "quota-exceeded", // the browser refuses to store more
  "storage-unavailable", // private window, or storage denied
  "model-missing", // a model file is not there
  "download-broken", // the connection, or the server, gave up on the way
  "hub-absent", // the hub has no such repository, revision or file
  "hub-several", // the repository holds several models
  "hub-gated", // the hub wants an account
  "hub-unreachable", // no answer, or one of trouble
  "hub-malformed", // an answer, or a file, that is not what it should be
  "model-altered", // sha256 differs from the manifest's
  "model-truncated", // shorter than its own header says
  "model-unsupported", // not a format, architecture or type that we read
  "no-masked-head", // an encoder without the head that a source fills masked words by
  "context-overflow", // the prompt does not fit the model's context
  "grammar-invalid",
  "diverged", // training: the loss is no number, or stays far above its start
  "server-gone", // the app's own server does not answer
  "engine-failed", // the vendor's engine threw
  "worker-failed", // its script did not load, it threw where nobody caught it, or what it was to send is no plain data
  "task-malformed", // a task file that is no JSON, or whose field takes something else
  "file-empty",
  "file-malformed", // a line that does not parse, or lacks a field
  "file-missing", // a folder lacks a file
  "file-too-large",
  "file-not-the-model", // picked in place of a download, and another file than the manifest's
  "format-unknown", // files that no format fits
  "format-several", // a folder of several formats, or of several data sets
  "format-unfit", // a format that has no rows of the task's shape
  "span-out-of-bounds",
  "unknown-label",
  "dangling-edge", // an edge whose end is no node
  "graph-broken", // columns of a stored graph are gone or damaged
  "not-enough-examples",
  "no-topics", // the graph holds nothing that the task asks for
  "nothing-accepted", // a long row of attempts and none kept
  "run-busy", // another tab holds the run
  "training-busy", // another tab trains it
  "trained-missing", // a trained model's files are gone
  "trained-damaged", // some of them are gone or are not what was saved
  "model-busy", // another tab writes the model's file
  "not-found",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The place of the fault: values for the user's sentence. Plain data, so that it crosses a worker's border. */
export interface Place {
  readonly file?: string;
  readonly line?: number; // from 1
  readonly what?: string; // the label, the node id, the field
  readonly got?: string | number;
  readonly expected?: string | number;
  /** A remedy that is better here than the code's own. */
  readonly remedy?: string;
}

export class ClinfuseError extends Error {
  override readonly name = "ClinfuseError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly place: Place = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** True for two errors of one code. */
export function isSameFault(a: unknown, b: unknown): boolean {
  return a instanceof ClinfuseError && b instanceof ClinfuseError && a.code === b.code;
}

/** True for both our own abort and the platform's. */
export function isAbort(error: unknown): boolean {
  if (error instanceof ClinfuseError) return error.code === "aborted";
  return error instanceof Error && error.name === "AbortError";
}

/** Throws `aborted` once the signal fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ClinfuseError("aborted", "stopped", {}, { cause: signal.reason });
}

/** Exhaustiveness of a switch at run time too: names the value that no case took. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
