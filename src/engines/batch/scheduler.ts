// Continuous batching: requests wait, are read, decoded in rows beside each other, and make room for the next. Knows no text.

import { turn } from "../../base/async.ts";
import type { KeyValueCache, SharedBeginning } from "./cache.ts";
import type { BatchDecoder } from "./decoder.ts";
import { abort, type Job, type Running, runningOf, type Scheduler, takeNext } from "./job.ts";
import type { PromptReader, ReadPrompt } from "./prompt.ts";
import { BatchRows } from "./rows.ts";

interface Parts {
  readonly decoder: BatchDecoder;
  readonly prompts: PromptReader;
  readonly ends: ReadonlySet<number>;
  /** Numbers of rows that a step may have, rising; the last is how many requests are decoded at a time. */
  readonly rowSizes: readonly number[];
}

export function scheduler({ decoder, prompts, ends, rowSizes }: Parts): Scheduler {
  const queue: Running[] = [];
  const slots = rowSizes.at(-1) as number;
  const tables = new Tables(decoder, rowSizes);
  /** Rows out of their table while they read what must come. */
  const leaving: { readonly row: Running; readonly beginning: SharedBeginning; readonly cache: KeyValueCache }[] = [];
  let loop: Promise<void> | undefined;
  let stopped = false;

  const dead = ({ job }: Running) => stopped || job.signal.aborted;
  /** Takes the next token in; true while there is more to come. */
  const advance = async (running: Running, logits: Float32Array): Promise<boolean> => {
    if (!dead(running)) return takeNext(running, logits, ends);
    abort(running);
    return false;
  };

  /** Goes on from a prompt that was read, or from a row, in a cache of its own, up to the next step that others share. */
  const proceed = async (running: Running, { beginning, cache, logits }: ReadPrompt): Promise<void> => {
    let more = await advance(running, logits);
    while (more && running.ahead.length > 0) {
      more = await advance(running, await prompts.more(beginning, cache, [running.next, ...running.ahead]));
    }
    if (more) tables.seat(running, { beginning, cache });
    else cache.free();
  };

  const admit = async (running: Running): Promise<void> => {
    const read = await readPrompt(prompts, running.job, () => dead(running));
    if (read && !dead(running)) return proceed(running, read);
    read?.cache.free();
    if (dead(running)) abort(running);
  };

  /** One token more for everybody. */
  const decode = async (): Promise<void> => {
    for (const rows of tables.all) {
      for (const running of rows.seated) {
        if (!dead(running)) continue;
        rows.remove(running);
        abort(running);
      }
      if (rows.seated.length === 0) continue;
      const { beginning } = rows;
      for (const { row, logits } of await rows.step()) {
        if (!(await advance(row, logits))) rows.remove(row);
        else if (row.ahead.length > 0) leaving.push({ row, beginning, cache: rows.take(row) });
      }
    }
    for (; leaving[0]; leaving.shift()) {
      const { row, beginning, cache } = leaving[0];
      const logits = await prompts.more(beginning, cache, [row.next, ...row.ahead]);
      await proceed(row, { beginning, cache, logits });
    }
    tables.clear((rows) => rows.seated.length === 0);
  };

  const work = async (): Promise<void> => {
    while (queue.length > 0 || tables.seated.length > 0) {
      const waiting = tables.seated.length < slots ? queue.shift() : undefined;
      try {
        await (waiting ? admit(waiting) : decode());
      } catch (error) {
        const out = leaving.splice(0).map(({ row }) => row);
        for (const running of [waiting, ...out, ...tables.seated, ...queue.splice(0)]) running?.reject(error);
        tables.clear(() => true); // the decoder failed: nothing that is under way can go on
      }
      await turn();
    }
    loop = undefined;
  };

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        queue.push(runningOf(job, resolve, reject));
        loop ??= work();
      }),
    async stop() {
      stopped = true;
      await loop;
    },
  };
}

function readPrompt(prompts: PromptReader, { prompt, onProgress }: Job, stopped: () => boolean): Promise<ReadPrompt | undefined> {
  return prompts.read(prompt, stopped, (tokens) => onProgress?.(tokens, 0));
}

/** Rows by the beginning that they share: rows of different beginnings cannot share a step. */
class Tables {
  all: readonly BatchRows<Running>[] = [];

  constructor(
    private readonly decoder: BatchDecoder,
    private readonly rowSizes: readonly number[],
  ) {}

  get seated(): readonly Running[] {
    return this.all.flatMap((rows) => rows.seated);
  }

  seat(running: Running, { beginning, cache }: Pick<ReadPrompt, "beginning" | "cache">): void {
    let rows = this.all.find((table) => table.beginning === beginning);
    if (!rows) {
      rows = new BatchRows(this.decoder, beginning, this.rowSizes);
      this.all = [...this.all, rows];
    }
    rows.add(running, cache);
  }

  clear(which: (rows: BatchRows<Running>) => boolean): void {
    for (const rows of this.all) if (which(rows)) rows.close();
    this.all = this.all.filter((rows) => !which(rows));
  }
}
