// A worker that fails in the ways that a worker can, and streams as fast as it can.

import { serve } from "../../src/workers/serve.ts";

let lingered = false;

const procedures = {
  async *events(n: number): AsyncGenerator<{ readonly type: "step"; readonly step: number; readonly text: string }, void> {
    for (let step = 0; step < n; step++) yield { type: "step", step, text: "a token" };
  },
  /** Yields in groups, as an engine with sixteen slots does, and computes between them. */
  async *steps({ groups, milliseconds }: { groups: number; milliseconds: number }): AsyncGenerator<number, void> {
    for (let group = 0; group < groups; group++) {
      for (let slot = 0; slot < 16; slot++) yield performance.timeOrigin + performance.now();
      const start = performance.now();
      while (performance.now() - start < milliseconds);
    }
  },
  async *forever(_: null, signal: AbortSignal): AsyncGenerator<number, void> {
    yield 0;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  },
  async crash(message: string) {
    setTimeout(() => {
      throw new Error(message);
    });
  },
  /** Ends the worker as a browser does that wants its memory back: no event tells of it. */
  async die(_: null) {
    self.close();
  },
  /** Is heard by nothing for so long. */
  async compute(milliseconds: number) {
    const start = performance.now();
    while (performance.now() - start < milliseconds);
  },
  /** Ends a while after it was told to. */
  async *lingering(milliseconds: number): AsyncGenerator<number, void> {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      lingered = true;
    }
  },
  async hasLingered(_: null) {
    return lingered;
  },
  async weights(_: null) {
    return { close: () => undefined };
  },
  async echo(text: string) {
    return text;
  },
};

export type TryingProcedures = typeof procedures;

serve(self, procedures);
