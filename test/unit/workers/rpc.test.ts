import { afterEach, describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import type { Answers } from "../../../src/procedures/procedure.ts";
import { connect, serve } from "../../../src/workers/rpc.ts";

type Log = { started: number; ended: number };

/** Both ends over a real message channel: data is cloned as between page and worker. */
function pair() {
  const log: Log = { started: 0, ended: 0 };
  const channel = new MessageChannel();
  ports.push(channel.port1, channel.port2);
  const procedures = {
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
    async *count(to: number, signal: AbortSignal): AsyncGenerator<number, void> {
      log.started++;
      try {
        for (let i = 0; i < to && !signal.aborted; i++) {
          yield i;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        log.ended++;
      }
    },
    async *failing(_: null): AsyncGenerator<number, void> {
      yield 1;
      throw new ClinfuseError("device-lost", "gone");
    },
  };
  const answers: Answers<typeof procedures> = {
    double: "promise",
    fail: "promise",
    bug: "promise",
    wait: "promise",
    count: "stream",
    failing: "stream",
  };
  serve(channel.port1 as never, procedures);
  channel.port1.start();
  channel.port2.start();
  return { client: connect<typeof procedures>(channel.port2 as never, answers), log };
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

const tick = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

describe("rpc", () => {
  it("answers calls, several at once", async () => {
    const { client } = pair();
    expect(await Promise.all([1, 2, 3].map((n) => client.double(n)))).toEqual([2, 4, 6]);
  });

  it("keeps code, place and message of an error", async () => {
    const { client } = pair();
    const error = await client.fail("file-malformed").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ClinfuseError);
    expect(error).toMatchObject({ code: "file-malformed", message: "line 3 is bad", place: { file: "x.tsv", line: 3 } });
    await expect(client.bug(null)).rejects.toThrow("undefined is not a function");
  });

  it("streams events in order, two streams side by side", async () => {
    const { client } = pair();
    const read = async (n: number) => {
      const seen: number[] = [];
      for await (const i of client.count(n)) seen.push(i);
      return seen;
    };
    expect(await Promise.all([read(5), read(3)])).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2],
    ]);
  });

  it("gives the events before an error, then the error", async () => {
    const { client } = pair();
    const seen: number[] = [];
    const run = async () => {
      for await (const i of client.failing(null)) seen.push(i);
    };
    await expect(run()).rejects.toMatchObject({ code: "device-lost" });
    expect(seen).toEqual([1]);
  });

  it("stops the work behind a stream whose reader left", async () => {
    const { client, log } = pair();
    for await (const i of client.count(1_000_000)) if (i === 3) break;
    await tick();
    expect(log).toEqual({ started: 1, ended: 1 });
  });

  it("ends a stream and a call with `aborted` when the signal fires", async () => {
    const { client, log } = pair();
    const controller = new AbortController();
    const run = async () => {
      for await (const i of client.count(1_000_000, controller.signal)) if (i === 2) controller.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: "aborted" });
    await tick();
    expect(log.ended).toBe(1);
    const waiting = new AbortController();
    const call = client.wait(null, waiting.signal);
    waiting.abort();
    await expect(call).rejects.toMatchObject({ code: "aborted" });
  });

  it("refuses a procedure that is not offered, prototype names too", async () => {
    const { client } = pair();
    const odd = client as unknown as Record<string, () => Promise<unknown>>;
    await expect(odd.toString?.()).rejects.toThrow(/no procedure toString/);
  });
});
