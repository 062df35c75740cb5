// The worker's side of calls: promises for short ones, streams for long work, an abort for both. Knows no procedure.

import { ClinfuseError } from "../base/errors.ts";
import type { Procedures } from "../procedures/procedure.ts";
import { holdLife } from "./life.ts";
import { outbox } from "./outbox.ts";
import { inWords, type Port, type Reply, type Request, toPlain } from "./rpc.ts";

/** A call that is under way. */
interface Running {
  readonly abort: AbortController;
  /** Events that the reader has room for. */
  credit: number;
  /** Called when there is more credit, and on an abort. */
  wake: () => void;
}

/** Answers calls until the worker ends. */
export function serve(port: Port, procedures: Procedures): void {
  const running = new Map<number, Running>();
  const post = (reply: Reply) => port.postMessage(reply);

  port.addEventListener("message", ({ data }: MessageEvent<Request>) => {
    if (data.type === "call") return void answer(data);
    const call = running.get(data.id);
    if (!call) return; // it ended meanwhile
    if (data.type === "more") call.credit += data.credit;
    else call.abort.abort();
    call.wake();
  });
  port.addEventListener("messageerror", () => post({ type: "unreadable" }));
  post({ type: "ready" });
  holdLife((lock) => post({ type: "lives", lock }));

  async function answer({ id, name, argument, credit }: Extract<Request, { type: "call" }>) {
    const call: Running = { abort: new AbortController(), credit, wake: () => undefined };
    running.set(id, call);
    try {
      const procedure = Object.hasOwn(procedures, name) ? procedures[name] : undefined;
      if (!procedure) throw new Error(`the worker has no procedure ${name}`);
      const result = procedure(argument as never, call.abort.signal);
      if (result instanceof Promise) post({ type: "done", id, value: await result });
      else {
        await pass(result, call, (events) => post({ type: "events", id, events }));
        post({ type: "done", id });
      }
    } catch (error) {
      fail(id, inWords(error, `an answer of ${name}`));
    } finally {
      running.delete(id);
    }
  }

  function fail(id: number, error: unknown) {
    const plain = toPlain(error);
    try {
      post({ type: "error", id, error: plain });
    } catch {
      post({ type: "error", id, error: { ...plain, place: {} } }); // the place is the one part that is not text
    }
  }
}

/** Passes on what the stream yields, and asks it for no more than its reader has room for. Throws `aborted` where the reader left. */
async function pass(stream: AsyncGenerator<unknown, unknown>, call: Running, send: (events: readonly unknown[]) => void) {
  const { signal } = call.abort;
  const out = outbox(send, (error) => {
    call.abort.abort(error);
    call.wake();
  });
  try {
    for (;;) {
      if (call.credit === 0) out.flush();
      while (call.credit === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          call.wake = resolve;
        });
      }
      if (signal.aborted) break;
      const asked = performance.now();
      const { done, value } = await stream.next();
      if (done || signal.aborted) break;
      call.credit--;
      out.put(value, performance.now() - asked);
    }
  } catch (error) {
    out.flush(); // the events before an error come before it
    throw error;
  } finally {
    await stream.return(undefined).catch(() => undefined); // what stopped it is told, and no fault of its cleaning up
  }
  out.flush();
  if (signal.aborted) throw out.failure ?? new ClinfuseError("aborted", "stopped");
}
