// Calls to a real worker: what it cannot send, where it crashes, where its script is not there; and a flow of events beside a page at work.

import { afterEach, describe, expect, it } from "vitest";
import type { Answers } from "../../src/procedures/procedure.ts";
import { connect } from "../../src/workers/connect.ts";
import type { TryingProcedures } from "./trying.worker.ts";

const answers: Answers<TryingProcedures> = {
  events: "stream",
  steps: "stream",
  forever: "stream",
  lingering: "stream",
  crash: "promise",
  die: "promise",
  compute: "promise",
  hasLingered: "promise",
  weights: "promise",
  echo: "promise",
};
const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

const start = () => new Worker(new URL("./trying.worker.ts", import.meta.url), { type: "module" });

function connected(worker = start()) {
  workers.push(worker);
  return connect<TryingProcedures>(worker, answers).procedures;
}

/** Until the worker holds its life's lock, and its page waits for it. */
async function lifeBegun(worker: Worker): Promise<void> {
  const lock = await new Promise((resolve) =>
    worker.addEventListener("message", ({ data }) => data.type === "lives" && resolve(data.lock)),
  );
  const waits = async () => (await navigator.locks.query()).pending?.some(({ name }) => name === lock);
  await expect.poll(waits).toBe(true);
}

async function drain(stream: AsyncIterable<unknown>) {
  for await (const _ of stream);
}

describe("a call fails in words, and nothing hangs, where", () => {
  it("the answer is no plain data", async () => {
    const client = connected();
    const message = expect.stringMatching(/an answer of weights cannot be sent/);
    await expect(client.weights(null)).rejects.toMatchObject({ code: "worker-failed", message });
    expect(await client.echo("still there")).toBe("still there");
  });

  it("the worker throws where nobody catches", async () => {
    const client = connected();
    const open = drain(client.forever(null));
    await client.crash("the heap is full");
    const message = expect.stringMatching(/the worker stopped: .*the heap is full/);
    await expect(open).rejects.toMatchObject({ code: "worker-failed", message });
    expect(await client.echo("still there")).toBe("still there");
  });

  it.each([
    ["is not there", "/no/such.worker.js"],
    ["does not parse", URL.createObjectURL(new Blob(["this is no script"], { type: "text/javascript" }))],
    ["throws", URL.createObjectURL(new Blob(["throw new Error('at once')"], { type: "text/javascript" }))],
  ])("the worker's script %s: at once, and later", async (_, address) => {
    const client = connected(new Worker(address, { type: "module" }));
    const message = expect.stringMatching(/the worker did not start/);
    await expect(client.echo("x")).rejects.toMatchObject({ code: "worker-failed", message });
    await expect(client.echo("x")).rejects.toMatchObject({ code: "worker-failed", message });
    await expect(drain(client.events(3))).rejects.toMatchObject({ code: "worker-failed", message });
  });
});

describe("a worker that ends without a word", () => {
  const unannounced = { code: "worker-failed", message: expect.stringMatching(/ended without a word/) };

  it.each([
    ["by itself", (client: ReturnType<typeof connected>) => void client.die(null).catch(() => undefined)],
    ["as the browser ends it", (_: unknown, worker: Worker) => worker.terminate()],
  ])("%s: what is open fails, and what is asked later", async (_, end) => {
    const worker = start();
    const client = connected(worker);
    await lifeBegun(worker);
    const open = [drain(client.forever(null)), drain(client.forever(null, new AbortController().signal))];
    const outcomes = Promise.allSettled(open);
    end(client, worker);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: unannounced });
    await expect(client.echo("x")).rejects.toMatchObject(unannounced);
  });

  it("is not one that computes for long", async () => {
    const worker = start();
    const client = connected(worker);
    await lifeBegun(worker);
    await client.compute(1500);
    expect(await client.echo("there")).toBe("there");
  });
});

it("a stream's loop is left when the work behind it has ended", async () => {
  const client = connected();
  for await (const i of client.lingering(300)) if (i === 3) break;
  expect(await client.hasLingered(null)).toBe(true);
});

describe("a flow of events", () => {
  it("comes whole and in order, in few messages", async () => {
    const worker = start();
    let messages = 0;
    worker.addEventListener("message", () => messages++);
    const client = connected(worker);
    const steps: number[] = [];
    for await (const { step } of client.events(10_000)) steps.push(step);
    expect(steps).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(messages).toBeLessThan(5_000);
  });

  it("holds back nothing of a group that the worker yields before it computes", async () => {
    const client = connected();
    const late: number[] = [];
    for await (const sent of client.steps({ groups: 5, milliseconds: 300 }))
      late.push(performance.timeOrigin + performance.now() - sent);
    expect(late).toHaveLength(5 * 16);
    // One that is held back waits for the computing in every group; a page that is busy is so now and then.
    const lastOfGroups = late.filter((_, i) => i % 16 === 15);
    expect(Math.min(...lastOfGroups)).toBeLessThan(300);
  });
});
