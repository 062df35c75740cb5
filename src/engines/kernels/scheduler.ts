// Continuous batching line by line: a step reads one token of every text that is written, and parts of prompts beside them. Knows no text.
//
// A line's numbers do not depend on the lines beside it, nor on who read the tokens before it: so neither does a text.

import { turn } from "../../base/async.ts";
import type { Decoder, Line } from "../../runtime/line-decoder.ts";
import type { Chosen, TokenChoice } from "../../runtime/token-choice.ts";
import { abort, type Job, type Running, runningOf, type Scheduler, takeChoice, takeNext } from "../batch/job.ts";
import { choiceOf, chosenOf, Occurred } from "./choice.ts";
import { Beginnings, commonLength, Places } from "./places.ts";

/** A text under way. */
interface Seated {
  readonly running: Running;
  readonly seat: number;
  /** Its tokens: those in the cache, then those that are to be read. */
  readonly ids: number[];
  /** Ids of the tokens in the cache. */
  readonly places: number[];
  /** Tokens of the prompt that it took over. */
  readonly taken: number;
  readonly occurred: Occurred;
}

interface Parts {
  readonly decoder: Decoder;
  readonly ends: ReadonlySet<number>;
  readonly seats: number;
  readonly vocabSize: number;
  /** Tokens of prompts that are kept for others. */
  readonly keptTokens: number;
}

/** A beginning that a text under way is about to have read is waited for where it is longer. */
const worthWaiting = 16;

export function lineScheduler(parts: Parts): Scheduler {
  const table = new Table(parts);
  const queue: Running[] = [];
  let loop: Promise<void> | undefined;
  let stopped = false;
  const dead = ({ job }: Running) => stopped || job.signal.aborted;

  const work = async (): Promise<void> => {
    while (queue.length > 0 || table.seated.length > 0) {
      try {
        table.leave(dead);
        for (const running of queue.splice(0)) {
          if (dead(running)) abort(running);
          else if (!table.admit(running)) queue.push(running);
        }
        if (table.seated.length > 0) await table.step(dead);
      } catch (error) {
        for (const running of [...table.clear(), ...queue.splice(0)]) running.reject(error); // nothing under way can go on
      }
      await turn();
    }
    loop = undefined;
  };

  return {
    run: (job: Job) =>
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

class Table {
  seated: readonly Seated[] = [];
  readonly #places = new Places();
  readonly #beginnings: Beginnings;

  constructor(private readonly parts: Parts) {
    this.#beginnings = new Beginnings(this.#places, parts.keptTokens);
    this.#places.extend(parts.decoder.places);
  }

  /** Seats a request; false while there is no seat, or while another reads what both begin with. */
  admit(running: Running): boolean {
    const { seats, decoder, vocabSize } = this.parts;
    if (this.seated.length >= seats) return false;
    const { ids } = running.job.prompt;
    const taken = this.#beginnings.find(ids);
    const reads = ({ ids: other, places }: Seated) =>
      Math.min(commonLength(other, ids), ids.length - 1) > Math.max(places.length, taken.length + worthWaiting);
    if (this.seated.some((other) => isReading(other) && reads(other))) {
      this.#places.release(taken);
      return false;
    }
    const used = new Set(this.seated.map(({ seat }) => seat));
    const seat = Array.from({ length: seats }, (_, i) => i).find((i) => !used.has(i)) as number;
    decoder.seat(seat, Uint32Array.from(taken));
    const own = { ids: [...ids], places: [...taken], taken: taken.length, occurred: new Occurred(vocabSize) };
    this.seated = [...this.seated, { running, seat, ...own }];
    if (taken.length > 0) running.job.onProgress?.(taken.length, 0);
    return true;
  }

  /** Requests that ended leave. */
  leave(ended: (running: Running) => boolean): void {
    for (const one of this.seated) {
      if (!ended(one.running)) continue;
      abort(one.running);
      this.#remove(one);
    }
  }

  /** Everybody leaves; what is in the cache is forgotten. */
  clear(): readonly Running[] {
    const all = this.seated;
    for (const one of all) this.#remove(one);
    while (this.#beginnings.forget());
    return all.map(({ running }) => running);
  }

  /** Reads a token of every text that is written, and as much of the prompts as there is room for. */
  async step(dead: (running: Running) => boolean): Promise<void> {
    const { decoder, ends } = this.parts;
    const planned = plan(this.seated, decoder.lines);
    await this.#room(planned.reduce((sum, { count }) => sum + count, 0));
    const lines = planned.flatMap(({ one, count }) => this.#lines(one, count));
    const lasts = planned.map(({ count }, i) => planned.slice(0, i).reduce((sum, before) => sum + before.count, count) - 1);
    const read = planned.map(({ one }, i) => ({ one, line: lasts[i] as number })).filter(({ one }) => !isReading(one));
    const choices = await Promise.all(read.map(({ one }) => this.#choice(one)));
    const [there, here] = [read.filter((_, i) => choices[i]), read.filter((_, i) => !choices[i])];
    const wanted = [...there, ...here].map(({ line }) => line);
    const { chosen, logits } = await decoder.step(
      lines,
      wanted,
      choices.filter((choice) => choice !== undefined),
    );
    for (const { one } of planned) this.#tell(one);
    const take = async (one: Seated, more: () => boolean | Promise<boolean>) => {
      const { running, ids } = one;
      if (dead(running)) return; // it leaves before the next step
      if (await more()) ids.push(running.next, ...running.ahead);
      else this.#remove(one);
    };
    for (const [i, { one }] of there.entries()) {
      await take(one, () => takeChoice(one.running, chosenOf(one.running, chosen[i] as Chosen), ends));
    }
    for (const [i, { one }] of here.entries()) {
      await take(one, () => takeNext(one.running, logits[i] as Float32Array, ends));
    }
  }

  /** The next tokens of a text, with places of their own. */
  #lines(one: Seated, count: number): Line[] {
    return Array.from({ length: count }, () => {
      const position = one.places.length;
      const place = this.#places.take();
      one.places.push(place);
      return { token: one.ids[position] as number, position, seat: one.seat, place };
    });
  }

  #choice({ running, ids, occurred }: Seated): Promise<TokenChoice | undefined> {
    return choiceOf(running, () => occurred.of(ids), this.parts.vocabSize);
  }

  /** Says how far a prompt is, and keeps it for others once it is read. */
  #tell({ running, places, taken }: Seated): void {
    const { prompt, onProgress } = running.job;
    if (places.length > prompt.ids.length) return;
    onProgress?.(places.length, 0);
    if (places.length < prompt.ids.length) return;
    this.#beginnings.keep({ ids: prompt.ids, places: [...places] }, places.length - taken);
  }

  /** Makes room for so many tokens. What is kept for others goes before the last memory does. */
  async #room(tokens: number): Promise<void> {
    const { decoder } = this.parts;
    if (this.#places.free >= tokens) return;
    try {
      await decoder.grow(decoder.places + tokens - this.#places.free);
      this.#places.extend(decoder.places);
    } catch (error) {
      while (this.#places.free < tokens) if (!this.#beginnings.forget()) throw error;
    }
  }

  #remove(one: Seated): void {
    this.#places.release(one.places);
    this.seated = this.seated.filter((other) => other !== one);
  }
}

/** Tokens of a text that are not in the cache yet. */
const pending = ({ ids, places }: Seated): number => ids.length - places.length;
const isReading = (one: Seated): boolean => pending(one) > 0;

/** Lines of a step: those that are written never wait for prompts. */
function plan(seated: readonly Seated[], lines: number): { readonly one: Seated; readonly count: number }[] {
  let left = lines;
  return seated
    .toSorted((a, b) => Number(pending(a) > 1) - Number(pending(b) > 1))
    .flatMap((one) => {
      const count = Math.min(left, pending(one));
      left -= count;
      return count > 0 ? [{ one, count }] : [];
    });
}
