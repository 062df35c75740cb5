// Section 4.2 on the page: the log of a run as it grows, its rates and counts. The log itself is the run store's. Knows no component.

import { isChosenAnew } from "../../../experiment/as-made.ts";
import type { ExperimentConfig } from "../../../experiment/experiment-config.ts";
import type { Made } from "../../../experiment/product.ts";
import { type AttemptEntry, type LogEntry, type Rejected, type Synthetic, turnsOf } from "../../../generate/log.ts";
import { type RejectReason, rejectReasons } from "../../../generate/source.ts";
import { sourceOf, writerOf } from "../../../generate/sources.ts";
import { inChunks } from "../../parts/chunks.ts";
import { tellLoading } from "../../parts/loading-words.ts";
import { counted } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";
import { judgeWords, maskedWords, writingWords } from "./writing-words.ts";

/** Pace since the model began to write in this sitting. */
export interface Pace {
  readonly tokensPerSecond: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

const isAccepted = (entry: AttemptEntry): entry is Synthetic => entry.type === "accepted";
const isRejected = (entry: AttemptEntry): entry is Rejected => entry.type === "rejected";

export class GenerateStep {
  readonly work: Work;
  /** Nothing: each attempt is in the log before it is told, and the run goes on where it was. */
  readonly wouldLose = false;
  /** The log's attempts so far, in order of index. */
  entries = $state.raw<readonly AttemptEntry[]>([]);
  pace = $state.raw<Pace>();
  /** The size that was reached once, so that a larger one is an extension and not a resumption. */
  reached = $state(0);
  /** A choice that decides the text is another than the run's: the next sitting writes another run. */
  changed = $state(false);
  /** The log is being read back after a reload. */
  reading = $state(false);
  /** The entries are the whole log so far. */
  isRead = $state(false);
  readonly #run: Run;
  #read = false;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("generate", milliseconds));
  }

  /** Accepted examples that the source aims at. */
  wanted = $derived.by((): number => {
    const { source, size } = this.#run.config;
    const { gold = [], test = [] } = this.#run.notebook.data ?? {};
    return sourceOf(source).extent(size, gold.length, test.length);
  });
  /** The dataset: the first accepted ones. */
  accepted = $derived.by((): readonly Synthetic[] => this.entries.filter(isAccepted).slice(0, this.wanted));
  /** Attempts that it took: up to its last example, or all so far. */
  attempts = $derived.by((): number => {
    const last = this.accepted.length < this.wanted ? undefined : this.accepted.at(-1);
    return last ? this.entries.indexOf(last) + 1 : this.entries.length;
  });
  /** Its size, with what an opened capsule left out of it. */
  made = $derived.by((): number => this.accepted.length + (this.#run.notebook.capsule?.examplesLeftOut ?? 0));
  rejected = $derived.by((): readonly Rejected[] => this.entries.filter(isRejected));
  /** Reasons that occurred, the most frequent first. */
  reasons = $derived.by((): readonly { reason: RejectReason; entries: readonly Rejected[] }[] =>
    rejectReasons
      .map((reason) => ({ reason, entries: this.rejected.filter((r) => r.reason === reason) }))
      .filter((r) => r.entries.length > 0)
      .sort((a, b) => b.entries.length - a.entries.length),
  );

  /** Reads the run's log back, once after each load of the page. */
  async read(): Promise<void> {
    const { run } = this.#run.notebook;
    if (this.#read || run === undefined || this.work.running) return;
    this.#read = true;
    this.reading = true;
    try {
      await this.#readLog(run);
      this.isRead = true;
      if (this.accepted.length >= this.wanted) this.reached = this.wanted;
      await this.#compare();
    } catch (error) {
      this.work.error = error;
    } finally {
      this.reading = false;
    }
  }

  async choose(patch: Partial<ExperimentConfig>): Promise<void> {
    if (!("size" in patch)) this.changed = this.entries.length > 0;
    await this.#run.choose(patch);
    if (!("engine" in patch)) await this.#compare(); // an engine is a part of the writer's name in the run alone
  }

  /** Looks whether the choices are those of the run, as after a reload and once a change is undone. */
  async #compare(): Promise<void> {
    const { run } = this.#run.notebook;
    const made = run === undefined ? undefined : await this.#run.lab.services.capsules.choicesOf(run).catch(() => undefined);
    if (!made || run !== this.#run.notebook.run || this.entries.length === 0) return;
    this.changed = await isChosenAnew(this.#run.config, made);
  }

  /** The run has another log now, which is read anew. */
  async turnTo(): Promise<void> {
    this.forget();
    await this.read();
  }

  /** Reads what another tab wrote meanwhile. */
  async refresh(): Promise<void> {
    if (!this.#read) return this.read();
    const { run } = this.#run.notebook;
    if (run !== undefined && !this.work.running) await this.#readLog(run).catch(() => undefined); // reading it again says why
  }

  start = (): Promise<boolean> => {
    const writes = writerOf(this.#run.config.source) !== undefined;
    return this.work.run(writes ? "Loading the language model" : "Reading the rows", async (signal) => {
      const before = this.accepted.length;
      let startedAt = performance.now();
      let wrote = false;
      let pace: Pace = { tokensPerSecond: 0, promptTokens: 0, completionTokens: 0 };
      for await (const events of inChunks(this.#run.drive(signal, { until: "made" }))) {
        const fresh: AttemptEntry[] = [];
        for (const event of events) {
          if (event.type === "knowledge") {
            tellLoading(this.work, event.event);
            startedAt = performance.now();
          } else if (event.type === "train" && event.event.type === "device") {
            this.work.tell(judgeWords);
          } else if (event.type === "masked") {
            const { words, done, total } = maskedWords(event.event);
            this.work.tell(words, done, total);
            startedAt = performance.now();
          } else if (event.type === "result") await this.#ended(event.result.made);
          else if (event.type === "generate") {
            if (event.event.type === "opened") await this.#opened(event.event.run, event.event.next);
            else if (event.event.type === "accepted" || event.event.type === "rejected") fresh.push(event.event);
            else if (event.event.type === "writing" && !wrote) this.work.tell(writingWords(event.event));
          }
        }
        this.#append(fresh);
        const milliseconds = performance.now() - startedAt;
        pace = paced(pace, fresh, milliseconds);
        this.pace = pace;
        const made = this.accepted.length - before;
        wrote ||= fresh.length > 0;
        const left = made >= 3 ? (milliseconds / made) * (this.wanted - this.accepted.length) : undefined;
        const doing = writes ? "Writing examples" : "Taking examples";
        if (fresh.length > 0) this.work.tell(doing, this.accepted.length, this.wanted, left);
      }
    });
  };

  /** Takes examples that were made before under the same choices as they are. */
  async #ended(made: Made | undefined): Promise<void> {
    if (made && made.run !== this.#run.notebook.run) await this.#opened(made.run, made.accepted, made.writer?.engine);
    this.reached = this.#run.config.size;
  }

  forget(): void {
    this.entries = [];
    this.pace = undefined;
    this.reached = 0;
    this.changed = false;
    this.isRead = false;
    this.#read = false;
  }

  /**
   * The run's id is known: another one than before begins with its own log, if it has any. What "auto" came to is kept, so that the run goes on
   * with the engine that began it, whatever is measured meanwhile.
   */
  async #opened(run: string, next: number, engine = this.#run.lab.open?.info.engine): Promise<void> {
    const another = run !== this.#run.notebook.run;
    this.changed = false;
    this.#read = true;
    const slots = this.#run.lab.open?.info.slots ?? 1;
    this.work.tell(`The model reads its first prompts: ${counted(slots, "sentence")} under way`);
    if (another) {
      this.entries = [];
      const { config } = this.#run;
      const begun = { run, logs: [run] };
      const keeps = engine !== undefined && writerOf(config.source) && writerOf(config.source)?.model !== "scripted";
      await this.#run.change(keeps ? { ...begun, config: { ...config, engine } } : begun);
    }
    if (next > (this.entries.at(-1)?.index ?? -1) + 1) await this.#readLog(run);
    this.isRead = true;
  }

  async #readLog(run: string): Promise<void> {
    for await (const entries of inChunks(this.#run.lab.services.generate.readRun({ id: run }))) this.#append(entries);
  }

  /** Indices rise, with gaps in the log of an opened capsule, so that what is here already is known by the last one. */
  #append(entries: readonly LogEntry[]): void {
    const last = this.entries.at(-1)?.index ?? -1;
    const fresh = entries.filter((entry) => entry.type !== "feedback").filter((entry) => entry.index > last);
    if (fresh.length > 0) this.entries = [...this.entries, ...fresh];
  }
}

function paced(pace: Pace, entries: readonly AttemptEntry[], milliseconds: number): Pace {
  const turns = entries.flatMap(turnsOf);
  const promptTokens = turns.reduce((sum, turn) => sum + turn.promptTokens, pace.promptTokens);
  const completionTokens = turns.reduce((sum, turn) => sum + turn.completionTokens, pace.completionTokens);
  return { promptTokens, completionTokens, tokensPerSecond: completionTokens / (milliseconds / 1000) };
}
