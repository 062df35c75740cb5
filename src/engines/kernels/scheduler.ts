// Continuous batching line by line: a step reads one token of every text that is written, and parts of prompts beside them. Knows no text.
//
// A line's numbers do not depend on the lines beside it, nor on who read the tokens before it: so neither does a text.
// Where no choice waits for a token, a step is queued before the one before it is back: the GPU hands the tokens on.

import { turn } from "../../base/async.ts";
import type { Decoder, Line } from "../../runtime/line-decoder.ts";
import type { Chosen, TokenChoice } from "../../runtime/token-choice.ts";
import { abort, type Job, type Running, runningOf, type Scheduler, takeChoice, takeNext } from "../batch/job.ts";
import { choiceOf, choosesBlindly, chosenOf, Occurred } from "./choice.ts";
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
  /** Number of its choice in the step under way, which gives its next token. */
  chosenBy: number | undefined;
}

/** A step that is queued. */
interface Flight {
  /** Tells whether the next step can be queued before this one is back. */
  readonly isBlind: boolean;
  /** Takes in what came back. */
  land(dead: (running: Running) => boolean): Promise<void>;
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
    let flight: Flight | undefined;
    while (queue.length > 0 || table.seated.length > 0 || flight) {
      try {
        if (flight && !flight.isBlind) {
          await flight.land(dead);
          flight = undefined;
        }
        table.leave(dead);
        for (const running of queue.splice(0)) {
          if (dead(running)) abort(running);
          else if (!table.admit(running)) queue.push(running);
        }
        const next = await table.send();
        await flight?.land(dead);
        flight = next;
      } catch (error) {
        flight = undefined;
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
    this.seated = [...this.seated, { running, seat, ...own, chosenBy: undefined }];
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

  /** Queues a token of every text that is written, and as much of the prompts as there is room for; undefined where there is neither. */
  async send(): Promise<Flight | undefined> {
    const { decoder } = this.parts;
    const planned = plan(this.seated, decoder.lines);
    if (planned.length === 0) return undefined;
    await this.#room(planned.reduce((sum, { count }) => sum + count, 0));
    const lines = planned.flatMap(({ one, count }) => this.#lines(one, count));
    const lasts = planned.map(({ count }, i) => planned.slice(0, i).reduce((sum, before) => sum + before.count, count) - 1);
    const read = planned.map(({ one }, i) => ({ one, line: lasts[i] as number })).filter(({ one }) => !isReading(one));
    const choices = await Promise.all(read.map(({ one }) => this.#choice(one)));
    const [there, here] = [read.filter((_, i) => choices[i]), read.filter((_, i) => !choices[i])];
    const step = decoder.step(
      lines,
      [...there, ...here].map(({ line }) => line),
      choices.filter((choice) => choice !== undefined),
    );
    step.catch(() => undefined); // landing tells it
    for (const [i, { one }] of there.entries()) one.chosenBy = i;
    const progress = planned.map(({ one }) => ({ one, places: one.places.length }));
    for (const { one } of planned) this.#keep(one);
    return {
      isBlind: read.every(({ one }) => choosesBlindly(one.running)),
      land: async (dead) => {
        const { chosen, logits } = await step;
        for (const { one, places } of progress) tellRead(one, places);
        await this.#take(
          there.map(({ one }, i) => [one, () => this.#takeChoice(one, chosen[i] as Chosen)]),
          dead,
        );
        await this.#take(
          here.map(({ one }, i) => [one, () => takeNext(one.running, logits[i] as Float32Array, this.parts.ends)]),
          dead,
        );
      },
    };
  }

  #takeChoice({ running }: Seated, chosen: Chosen): boolean {
    return takeChoice(running, chosenOf(running, chosen), this.parts.ends);
  }

  /** Takes in the next tokens of texts. One that ended meanwhile had a line too many. */
  async #take(next: readonly (readonly [Seated, () => boolean | Promise<boolean>])[], dead: (running: Running) => boolean) {
    for (const [one, more] of next) {
      const { running, ids } = one;
      if (dead(running) || !this.seated.includes(one)) continue; // who is dead leaves before the next step
      if (await more()) ids.push(running.next, ...running.ahead);
      else this.#remove(one);
    }
  }

  /** The next tokens of a text, with places of their own. */
  #lines(one: Seated, count: number): Line[] {
    const { ids, places, seat, chosenBy } = one;
    one.chosenBy = undefined;
    return Array.from({ length: count }, () => {
      const position = places.length;
      const place = this.#places.take();
      places.push(place);
      const token = ids[position] ?? { chosenBy: chosenBy as number };
      return { token, position, seat, place };
    });
  }

  #choice({ running, ids, occurred }: Seated): Promise<TokenChoice | undefined> {
    return choiceOf(running, () => occurred.of(ids), this.parts.vocabSize);
  }

  /** Keeps a prompt for others once all of it is queued: whoever reads on is queued behind it. */
  #keep({ running, places, taken }: Seated): void {
    const { ids } = running.job.prompt;
    if (places.length === ids.length) this.#beginnings.keep({ ids, places: [...places] }, places.length - taken);
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

/** Known tokens of a text that are not in the cache yet; -1 where the cache holds one that is not known yet. */
const unread = ({ ids, places }: Seated): number => ids.length - places.length;
const isReading = (one: Seated): boolean => unread(one) > 0;

/** Tokens of a text that a step can read. */
function pending(one: Seated): number {
  const { tokens, job } = one.running;
  if (unread(one) !== 0 || one.chosenBy === undefined) return Math.max(0, unread(one));
  return tokens.length + 1 < job.maxTokens ? 1 : 0; // the one that is chosen may be the last
}

/** Says how far a prompt is. */
function tellRead({ running: { job } }: Seated, places: number): void {
  if (places <= job.prompt.ids.length) job.onProgress?.(places, 0);
}

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
