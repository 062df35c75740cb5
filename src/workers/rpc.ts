// Calls across a worker's border: promises for short calls, async generators for long work, an abort for both. Knows no room.

import { ClinfuseError, type ErrorCode, isAbort, type Place } from "../base/errors.ts";
import type { Answers, Procedures } from "../procedures/procedure.ts";

/** The same procedures as the other side sees them. Leaving a stream's loop, or the signal, stops the work behind it. */
export type Client<P extends Procedures> = {
  readonly [K in keyof P]: (argument: Parameters<P[K]>[0], signal?: AbortSignal) => ReturnType<P[K]>;
};

/** A worker's own scope, or a message port. */
interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** The page's side of it: a worker also tells that it died. */
interface WorkerPort extends Port {
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
}

interface PlainError {
  readonly code: ErrorCode | undefined;
  readonly name: string;
  readonly message: string;
  readonly place: Place;
  readonly stack: string | undefined;
}

type Request =
  | { readonly type: "call"; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly type: "cancel"; readonly id: number };

type Reply =
  | { readonly type: "event"; readonly id: number; readonly event: unknown }
  | { readonly type: "done"; readonly id: number; readonly value?: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: PlainError };

function toPlain(error: unknown): PlainError {
  if (error instanceof ClinfuseError)
    return { code: error.code, name: error.name, message: error.message, place: error.place, stack: error.stack };
  if (isAbort(error)) return { code: "aborted", name: "ClinfuseError", message: "stopped", place: {}, stack: undefined };
  if (error instanceof Error) return { code: undefined, name: error.name, message: error.message, place: {}, stack: error.stack };
  return { code: undefined, name: "Error", message: String(error), place: {}, stack: undefined };
}

function fromPlain(plain: PlainError): Error {
  const error = plain.code ? new ClinfuseError(plain.code, plain.message, plain.place) : new Error(plain.message);
  if (plain.stack) error.stack = plain.stack;
  return error;
}

/** The worker's side: answers calls until the worker ends. */
export function serve(port: Port, procedures: Procedures): void {
  const running = new Map<number, AbortController>();
  port.addEventListener("message", ({ data }: MessageEvent<Request>) => {
    if (data.type === "cancel") return running.get(data.id)?.abort();
    void answer(data.id, data.name, data.argument);
  });
  async function answer(id: number, name: string, argument: unknown) {
    const controller = new AbortController();
    running.set(id, controller);
    const reply = (message: Reply) => port.postMessage(message);
    try {
      const procedure = Object.hasOwn(procedures, name) ? procedures[name] : undefined;
      if (!procedure) throw new Error(`the worker has no procedure ${name}`);
      const result = procedure(argument as never, controller.signal);
      if (result instanceof Promise) {
        reply({ type: "done", id, value: await result });
        return;
      }
      for await (const event of result) {
        if (controller.signal.aborted) break;
        reply({ type: "event", id, event });
      }
      if (controller.signal.aborted) throw new ClinfuseError("aborted", "stopped");
      reply({ type: "done", id });
    } catch (error) {
      reply({ type: "error", id, error: toPlain(error) });
    } finally {
      running.delete(id);
    }
  }
}

interface Call {
  event(event: unknown): void;
  done(value: unknown): void;
  error(error: Error): void;
}

/**
 * The page's side. A worker that dies (out of
 * memory, a script that does not load) fails every open call with `engine-failed`.
 */
export function connect<P extends Procedures>(worker: WorkerPort, answers: Answers<P>): Client<P> {
  const calls = new Map<number, Call>();
  let next = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    const call = calls.get(data.id);
    if (data.type === "event") call?.event(data.event);
    else if (data.type === "done") call?.done(data.value);
    else call?.error(fromPlain(data.error));
  });
  worker.addEventListener("error", (event) => {
    const error = new ClinfuseError("engine-failed", `the worker stopped: ${event.message || "no reason given"}`);
    for (const call of [...calls.values()]) call.error(error);
  });

  const open = (name: string, argument: unknown, call: Call, signal?: AbortSignal) => {
    const id = next++;
    const cancel = () => worker.postMessage({ type: "cancel", id } satisfies Request);
    const settle = () => {
      calls.delete(id);
      signal?.removeEventListener("abort", cancel);
    };
    calls.set(id, {
      event: call.event,
      done: (value) => {
        settle();
        call.done(value);
      },
      error: (error) => {
        settle();
        call.error(error);
      },
    });
    worker.postMessage({ type: "call", id, name, argument } satisfies Request);
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    return cancel;
  };

  const call = (name: string) =>
    (answers as Readonly<Record<string, string>>)[name] === "stream"
      ? (argument: unknown, signal?: AbortSignal) => stream((call) => open(name, argument, call, signal))
      : (argument: unknown, signal?: AbortSignal) =>
          new Promise((resolve, reject) => {
            open(name, argument, { event: () => undefined, done: resolve, error: reject }, signal);
          });
  // `then` is no procedure: a client may be awaited or returned from an async function.
  return new Proxy({} as Client<P>, { get: (_, name: string) => (name === "then" ? undefined : call(name)) });
}

/** Events as they come, in order; what the reader has not taken yet waits in a queue. */
async function* stream(open: (call: Call) => () => void): AsyncGenerator<unknown, void> {
  const queue: unknown[] = [];
  let end: { error?: Error } | undefined;
  let wake: () => void = () => undefined;
  const finish = (how: { error?: Error }) => {
    end = how;
    wake();
  };
  const cancel = open({
    event: (event) => {
      queue.push(event);
      wake();
    },
    done: () => finish({}),
    error: (error) => finish({ error }),
  });
  try {
    for (;;) {
      while (queue.length > 0) yield queue.shift();
      if (end?.error) throw end.error;
      if (end) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    if (!end) cancel();
  }
}
