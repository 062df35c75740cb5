import { describe, expect, it } from "vitest";
import type { Answers } from "../../../src/procedures/procedure.ts";
import type { WorkerClient, WorkerProcedures } from "../../../src/workers/client.ts";
import { whenAsked } from "../../../src/workers/when-asked.ts";

type Offered = {
  double(n: number): Promise<number>;
  count(to: number): AsyncGenerator<number, void>;
};

const answers: Answers<Offered> = { double: "promise", count: "stream" };

function startable() {
  let started = 0;
  const open = (): WorkerClient<Offered> => {
    started++;
    const procedures: WorkerProcedures<Offered> = {
      double: async (n) => 2 * n,
      async *count(to) {
        for (let i = 0; i < to; i++) yield i;
      },
      async *requests() {
        yield [{ url: "https://elsewhere.example/x", kind: "fetch", refused: false }];
      },
      policy: async () => "default-src 'none'",
      canary: async () => "refused" as const,
    };
    return { procedures, close: () => undefined };
  };
  return { open, started: () => started };
}

describe("a worker that starts when it is asked", () => {
  it("does not start while its requests alone are listened to, and tells them once it runs", async () => {
    const { open, started } = startable();
    const procedures = whenAsked(open, answers);
    const told = procedures.requests(null).next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(started()).toBe(0);
    expect(await procedures.double(21)).toBe(42);
    expect((await told).value).toEqual([{ url: "https://elsewhere.example/x", kind: "fetch", refused: false }]);
  });

  it("starts once, by a call, a stream or a question about its policy", async () => {
    const { open, started } = startable();
    const spread = { ...whenAsked(open, answers) };
    expect(await spread.policy(null)).toBe("default-src 'none'");
    const seen: number[] = [];
    for await (const i of spread.count(3)) seen.push(i);
    expect(seen).toEqual([0, 1, 2]);
    expect(started()).toBe(1);
  });
});
