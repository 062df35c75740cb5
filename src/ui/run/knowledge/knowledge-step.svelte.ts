// Section 4.1 on the page: the graph, the topics drawn from it or asked from the model, the styles. Knows no component.

import type { DriveEvent } from "../../../experiment/drive-cell.ts";
import type { ExperimentConfig } from "../../../experiment/experiment-config.ts";
import { presetSource, topicCount, withWriterOf } from "../../../experiment/presets.ts";
import type { KeptKind } from "../../../experiment/product.ts";
import type { LabelDraws } from "../../../generate/planned-draws.ts";
import type { SourceKind, Steered } from "../../../generate/source.ts";
import { steeredOf, withWriter, writerOf } from "../../../generate/sources.ts";
import type { GraphInfo } from "../../../knowledge/graphs.ts";
import type { Style, Topic } from "../../../knowledge/topic.ts";
import { type ByLabel, forLabel } from "../../../tasks/task.ts";
import type { TopicQuery } from "../../../tasks/topic-query.ts";
import { GraphBringing } from "../../knowledge/graph-bringing.svelte.ts";
import { tellLoading } from "../../parts/loading-words.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

export interface Exchange {
  readonly what: "styles" | "topics";
  readonly prompt: string;
  readonly text?: string;
  readonly found?: number;
}

/** `bare` are the names of the labels without a topic: a run cannot begin with any. */
export interface AvailableTopics {
  readonly count: number;
  readonly bare: readonly string[];
}

const foundWords: Readonly<Partial<Record<KeptKind, readonly string[]>>> = {
  knowledge: ["This knowledge was gathered before, under the same choices."],
  suggestions: ["Answers of an earlier sitting were kept: the language model is asked for the rest only."],
};

export class KnowledgeStep {
  readonly work: Work;
  /** A graph of the user's own, which is chosen once it is here. */
  readonly bringing: GraphBringing;
  /** Questions to the language model and its answers, if any. */
  exchanges = $state.raw<readonly Exchange[]>([]);
  /** Decisions made on the way, a sentence each. */
  remarks = $state.raw<readonly string[]>([]);
  available = $state.raw<AvailableTopics | undefined>();
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("knowledge", milliseconds));
    this.bringing = new GraphBringing(
      this.work,
      (_, ...work) => this.work.run(...work),
      run.lab.services.generate,
      async (graph) => {
        await run.lab.readGraphs();
        await this.choose({ graph });
      },
    );
  }

  get graph(): GraphInfo | undefined {
    return this.#run.lab.graphs?.find((g) => g.id === this.#run.config.graph);
  }

  /** The distinct topics of all labels, in the order drawn. */
  topics = $derived.by((): readonly Topic[] => {
    const all = Object.values(this.#run.notebook.knowledge?.topics ?? {}).flat();
    const seen = new Map(all.map((topic) => [topic.entities.map((e) => e.id ?? e.name).join(), topic]));
    return [...seen.values()];
  });

  /** A writer that was chosen stays with its settings; its demonstrations are the source's. */
  async chooseSource(kind: SourceKind): Promise<void> {
    const { preset, source, task } = this.#run.config;
    const { model, sampling, grammar } = writerOf(source) ?? {};
    const chosen = {
      ...(model ? { model } : {}),
      ...(sampling ? { sampling } : {}),
      ...(grammar === undefined ? {} : { grammar }),
    };
    const next = withWriterOf(preset, task, withWriter(presetSource(preset, kind), chosen));
    await this.choose({ source: next, topicCount: topicCount(preset, next) });
  }

  /** Sets the origin of topics, and with it the number that is worth drawing. */
  async chooseTopics(topics: Steered["topics"]): Promise<void> {
    const { preset, source } = this.#run.config;
    const steered = steeredOf(source);
    if (!steered) return;
    const next = { ...steered, topics };
    await this.choose({ source: next, topicCount: topicCount(preset, next) });
  }

  /** Any other choice of this step: what was gathered under the one before no longer holds. */
  async choose(patch: Partial<ExperimentConfig>): Promise<void> {
    await this.#run.clearFrom("knowledge");
    await this.#run.choose({ ...(patch.graph === undefined ? {} : { licences: undefined }), ...patch }); // another graph has others
    if (patch.graph !== undefined) await this.count();
  }

  /** Reads which graphs are stored and what the chosen one holds for the task. Failing is told when gathering, which needs them. */
  async look(): Promise<void> {
    try {
      await this.#run.lab.readGraphs();
      await this.count();
    } catch {
      this.available = undefined;
    }
  }

  async count(): Promise<void> {
    this.available = undefined;
    const { graph } = this;
    if (!graph) return;
    const { labels, topics } = this.#run.task.task;
    const countOf = (of: ByLabel<TopicQuery>) => this.#run.lab.services.generate.countTopics({ graph: graph.id, topics: of });
    const [all, ...own] = await Promise.all([
      countOf(topics),
      ...labels.map(({ id }) => countOf({ every: forLabel(topics, id) })),
    ]);
    if (this.graph?.id !== graph.id) return; // another was chosen meanwhile
    this.available = { count: all, bare: labels.filter((_, i) => own[i] === 0).map(({ name }) => name) };
  }

  /** Draws of the run by what was gathered. Undefined where they cannot be told: the run itself says why when it begins. */
  async plannedDraws(): Promise<readonly LabelDraws[] | undefined> {
    const { config, notebook, lab } = this.#run;
    const { task, source, seed, size } = config;
    if (!notebook.knowledge) return undefined;
    try {
      return await lab.services.generate.plannedDraws({ task, source, seed, size, knowledge: notebook.knowledge });
    } catch {
      return undefined;
    }
  }

  /** Answers of a language model are kept as they come; a graph is drawn from again in a moment. */
  readonly wouldLose = false;

  gather = (): Promise<boolean> =>
    this.work.run("Gathering knowledge", async (signal) => {
      this.exchanges = [];
      this.remarks = [];
      for await (const event of this.#run.drive(signal, { until: "knowledge" })) {
        if (event.type === "knowledge") await this.#tell(event.event);
        if (event.type === "found") this.remarks = [...this.remarks, ...(foundWords[event.kind] ?? [])];
        // The key of what is kept on the way goes with the run from its first answer on.
        if (event.type === "product" && event.state === "begun") await this.#run.change({});
        if (event.type === "result") await this.#run.change({ knowledge: event.result.knowledge });
      }
    });

  async #tell(event: Extract<DriveEvent, { type: "knowledge" }>["event"]): Promise<void> {
    if (event.type === "imported") {
      await this.#run.lab.readGraphs();
      await this.count();
    }
    if (tellLoading(this.work, event)) return;
    switch (event.type) {
      case "asking":
        this.work.tell(`Asking the language model for ${event.what}`);
        this.exchanges = [...this.exchanges, { what: event.what, prompt: event.prompt }];
        break;
      case "answered": {
        const { what, text, found } = event;
        this.exchanges = this.exchanges.map((e, i) => (i === this.exchanges.length - 1 ? { ...e, what, text, found } : e));
        break;
      }
      case "remark":
        this.remarks = [...this.remarks, event.text];
        break;
      default: // what was gathered comes with the result
        break;
    }
  }

  addStyle = (name: string): Promise<void> | undefined => {
    const styles = this.#run.notebook.knowledge?.styles ?? [];
    const trimmed = name.trim().replace(/\s+/g, " ");
    if (trimmed === "" || styles.some((s) => s.name.toLowerCase() === trimmed.toLowerCase())) return undefined;
    return this.#setStyles([...styles, { name: trimmed, source: "user" }]);
  };

  removeStyle = (name: string): Promise<void> =>
    this.#setStyles((this.#run.notebook.knowledge?.styles ?? []).filter((s) => s.name !== name));

  async #setStyles(styles: readonly Style[]): Promise<void> {
    const { knowledge } = this.#run.notebook;
    if (knowledge) await this.#run.change({ knowledge: { ...knowledge, styles } });
  }
}
