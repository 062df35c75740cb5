import { afterEach, describe, expect, it, vi } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import type { Answers } from "../../../src/procedures/procedure.ts";
import { type Connection, connect } from "../../../src/workers/connect.ts";
import { serve } from "../../../src/workers/serve.ts";

type Log = { started: number; ended: number; yielded: number };

const room = 256; // events that a reader's side holds

function offered(log: Log) {
  return {
    async double(n: number) {
      return n * 2;
    },
    async fail(code: "file-malformed") {
      throw new ClinfuseError(code, "line 3 is bad", { file: "x.tsv", line: 3 });
    },
    async bug(_: null) {
      throw new TypeError("undefined is not a function");
    },
    async wait(_: null, signal: AbortSignal) {
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("stop", "AbortError"))));
    },
    async unclonable(_: null): Promise<unknown> {
      return { f: () => 1 };
    },
    async oddPlace(_: null) {
      throw new ClinfuseError("not-found", "it is gone", { what: (() => 1) as never });
    },
    async *count(to: number, signal: AbortSignal): AsyncGenerator<number, void> {
      log.started++;
      try {
        for (let i = 0; i < to && !signal.aborted; i++) {
          log.yielded++;
          yield i;
          if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        log.ended++;
      }
    },
    /** Never hears of the signal, and never waits. */
    async *deaf(to: number): AsyncGenerator<number, void> {
      log.started++;
      try {
        for (let i = 0; i < to; i++) {
          log.yielded++;
          yield i;
        }
      } finally {
        log.ended++;
      }
    },
    async *lingering(_: null): AsyncGenerator<number, void> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        await tick();
        log.ended++;
      }
    },
    async *failing(after: number): AsyncGenerator<number, void> {
      for (let i = 0; i < after; i++) yield i;
      throw new ClinfuseError("device-lost", "gone");
    },
    async *badEnd(to: number): AsyncGenerator<number, void> {
      try {
        for (let i = 0; i < to; i++) yield i;
      } finally {
        log.ended++;
        // biome-ignore lint/correctness/noUnsafeFinally: a cleaning up that fails is what is tried
        throw new Error("cleaning up failed");
      }
    },
    async *badEvent(at: number): AsyncGenerator<unknown, void> {
      for (let i = 0; ; i++) yield i === at ? () => i : i;
    },
  };
}
type Offered = ReturnType<typeof offered>;

const answers: Answers<Offered> = {
  double: "promise",
  fail: "promise",
  bug: "promise",
  wait: "promise",
  unclonable: "promise",
  oddPlace: "promise",
  count: "stream",
  deaf: "stream",
  lingering: "stream",
  failing: "stream",
  badEnd: "stream",
  badEvent: "stream",
};

/** Both ends over a real message channel: data is cloned as between page and worker. */
function pair() {
  const log: Log = { started: 0, ended: 0, yielded: 0 };
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const messages = { events: 0 };
  port2.addEventListener("message", ({ data }) => {
    if (data.type === "events") messages.events++;
  });
  serve(port1 as never, offered(log));
  const connection: Connection<Offered> = connect<Offered>(port2 as never, answers);
  port1.start();
  port2.start();
  return { client: connection.procedures, end: connection.end, log, messages, page: port2, worker: port1 };
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

const tick = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));
const firstNumbers = (n: number) => Array.from({ length: n }, (_, i) => i);

async function collect<T>(from: AsyncIterable<T>) {
  const events: T[] = [];
  try {
    for await (const event of from) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

describe("calls", () => {
  it("are answered, several at once", async () => {
    const { client } = pair();
    expect(await Promise.all([1, 2, 3].map((n) => client.double(n)))).toEqual([2, 4, 6]);
  });

  it("keep code, place and message of an error", async () => {
    const { client } = pair();
    const error = await client.fail("file-malformed").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ClinfuseError);
    expect(error).toMatchObject({ code: "file-malformed", message: "line 3 is bad", place: { file: "x.tsv", line: 3 } });
    await expect(client.bug(null)).rejects.toThrow("undefined is not a function");
  });

  it("are refused for a procedure that is not offered, prototype names too", async () => {
    const { page } = pair();
    const odd = { ...answers, absent: "promise", toString: "promise" } as unknown as Answers<Offered>;
    const client = connect<Offered>(page as never, odd).procedures as unknown as Record<
      string,
      (argument: null) => Promise<unknown>
    >;
    for (const name of ["absent", "toString"]) await expect(client[name]!(null)).rejects.toThrow(`no procedure ${name}`);
  });

  it("can be spread into an object with others, and awaited", async () => {
    const { client } = pair();
    expect(await { ...(await Promise.resolve(client)) }.double(4)).toBe(8);
  });

  it("end with `aborted` when the signal fires", async () => {
    const { client } = pair();
    const waiting = new AbortController();
    const call = client.wait(null, waiting.signal);
    waiting.abort();
    await expect(call).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("streams", () => {
  it("give events in order, two side by side", async () => {
    const { client } = pair();
    const [long, short] = await Promise.all([collect(client.count(2000)), collect(client.count(3))]);
    expect(long).toEqual({ events: firstNumbers(2000), error: undefined });
    expect(short.events).toEqual([0, 1, 2]);
  });

  it.each([0, 1, 40, room, 1000])("give the %i events before an error, then the error", async (n) => {
    const { events, error } = await collect(pair().client.failing(n));
    expect(events).toEqual(firstNumbers(n));
    expect(error).toMatchObject({ code: "device-lost" });
  });

  it("stop the work behind them when the reader leaves, who goes on when it has ended", async () => {
    const { client, log } = pair();
    for await (const i of client.count(1_000_000)) if (i === 3) break;
    expect(log).toMatchObject({ started: 1, ended: 1 });
    for await (const _ of client.lingering(null)) break;
    expect(log.ended).toBe(2);
  });

  it("are left at once where they had ended, or their worker is gone", async () => {
    const { client, end, log } = pair();
    for await (const _ of client.count(1)) break;
    expect(log.ended).toBe(1);
    const events = client.lingering(null);
    await events.next();
    end(new ClinfuseError("aborted", "ended"));
    await events.return();
  });

  it("end with `aborted` when the signal fires", async () => {
    const { client, log } = pair();
    const controller = new AbortController();
    const run = async () => {
      for await (const i of client.count(1_000_000, controller.signal)) if (i === 2) controller.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: "aborted" });
    await vi.waitFor(() => expect(log.ended).toBe(1));
  });

  it("send many events in one message where they come one upon another", async () => {
    const { client, messages } = pair();
    const { events } = await collect(client.deaf(10_000));
    expect(events).toEqual(firstNumbers(10_000));
    expect(messages.events).toBeLessThan(5_000);
  });
});

describe("a reader who is slow", () => {
  it("holds back the work: no more is made than it has room for", async () => {
    const { client, log } = pair();
    const events = client.deaf(100_000);
    await events.next();
    await vi.waitFor(() => expect(log.yielded).toBe(room));
    for (let i = 0; i < room / 2; i++) await events.next();
    await vi.waitFor(() => expect(log.yielded).toBe(room * 1.5));
    await events.return();
    await vi.waitFor(() => expect(log).toMatchObject({ yielded: room * 1.5, ended: 1 }));
  });

  it("reaches work that waits for it by the signal", async () => {
    const { client, log } = pair();
    const controller = new AbortController();
    const events = client.deaf(100_000, controller.signal);
    await events.next();
    await vi.waitFor(() => expect(log.yielded).toBe(room));
    controller.abort();
    await vi.waitFor(() => expect(log).toMatchObject({ yielded: room, ended: 1 })); // though the reader asks for nothing
    const rest = await collect(events);
    expect(rest.events).toEqual(firstNumbers(room).slice(1));
    expect(rest.error).toMatchObject({ code: "aborted" });
  });

  it("of one stream holds back no other call", async () => {
    const { client } = pair();
    const events = client.deaf(100_000);
    await events.next();
    await tick();
    expect(await client.double(4)).toBe(8);
    expect((await collect(client.count(1000))).events).toHaveLength(1000);
    await events.return();
  });
});

describe("what cannot be sent", () => {
  const refused = { code: "worker-failed", message: expect.stringMatching(/cannot be sent/) };

  it("as an answer fails the call", async () => {
    await expect(pair().client.unclonable(null)).rejects.toMatchObject(refused);
  });

  it("as an argument fails the call, and the next goes on", async () => {
    const { client } = pair();
    await expect(client.double((() => 1) as never)).rejects.toMatchObject(refused);
    expect((await collect(client.count((() => 1) as never))).error).toMatchObject(refused);
    expect(await client.double(1)).toBe(2);
  });

  it.each([0, 5, 50, 300])("as event %i of a stream comes after the events before it", async (at) => {
    const { events, error } = await collect(pair().client.badEvent(at));
    expect(events).toEqual(firstNumbers(at));
    expect(error).toMatchObject(refused);
  });

  it("in an error's place leaves its code and its words", async () => {
    await expect(pair().client.oddPlace(null)).rejects.toMatchObject({ code: "not-found", message: "it is gone" });
  });
});

describe("a worker that fails", () => {
  /** `how` stands in for the browser: a message port has no such events of its own. */
  const failing = async (how: (ends: ReturnType<typeof pair>) => void) => {
    const ends = pair();
    const open = [ends.client.wait(null), collect(ends.client.count(1_000_000)).then(({ error }) => Promise.reject(error))];
    const outcomes = Promise.allSettled(open);
    await tick(); // it has said that it is ready
    how(ends);
    return { ...ends, outcomes: await outcomes };
  };
  const codes = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.map((o) => (o.status === "rejected" ? (o.reason as ClinfuseError).code : o.status));

  it("where nobody caught its error: open calls fail and are stopped, the next goes on", async () => {
    const { outcomes, client, log } = await failing(({ page }) =>
      page.dispatchEvent(Object.assign(new Event("error"), { message: "out of memory" })),
    );
    expect(codes(outcomes)).toEqual(["worker-failed", "worker-failed"]);
    expect(String((outcomes[0] as PromiseRejectedResult).reason)).toMatch(/the worker stopped: out of memory/);
    await vi.waitFor(() => expect(log.ended).toBe(1));
    expect(await client.double(2)).toBe(4);
  });

  it("where an answer or a call cannot be read", async () => {
    for (const end of ["page", "worker"] as const) {
      const { outcomes, client } = await failing((ends) => ends[end].dispatchEvent(new Event("messageerror")));
      expect(codes(outcomes)).toEqual(["worker-failed", "worker-failed"]);
      expect(await client.double(2)).toBe(4);
    }
  });

  it("before it was ready: every call fails, those after it too", async () => {
    const { port2 } = new MessageChannel();
    ports.push(port2);
    const { procedures } = connect<Offered>(port2 as never, answers);
    const open = procedures.double(1);
    port2.dispatchEvent(new Event("error"));
    await expect(open).rejects.toMatchObject({ code: "worker-failed", message: expect.stringMatching(/did not start/) });
    await expect(procedures.double(1)).rejects.toMatchObject({ code: "worker-failed" });
    expect((await collect(procedures.count(3))).error).toMatchObject({ code: "worker-failed" });
  });

  it("as it was ended by its page: open calls and later ones are told", async () => {
    const { outcomes, client } = await failing(({ end }) => end(new ClinfuseError("aborted", "ended")));
    expect(codes(outcomes)).toEqual(["aborted", "aborted"]);
    await expect(client.double(1)).rejects.toMatchObject({ code: "aborted" });
  });

  it("in cleaning up: told where the work was done, and hidden behind what stopped it", async () => {
    const { client, log } = pair();
    const { events, error } = await collect(client.badEnd(3));
    expect(events).toEqual([0, 1, 2]);
    expect(error).toMatchObject({ message: "cleaning up failed" });
    const controller = new AbortController();
    const stream = client.badEnd(1000, controller.signal);
    await stream.next();
    await tick(); // the work waits for its reader
    controller.abort();
    expect((await collect(stream)).error).toMatchObject({ code: "aborted" });
    for await (const _ of client.badEnd(1000)) break;
    await vi.waitFor(() => expect(log.ended).toBe(3));
  });
});
