// Section 6 as a worker offers it: embeddings of texts, the measures on them, maps, and intervals of scores. Knows no worker and no page.

import { type Analysis, analyse, type TextSet } from "../analyse/analysis.ts";
import { claimsOf, type Verdict, verdictOf } from "../analyse/factuality.ts";
import { copiesOf, type Read, referenceOf } from "../analyse/leakage.ts";
import type { Repulsion } from "../analyse/repulsion.ts";
import { countedWords } from "../analyse/text-words.ts";
import { tsne } from "../analyse/tsne.ts";
import { umap } from "../analyse/umap.ts";
import type { Vectors } from "../analyse/vectors.ts";
import { turn } from "../base/async.ts";
import { throwIfAborted } from "../base/errors.ts";
import { type Interval, type PairedComparison, pairedBootstrap, scoreIntervals } from "../evaluate/bootstrap.ts";
import { alike, bestConstant, type ConstantAnswer } from "../evaluate/constant.ts";
import { type Overlapping, overlapping } from "../evaluate/overlap.ts";
import { talliesOf } from "../evaluate/score.ts";
import { type ScoredRun, type Standing, scoredRun, standingOf } from "../evaluate/standing.ts";
import type { Tally } from "../evaluate/tally.ts";
import { type Answer, answered } from "../experiment/answer.ts";
import { graphMentions } from "../knowledge/graph-mentions.ts";
import { openGraph } from "../knowledge/graphs.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { entitiesOf, textsOf } from "../tasks/shapes.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { type EmbedEvent, type EmbedPorts, embedderPool } from "./embedder-pool.ts";
import type { GraphPorts } from "./graphs.ts";

/** A named set of examples. */
export interface ExampleSet {
  readonly name: string;
  readonly examples: readonly Example[];
}

export interface AnalyseRequest {
  readonly real: ExampleSet;
  readonly synthetic: readonly ExampleSet[];
  /** See analyse/analysis.ts. */
  readonly shown?: ExampleSet;
  readonly heldOut?: ExampleSet;
  /** Id of the encoder whose embeddings are taken. */
  readonly encoder: string;
  /** Id of the graph whose names are counted; absent for none. */
  readonly graph?: string;
  readonly seed: number;
}

export type AnalyseEvent =
  | EmbedEvent
  | { readonly type: "measuring" }
  | { readonly type: "analysed"; readonly analysis: Analysis };

export type MapMethod = "tsne" | "umap";

export interface MapRequest {
  /** Their texts lie on the map in this order. */
  readonly sets: readonly ExampleSet[];
  readonly encoder: string;
  readonly method: MapMethod;
  readonly seed: number;
}

export type MapRunEvent =
  | EmbedEvent
  | { readonly type: "neighbours"; readonly done: number } // share
  /** `points`: x and y in turn. `divergence`: t-SNE's, in nats, where it was looked at. */
  | {
      readonly type: "points";
      readonly step: number;
      readonly steps: number;
      readonly points: Float32Array;
      readonly divergence?: number;
    };

export interface IntervalRequest {
  readonly task: TaskRef;
  readonly gold: readonly Example[];
  /** Answers of each model to `gold`, in its order. */
  readonly models: readonly (readonly Answer[])[];
}

export interface IntervalReply {
  /** By model, then by metric; undefined for fewer than two examples. */
  readonly intervals: readonly (Readonly<Record<string, Interval>> | undefined)[];
  /** Each model after the first against it, on the main metric. */
  readonly against: readonly (PairedComparison | undefined)[];
  /** By model: the same metrics where spans that overlap count. Undefined for tasks without spans. */
  readonly overlapping: readonly (Overlapping | undefined)[];
  /** Undefined where `bestConstant` is. */
  readonly constant: ConstantReply | undefined;
}

export interface ConstantReply extends ConstantAnswer {
  /** By model: the model less this answer, on the main metric. */
  readonly less: readonly (PairedComparison | undefined)[];
}

export interface StandRequest {
  readonly task: TaskRef;
  /** Gold examples of each test set, by its key. */
  readonly sets: Readonly<Record<string, readonly Example[]>>;
  readonly runs: readonly (Pick<ScoredRun, "method" | "seed" | "set"> & { readonly answers: readonly Answer[] })[];
  /** See evaluate/standing.ts. */
  readonly compared: readonly string[];
  readonly ranked: readonly string[];
}

export type StandEvent =
  | { readonly type: "scored"; readonly done: number; readonly total: number } // runs
  | { readonly type: "stood"; readonly standing: Standing };

export interface FactualityRequest {
  readonly task: TaskRef;
  readonly examples: readonly Example[];
  /** Id of a graph that is held. */
  readonly graph: string;
}

export interface CopiesRequest {
  readonly texts: ExampleSet;
  /** Real texts that the writer was shown. */
  readonly shown: ExampleSet;
  /** Real texts that it was never shown: how near two of them are by chance. */
  readonly real: ExampleSet;
  /** Id of the encoder whose embeddings are taken. */
  readonly encoder: string;
}

/** `copies`: last, for each of the texts. */
export type CopiesEvent = EmbedEvent | { readonly type: "copies"; readonly copies: readonly boolean[] };

export type AnalyseProcedures = {
  analyse(argument: AnalyseRequest, signal: AbortSignal): AsyncGenerator<AnalyseEvent, void>;
  map(argument: MapRequest, signal: AbortSignal): AsyncGenerator<MapRunEvent, void>;
  /** Leakage alone (analyse/leakage.ts): which texts copy what was shown. */
  copies(argument: CopiesRequest, signal: AbortSignal): AsyncGenerator<CopiesEvent, void>;
  /** Bootstrap intervals of the task's metrics, and paired comparisons. */
  intervals(argument: IntervalRequest, signal: AbortSignal): Promise<IntervalReply>;
  /** Intervals, paired comparisons and ranks of methods on one task. */
  stand(argument: StandRequest, signal: AbortSignal): AsyncGenerator<StandEvent, void>;
  /** Verdict of a graph on each example. Throws `not-found` for a graph that is not held. */
  factuality(argument: FactualityRequest, signal: AbortSignal): Promise<readonly Verdict[]>;
};

export interface AnalysePorts extends Pick<GraphPorts, "graphs">, EmbedPorts {
  /** Threads that help with a map of so many points; undefined where none can. */
  readonly mapThreads?: (points: number) => MapThreads | undefined;
}

export interface MapThreads {
  readonly repulsion: Repulsion;
  close(): void;
}

/** Milliseconds between two pictures of a map. */
const pace = 60;

export function analyseProcedures(ports: AnalysePorts): AnalyseProcedures {
  const embedders = embedderPool(ports);
  return {
    async *analyse(request, signal) {
      const { real, synthetic, shown, heldOut, graph, seed } = request;
      const named = graph === undefined ? undefined : await graphMentions(await openGraph(await ports.graphs(), graph));
      const sets = new Map<ExampleSet, TextSet>();
      const asked = [real, ...synthetic, shown, heldOut].filter((set) => set !== undefined);
      const units = yield* embedders.embed(request.encoder, asked.map(textsIn), signal);
      for (const [i, set] of asked.entries()) sets.set(set, textSet(set, units[i] as Vectors, named));
      yield { type: "measuring" };
      await turn();
      const of = (set: ExampleSet) => sets.get(set) as TextSet;
      const seen = { ...(shown ? { shown: of(shown) } : {}), ...(heldOut ? { heldOut: of(heldOut) } : {}) };
      yield { type: "analysed", analysis: analyse(of(real), synthetic.map(of), seen, seed) };
    },

    async *copies({ texts, shown, real, encoder }, signal) {
      const units = yield* embedders.embed(encoder, [texts, shown, real].map(textsIn), signal);
      const read = (set: ExampleSet, i: number): Read => ({ words: textsIn(set).map(countedWords), unit: units[i] as Vectors });
      const reference = referenceOf(read(shown, 1), read(real, 2));
      yield { type: "copies", copies: copiesOf(read(texts, 0), reference) };
    },

    async *map({ sets, encoder, method, seed }, signal) {
      const units = yield* embedders.embed(encoder, sets.map(textsIn), signal);
      yield* maps[method](joined(units), seed, signal, ports);
    },

    async factuality({ task: ref, examples, graph: id }) {
      const task = taskOf(ref) as Task;
      const graph = await openGraph(await ports.graphs(), id);
      const claims = examples.map((example) => claimsOf(task, example));
      const answers = await graph.between(claims.flat().map(({ pair }) => pair));
      let next = 0;
      return claims.map((own) => {
        const from = next;
        next += own.length;
        return verdictOf(own, answers.slice(from, next));
      });
    },

    async intervals({ task: ref, gold, models }) {
      const task = taskOf(ref) as Task;
      const own = gold as readonly ExampleOf<Task>[];
      const tallies = models.map((answers) => talliesOf(task, own, answered(gold, answers) as readonly ExampleOf<Task>[]));
      const [first, ...others] = tallies;
      return {
        intervals: tallies.map((each) => scoreIntervals(task, each)),
        against: others.map((second) => (first ? pairedBootstrap(task, [{ first, second }]) : undefined)),
        overlapping: models.map((answers) => overlapping(task, gold, answered(gold, answers))),
        constant: constantReply(task, gold, tallies),
      };
    },

    async *stand({ task: ref, sets, runs, compared, ranked }, signal) {
      const task = taskOf(ref) as Task;
      const ofTask = (examples: readonly Example[]) => examples as readonly ExampleOf<Task>[];
      const scored: ScoredRun[] = [];
      for (const { answers, ...of } of runs) {
        yield { type: "scored", done: scored.length, total: runs.length };
        await turn();
        throwIfAborted(signal);
        const gold = sets[of.set] ?? [];
        scored.push(scoredRun(task, of, ofTask(gold), ofTask(answered(gold, answers))));
      }
      const [compares, ranks] = [new Set(compared), new Set(ranked)];
      const standing = standingOf(task, scored, { compared: (of) => compares.has(of), ranked: (of) => ranks.has(of) });
      const own = [...new Set(runs.map(({ set }) => set))].map((set) => sets[set] ?? []);
      const constant = bestConstant(task, own);
      yield { type: "stood", standing: { ...standing, ...(constant ? { constant } : {}) } };
    },
  };
}

function constantReply(task: Task, gold: readonly Example[], models: readonly (readonly Tally[])[]): ConstantReply | undefined {
  const constant = bestConstant(task, [gold]);
  const answers = constant && alike(gold, constant.labels);
  if (!answers) return undefined;
  const first = talliesOf(task, gold as readonly ExampleOf<Task>[], answers as readonly ExampleOf<Task>[]);
  return { ...constant, less: models.map((second) => pairedBootstrap(task, [{ first, second }])) };
}

type MapRun = (
  vectors: Vectors,
  seed: number,
  signal: AbortSignal,
  ports: Pick<AnalysePorts, "mapThreads">,
) => AsyncGenerator<MapRunEvent, void>;

/** Every map that there is. A picture at each step would be all that the page does: some are left out, the last never. */
const maps: Readonly<Record<MapMethod, MapRun>> = {
  async *tsne(vectors, seed, signal, { mapThreads }) {
    const threads = mapThreads?.(vectors.rows);
    try {
      let told = performance.now();
      for (const event of tsne(vectors, { seed }, threads?.repulsion)) {
        if (event.type === "step" && event.step < event.steps && performance.now() - told < pace) continue;
        await turn();
        throwIfAborted(signal);
        if (event.type === "neighbours") yield event;
        else yield picture(event.step, event.steps, event.points, event.divergence);
        told = performance.now();
      }
    } finally {
      threads?.close();
    }
  },
  async *umap(vectors, seed, signal) {
    for (const { step, steps, points } of umap(vectors, { seed })) {
      await turn();
      throwIfAborted(signal);
      yield picture(step, steps, points);
    }
  },
};

const picture = (step: number, steps: number, points: Float64Array, divergence?: number): MapRunEvent => ({
  type: "points",
  step,
  steps,
  points: Float32Array.from(points),
  ...(divergence === undefined ? {} : { divergence }),
});

function joined(parts: readonly Vectors[]): Vectors {
  const columns = parts[0]?.columns ?? 0;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { rows: data.length / Math.max(1, columns), columns, data };
}

function textSet({ name, examples }: ExampleSet, unit: Vectors, named: ((text: string) => string[]) | undefined): TextSet {
  const texts = textsIn({ name, examples });
  return { name, texts, unit, marked: examples.map(entitiesOf), ...(named ? { named: texts.map(named) } : {}) };
}

const textsIn = ({ examples }: ExampleSet): string[] => examples.map(textOf);

const textOf = (example: Example): string => textsOf(example).join(" ");
