// The page's side of calls: each procedure of a worker as a promise or as a stream. Knows no worker and no procedure.

import { ClinfuseError } from "../base/errors.ts";
import type { Answers, Procedures } from "../procedures/procedure.ts";
import { watchLife } from "./life.ts";
import { fromPlain, inWords, type Reply, type Request, type WorkerPort } from "./rpc.ts";

/**
 * The procedures as the page sees them. Leaving a stream's loop, or the signal, stops the work behind it; the loop is left when that work has
 * ended, so that its locks are free and nothing of it overlaps with what comes next.
 */
export type Client<P extends Procedures> = {
  readonly [K in keyof P]: (argument: Parameters<P[K]>[0], signal?: AbortSignal) => ReturnType<P[K]>;
};

export interface Connection<P extends Procedures> {
  readonly procedures: Client<P>;
  /** Fails every open call and every later one with that error. */
  end(error: Error): void;
}

/** Events that a stream holds at most for a reader who has not taken them yet. */
const room = 256;

/** Receiver of the answers to one call. */
interface Call {
  events(events: readonly unknown[]): void;
  done(value: unknown): void;
  error(error: Error): void;
}

interface Opened {
  cancel(): void;
  more(credit: number): void;
}

type Open = (call: Call) => Opened;

interface Calls {
  readonly open: (name: string, argument: unknown, signal: AbortSignal | undefined, call: Call) => Opened;
  readonly end: (error: Error) => void;
}

/**
 * Calls over a worker's border. A worker whose script does not load fails every call with `worker-failed`; an error that the worker did
 * not catch, or an answer that cannot be read, fails the calls that are open. A worker that ended by itself fails those and all later ones.
 */
export function connect<P extends Procedures>(worker: WorkerPort, answers: Answers<P>): Connection<P> {
  const { open, end } = callsTo(worker);
  const procedure = (name: string) =>
    (answers as Readonly<Record<string, string>>)[name] === "stream"
      ? (argument: unknown, signal?: AbortSignal) => stream((call) => open(name, argument, signal, call))
      : (argument: unknown, signal?: AbortSignal) =>
          new Promise((done, error) => {
            open(name, argument, signal, { events: () => undefined, done, error });
          });
  // A plain object: it can be spread, and awaited.
  const procedures = Object.fromEntries(Object.keys(answers).map((name) => [name, procedure(name)])) as unknown as Client<P>;
  return { procedures, end };
}

function callsTo(worker: WorkerPort): Calls {
  const calls = new Map<number, Call>();
  let next = 0;
  let ended: Error | undefined;
  const post = (request: Request) => worker.postMessage(request);
  const failAll = (error: Error) => {
    for (const [id, call] of [...calls]) {
      call.error(error);
      if (!ended) post({ type: "cancel", id }); // where the worker lives on, nobody waits for it
    }
  };
  const end = (error: Error) => {
    ended ??= error;
    failAll(error);
  };
  listen(worker, calls, failAll, end);

  const open: Calls["open"] = (name, argument, signal, call) => {
    const id = next++;
    const cancel = () => post({ type: "cancel", id });
    const settled = <A>(tell: (answer: A) => void) => {
      return (answer: A) => {
        calls.delete(id);
        signal?.removeEventListener("abort", cancel);
        tell(answer);
      };
    };
    const own: Call = { events: call.events, done: settled(call.done), error: settled(call.error) };
    calls.set(id, own);
    try {
      if (ended) throw ended;
      post({ type: "call", id, name, argument, credit: room });
    } catch (error) {
      own.error(inWords(error, `what ${name} was given`) as Error);
      return { cancel: () => undefined, more: () => undefined };
    }
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    return { cancel, more: (credit) => post({ type: "more", id, credit }) };
  };
  return { open, end };
}

function listen(worker: WorkerPort, calls: ReadonlyMap<number, Call>, failAll: Calls["end"], end: Calls["end"]): void {
  let ready = false;
  worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    if (data.type === "ready") ready = true;
    else if (data.type === "lives") watchLife(data.lock, () => end(failed(unannounced)));
    else if (data.type === "unreadable") failAll(failed("a call could not be read by the worker"));
    else if (data.type === "events") calls.get(data.id)?.events(data.events);
    else if (data.type === "done") calls.get(data.id)?.done(data.value);
    else calls.get(data.id)?.error(fromPlain(data.error));
  });
  worker.addEventListener("messageerror", () => failAll(failed("an answer of the worker could not be read")));
  worker.addEventListener("error", (event) => {
    const message = "message" in event && typeof event.message === "string" ? event.message : "";
    if (ready) failAll(failed(`the worker stopped: ${message || "no reason given"}`));
    else end(failed(`the worker did not start: ${message || "its script could not be loaded"}`));
  });
}

const unannounced = "the worker ended without a word, as a browser ends one for want of memory";

const failed = (message: string) => new ClinfuseError("worker-failed", message);

/** Events in order. The worker is granted more as they are taken, by halves of the room, so that it need not wait. */
async function* stream(open: Open): AsyncGenerator<unknown, void> {
  let queue: unknown[] = [];
  let end: { readonly error?: Error } | undefined;
  let wake: () => void = () => undefined;
  const finish = (how: { readonly error?: Error }) => {
    end = how;
    wake();
  };
  const { cancel, more } = open({
    events: (events) => {
      queue.push(...events);
      wake();
    },
    done: () => finish({}),
    error: (error) => finish({ error }),
  });
  const told = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  let taken = 0;
  try {
    for (;;) {
      const events = queue;
      queue = [];
      for (const event of events) {
        yield event;
        if (++taken < room / 2 || end) continue;
        more(taken);
        taken = 0;
      }
      if (queue.length > 0) continue;
      if (end?.error) throw end.error;
      if (end) return;
      await told();
    }
  } finally {
    if (!end) cancel();
    while (!end) await told();
  }
}
