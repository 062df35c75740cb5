// Topics that a run will draw, told before it runs: by the source's own draws, attempt after attempt. Knows no model and no store.

import { type KnowledgeData, knowledgeOf, type Topic } from "../knowledge/topic.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import { attemptStream } from "./history.ts";
import type { Context, SourceConfig } from "./source.ts";
import { sourceOf } from "./sources.ts";

export interface DrawsRequest {
  readonly task: TaskRef;
  readonly source: SourceConfig;
  readonly seed: number;
  /** Examples wanted: as many attempts are looked at. A rejected one adds an attempt after these. */
  readonly size: number;
  readonly knowledge: KnowledgeData;
}

export interface DrawnTopic {
  readonly topic: Topic;
  readonly times: number;
}

export interface LabelDraws {
  readonly label: string;
  readonly attempts: number;
  /** Topics that it may draw. */
  readonly topics: number;
  /** Topics that it draws, the most often drawn first. */
  readonly drawn: readonly DrawnTopic[];
}

/**
 * Draws of the first `size` attempts, by label. Undefined for a source without topics, and for one whose draws depend on what the run
 * accepts. Throws `no-topics` as the run would.
 */
export function plannedDraws({
  task: ref,
  source: config,
  seed,
  size,
  knowledge,
}: DrawsRequest): readonly LabelDraws[] | undefined {
  const draw = sourceOf(config).drawsAhead?.(config);
  if (!draw) return undefined;
  const task = taskOf(ref);
  const context: Context = { config, task, demonstrations: [], gold: [], knowledge: knowledgeOf(knowledge), feedback: [] };
  const found = new Map(task.labels.map(({ id }) => [id, { attempts: 0, times: new Map<Topic, number>() }]));
  for (let i = 0; i < size; i++) {
    const { label, topic } = draw(i, context, attemptStream(seed, i));
    const of = found.get(label);
    if (!of || !topic) return undefined;
    of.attempts++;
    of.times.set(topic, (of.times.get(topic) ?? 0) + 1);
  }
  return [...found].map(([label, { attempts, times }]) => ({
    label,
    attempts,
    topics: context.knowledge.topicsFor(label).length,
    drawn: [...times].map(([topic, n]) => ({ topic, times: n })).sort((a, b) => b.times - a.times),
  }));
}

/** Numbers of topics by how often they are drawn, the most often first. */
export function timesOf(drawn: readonly DrawnTopic[]): readonly (readonly [times: number, topics: number])[] {
  const counts = new Map<number, number>();
  for (const { times } of drawn) counts.set(times, (counts.get(times) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => b - a);
}
