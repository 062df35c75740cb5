// Verdicts on the methods of a task: against a baseline and against the best, corrected for their number. Pure.

import type { Interval, PairedComparison } from "../evaluate/bootstrap.ts";
import type { MethodStanding, PairStanding, Standing } from "../evaluate/standing.ts";
import { holm } from "../evaluate/tests.ts";
import { isCeiling } from "../experiment/arena.ts";
import type { SourceConfig } from "../generate/source.ts";
import { sourceOf } from "../generate/sources.ts";

export interface Method {
  /** `methodId` of its whole set. */
  readonly id: string;
  readonly source: SourceConfig;
}

export interface Verdict {
  readonly standing: MethodStanding;
  /** Best and worst rank in 95 % of the draws; absent for a ceiling, and where nothing was drawn. */
  readonly rank?: Interval;
  /** `best` has the highest mean, each two held together by the seeds that both have; `among` is not told apart from it; absent for a ceiling, and where no test is possible. */
  readonly place?: "best" | "among" | "behind";
  /** Less the baseline, p corrected over the methods of the task; absent for the baseline itself. */
  readonly against?: PairedComparison & { readonly seeds: number };
}

export interface Verdicts {
  /** Id of the baseline; undefined where none of its kind is there. */
  readonly baseline: string | undefined;
  readonly of: ReadonlyMap<string, Verdict>;
}

/** Chance of one false difference or more among a task's methods. */
export const level = 0.05;

/** `chosen`: id of the baseline, or undefined for the best one that a language model writes. */
export function verdictsOf(standing: Standing, methods: readonly Method[], chosen?: string): Verdicts {
  const known = methods.flatMap((method) => {
    const found = standing.methods.find((of) => of.method === method.id);
    return found ? [{ ...method, found }] : [];
  });
  const ranked = known.filter(({ source }) => !isCeiling(source));
  const highest = (of: typeof known) =>
    of.reduce<(typeof known)[number] | undefined>((best, m) => (best && ahead(standing, best, m) >= 0 ? best : m), undefined);
  const best = highest(ranked);
  const rivals = new Map(best ? corrected(standing, best.id, ranked) : []);
  const written = known.filter(({ source }) => sourceOf(source).group === "prompting");
  const few = known.filter(({ source }) => source.kind === "none");
  const baseline = known.find(({ id }) => id === chosen)?.id ?? highest(written.length > 0 ? written : few)?.id;
  const against = new Map(baseline === undefined ? [] : corrected(standing, baseline, known));
  const placeOf = (id: string): Verdict["place"] => {
    if (id === best?.id) return rivals.size > 0 ? "best" : undefined;
    const rival = rivals.get(id);
    return rival && (rival.p < level ? "behind" : "among");
  };
  return {
    baseline,
    of: new Map(
      known.map(({ id, found }) => {
        const [place, pair] = [placeOf(id), against.get(id)];
        const own = { standing: found, ...(found.rank ? { rank: found.rank } : {}) };
        return [id, { ...own, ...(place ? { place } : {}), ...(pair ? { against: pair } : {}) }];
      }),
    ),
  };
}

interface Known extends Method {
  readonly found: MethodStanding;
}

/** The first less the second: by the seeds that both have, for one seed may be easier than another; by their means where they share none. */
function ahead(standing: Standing, first: Known, second: Known): number {
  return lessThe(second.id, first.id, standing.pairs)?.difference ?? first.found.mean - second.found.mean;
}

/** Each of the methods less the first, p corrected for their number (Holm). */
function corrected(standing: Standing, first: string, methods: readonly { readonly id: string }[]) {
  const pairs = methods.flatMap(({ id }) => {
    const pair = id === first ? undefined : lessThe(first, id, standing.pairs);
    return pair ? [{ id, pair }] : [];
  });
  const values = holm(pairs.map(({ pair }) => pair.p));
  return pairs.map(({ id, pair }, i) => [id, { ...pair, p: values[i] as number }] as const);
}

function lessThe(
  first: string,
  second: string,
  pairs: readonly PairStanding[],
): (PairedComparison & { seeds: number }) | undefined {
  const found = pairs.find((pair) => [pair.first, pair.second].includes(first) && [pair.first, pair.second].includes(second));
  if (!found) return undefined;
  const { difference, interval, p, seeds } = found;
  if (found.first === first) return { difference, interval, p, seeds };
  return { difference: -difference, interval: { low: -interval.high, high: -interval.low }, p, seeds };
}
