import { describe, expect, it } from "vitest";
import { cleanAfter, cleanAfterStream, inOrder, mutex, remembered } from "../../../src/base/async.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("inOrder", () => {
  it("yields in order of index although later tasks end first, with no more than the width in flight", async () => {
    let flying = 0;
    let most = 0;
    const task = async (i: number) => {
      most = Math.max(most, ++flying);
      await wait(i % 3 === 0 ? 12 : 2);
      flying--;
      return i * i;
    };
    const seen: number[] = [];
    for await (const { index, value } of inOrder(5, 4, task, new AbortController().signal)) {
      expect(value).toBe(index * index);
      seen.push(index);
      if (seen.length === 10) break;
    }
    expect(seen).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(most).toBe(4);
  });

  it("keeps the width busy while the first is slow, but does not run ahead without end", async () => {
    let started = 0;
    let finish: (i: number) => void = () => undefined;
    const first = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const task = async (i: number) => {
      started++;
      return i === 0 ? first : i;
    };
    const results = inOrder(0, 3, task, new AbortController().signal);
    const next = results.next();
    for (let turn = 0; turn < 50; turn++) await wait(0); // as far as it goes without the first
    expect(started).toBe(13); // the first, and four times the width
    finish(0);
    await next;
    await results.return();
  });

  it("aborts what is in flight when the loop is left, and waits for it", async () => {
    let stopped = 0;
    const task = (i: number, signal: AbortSignal) =>
      i === 0
        ? Promise.resolve(0)
        : new Promise<number>((_, reject) => {
            signal.addEventListener("abort", () => {
              stopped++;
              reject(new Error("aborted"));
            });
          });
    for await (const _ of inOrder(0, 3, task, new AbortController().signal)) break;
    expect(stopped).toBe(3); // 1, 2, and 3 that took the place of 0
  });

  it("throws a task's error at its turn, after the results before it", async () => {
    const seen: number[] = [];
    const run = async () => {
      const task = async (i: number) => {
        if (i === 2) throw new Error("two");
        await wait(5);
        return i;
      };
      for await (const { index } of inOrder(0, 8, task, new AbortController().signal)) seen.push(index);
    };
    await expect(run()).rejects.toThrow("two");
    expect(seen).toEqual([0, 1]);
  });
});

describe("mutex", () => {
  it("runs one at a time in order, and goes on after a failure", async () => {
    const m = mutex();
    const log: string[] = [];
    const job = (name: string, ms: number) =>
      m.run(async () => {
        log.push(`${name} in`);
        await wait(ms);
        log.push(`${name} out`);
        if (name === "a") throw new Error("a failed");
      });
    const a = job("a", 8);
    const b = job("b", 1);
    await expect(a).rejects.toThrow("a failed");
    await b;
    expect(log).toEqual(["a in", "a out", "b in", "b out"]);
  });
});

describe("cleaning up", () => {
  const fails = (what: string) => async () => {
    throw new Error(what);
  };
  const succeeds = async () => undefined;
  type End = "done" | "the work" | "the cleaning";
  const cases: readonly [string, () => Promise<undefined>, () => Promise<undefined>, End][] = [
    ["nothing", succeeds, succeeds, "done"],
    ["the work", fails("the work"), succeeds, "the work"],
    ["the cleaning", succeeds, fails("the cleaning"), "the cleaning"],
    ["both", fails("the work"), fails("the cleaning"), "the work"],
  ];
  const outcome = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);

  it.each(cases)("where %s fails", async (_, work, clean, end) => {
    let cleaned = 0;
    const counted = () => {
      cleaned++;
      return clean();
    };
    const promised = async () => (await work()) ?? "done";
    expect(await outcome(cleanAfter(promised(), counted))).toBe(end);
    async function* streamed() {
      yield 1;
      return await promised();
    }
    const read = async () => {
      const stream = cleanAfterStream(streamed(), counted);
      expect(await stream.next()).toEqual({ done: false, value: 1 });
      return (await stream.next()).value;
    };
    expect(await outcome(read())).toBe(end);
    expect(cleaned).toBe(2);
  });

  it("follows a reader who leaves", async () => {
    const order: string[] = [];
    async function* work() {
      try {
        yield 1;
        yield 2;
      } finally {
        order.push("the work has ended");
      }
    }
    const clean = async () => {
      order.push("cleaned");
    };
    for await (const _ of cleanAfterStream(work(), clean)) break;
    expect(order).toEqual(["the work has ended", "cleaned"]);
  });
});

describe("remembered", () => {
  it("asks once, several callers at a time, and again after a refusal", async () => {
    let asked = 0;
    const ask = remembered(async () => {
      if (++asked === 1) throw new Error("not now");
      return asked;
    });
    const both = await Promise.allSettled([ask(), ask()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(asked).toBe(1);
    expect([await ask(), await ask()]).toEqual([2, 2]);
  });
});
