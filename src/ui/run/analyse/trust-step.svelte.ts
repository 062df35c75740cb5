// Trust in each synthetic example on the page: looked for by trainings of their own, decided on, and trained without. Knows no component.

import { isAbort } from "../../../base/errors.ts";
import type { PairedComparison } from "../../../evaluate/bootstrap.ts";
import { type Answer, answerOf } from "../../../experiment/answer.ts";
import { type Judged, judging, trustKeys } from "../../../experiment/judging.ts";
import { dataKeys } from "../../../experiment/plan.ts";
import { trainRequestOf } from "../../../experiment/requests.ts";
import { type Copies, copiesAmong, type Doubt, doubts, isNarrow, saidOfAlike } from "../../../experiment/review.ts";
import type { FeaturesEvent, TrainRequest, TrainRunEvent } from "../../../experiment/steps.ts";
import { copiesBy } from "../../../experiment/text-copies.ts";
import {
  agree,
  changedTo,
  decided,
  decisionsOf,
  leftOutBy,
  relabelled,
  type Trust,
  type TrustFilter,
  takenAs,
  trainedOn,
  trustOf,
} from "../../../experiment/trust.ts";
import type { Rejected } from "../../../generate/log.ts";
import type { EmbedEvent } from "../../../procedures/embedder-pool.ts";
import type { Example } from "../../../tasks/example.ts";
import type { Draft } from "../../parts/drafts.svelte.ts";
import { tellEmbedding } from "../../parts/embedding-words.ts";
import { count } from "../../parts/numbers.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";
import { Rewriting } from "./rewriting.svelte.ts";

/** A training without some examples and with some changed, beside the one with all as they are. */
export interface Without {
  readonly left: number;
  readonly byHand: number;
  readonly changed: number;
  /** On the main metric; undefined for a test set of fewer than two. */
  readonly comparison: PairedComparison | undefined;
}

const judges = { "few-shot": "The few-shot model", all: "With all examples" } as const;

export class TrustStep {
  readonly work: Work;
  readonly rewriting: Rewriting;
  trust = $state.raw<Trust>();
  without = $state.raw<Without>();
  filters = $state<TrustFilter[]>(["hand"]);
  /** The last word on examples, for ears and eyes. */
  told = $state("");
  /** The example decided on last. */
  #last: number | undefined;
  /** Words before, the latest last: undo takes them back. */
  #past = $state.raw<readonly Trust[]>([]);
  #future = $state.raw<readonly Trust[]>([]);
  readonly #run: Run;
  #read: string | undefined;
  /** Looks begun so far. */
  #looked = 0;

  constructor(run: Run) {
    this.#run = run;
    this.work = new Work((milliseconds) => void run.spend("analyse", milliseconds));
    this.rewriting = new Rewriting(run);
  }

  readonly examples = $derived.by((): readonly Example[] => this.#run.generate.accepted.map(({ example }) => example));
  readonly copies = $derived.by((): Copies => copiesAmong(this.examples));
  /** All examples, those with the most charges first. */
  readonly order = $derived.by((): readonly Doubt[] => (this.trust ? doubts(this.trust, this.copies) : []));
  /** Attempts that were rejected by little. */
  readonly narrow = $derived.by((): readonly Rejected[] => this.#run.generate.rejected.filter(({ reason }) => isNarrow(reason)));

  /** Labels that are given to an example by hand and not kept yet. */
  draftOf(index: number): Draft {
    const { lab, notebook } = this.#run;
    return lab.drafts.of(`labels of ${index} of ${notebook.run}`, notebook.id);
  }

  get leftOut(): readonly number[] {
    return this.trust ? leftOutBy(this.trust, this.filters) : [];
  }

  /** Looks for what was found before. */
  async read(): Promise<void> {
    const keys = await this.#keys();
    if (keys?.now === this.#read || this.work.running) return;
    this.#read = keys?.now;
    const looked = this.#looked;
    this.without = undefined;
    this.#past = this.#future = [];
    let found: Trust | undefined;
    for (const key of keys ? [keys.now, ...keys.before] : []) found ??= await this.#found(key);
    // A look that ended meanwhile has the newer word.
    if (looked === this.#looked && keys?.now === this.#read) this.trust = found;
  }

  async #found(key: string): Promise<Trust | undefined> {
    const found = await this.#run.lab.services.products.find("trust", key);
    return found?.state === "whole" ? found.value : undefined;
  }

  /** Few-shot alone judges what it never saw, and a head on its encoder is watched; then the training with all examples, to compare with. */
  look = (): Promise<boolean> =>
    this.work.run("Loading the encoder", async (signal) => {
      this.#looked++;
      const keys = await this.#keys();
      const { lab, config } = this.#run;
      const examples = this.examples;
      const request = await this.#request(examples);
      this.without = undefined;
      let judged: Judged | undefined;
      for await (const told of judging(lab.services.train, request, signal)) {
        if (told.type === "judged") judged = told.judged;
        else this.#tell(told.event, judges[told.by]);
      }
      if (!judged) throw new Error("judging ended without a word");
      this.work.tell("Asking the graph");
      const graph = await lab.heldGraph(config.graph);
      const asked = { task: config.task, examples };
      const verdicts = graph === null ? undefined : await lab.analyst.procedures.factuality({ ...asked, graph }, signal);
      this.told = "";
      const copied = await this.#copied(examples, signal);
      this.trust = trustOf({ examples, ...judged, ...(verdicts ? { verdicts } : {}), ...(copied ? { copied } : {}) });
      this.#past = this.#future = [];
      this.#read = keys?.now;
      await this.#store();
    });

  /** Copies of what was shown; undefined, and told, where they cannot be looked for: the other judges have spoken. */
  async #copied(examples: readonly Example[], signal: AbortSignal): Promise<readonly boolean[] | undefined> {
    const { config, notebook, lab } = this.#run;
    if (!notebook.data) return undefined;
    const written = { data: notebook.data, source: config.source, texts: examples };
    const hear = async (event: EmbedEvent): Promise<void> => {
      if (event.type === "kept") await this.#run.noteProduct(event.key);
      else tellEmbedding(this.work, event);
    };
    try {
      return await copiesBy(lab.analyst.procedures.copies, written, signal, hear);
    } catch (error) {
      if (isAbort(error)) throw error;
      this.told = `Leakage was not judged: ${error instanceof Error ? error.message : String(error)}`;
      return undefined;
    }
  }

  /** Examples that the reader changed, or took of the rejected. */
  get changed(): number {
    if (!this.trust) return 0;
    const { relabelled: labels, edited, rewritten, taken } = decisionsOf(this.trust);
    return labels + edited + rewritten + taken;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  decide(index: number, decision: "drop" | "keep"): void {
    this.#last = index;
    this.#put(
      (trust) => decided(trust, index, decision),
      `Example ${count(index + 1)} is ${decision === "drop" ? "dropped" : "kept"}.`,
    );
  }

  /** Gives the example its next label. */
  relabel(index: number): void {
    const example = this.examples[index];
    this.#last = index;
    if (example)
      this.#put(
        (trust) => relabelled(this.#run.task.task, trust, index, example),
        `Example ${count(index + 1)} has another label.`,
      );
  }

  /** Gives the example the marks and labels of `after`; its own again take the change back. */
  edit(index: number, after: Example): void {
    const own = this.examples[index];
    if (!own) return;
    this.#last = index;
    const change = agree(own, after) ? undefined : ({ by: "edit", example: after } as const);
    this.#put(
      (trust) => changedTo(trust, index, change),
      `Example ${count(index + 1)} is ${change ? "marked anew" : "as it was"}.`,
    );
  }

  /** Takes a rejected attempt as this example; undefined takes it back. */
  take(attempt: number, example: Example | undefined): void {
    this.#put(
      (trust) => takenAs(trust, attempt, example),
      `Attempt ${count(attempt + 1)} is ${example ? "taken" : "rejected again"}.`,
    );
  }

  /** Examples to which the word on this one would go too. */
  alike(index: number): number {
    return this.trust ? saidOfAlike(this.trust, this.order, this.examples, index).touched.length : 0;
  }

  /** Says the word on this example, or else on the one decided last, of all like it: one step for undo. */
  sayOfAlike(index = this.#last): void {
    if (!this.trust || index === undefined) return;
    const { trust, touched } = saidOfAlike(this.trust, this.order, this.examples, index);
    const like = `like example ${count(index + 1)}`;
    if (touched.length === 0) this.told = `Nothing to do: no example is ${like}.`;
    else this.#put(() => trust, `The same was done to ${count(touched.length)} ${like}.`);
  }

  undo = (): void => this.#step(-1);
  redo = (): void => this.#step(1);

  /** Has the example written again, behind those that wait already. */
  rewrite(index: number): Promise<void> {
    const trust = () => this.trust;
    return this.rewriting.ask(index, trust, (i, example) =>
      this.#put((now) => changedTo(now, i, { by: "writing", example }), `Example ${count(i + 1)} is written again.`),
    );
  }

  #put(change: (trust: Trust) => Trust, told: string): void {
    if (!this.trust) return;
    this.#past = [...this.#past, this.trust].slice(-500);
    this.#future = [];
    this.#set(change(this.trust), told);
  }

  #step(way: -1 | 1): void {
    const [from, to] = way < 0 ? [this.#past, this.#future] : [this.#future, this.#past];
    const next = from.at(-1);
    if (!next || !this.trust) return;
    const [left, grown] = [from.slice(0, -1), [...to, this.trust]];
    [this.#past, this.#future] = way < 0 ? [left, grown] : [grown, left];
    this.#set(next, way < 0 ? "Undone." : "Done again.");
  }

  #set(trust: Trust, told: string): void {
    this.trust = trust;
    this.told = told;
    this.without = undefined;
    void this.#store().catch((error: unknown) => {
      this.work.error = error;
    });
  }

  /** The same training without what the filters leave out and with what was changed, and the difference on the test set. */
  trainWithout = (): Promise<boolean> =>
    this.work.run("Loading the encoder", async (signal) => {
      const { trust, leftOut } = this;
      if (!trust) return;
      const left = new Set(leftOut);
      const examples = trainedOn(trust, this.examples, this.filters);
      const { changed } = this;
      const request: TrainRequest = { ...(await this.#request(examples)), ...(examples.length > 0 ? { scored: ["few"] } : {}) };
      let second: readonly Answer[] = [];
      const what = changed > 0 ? `Without ${count(left.size)}, with ${count(changed)} changed` : `Without ${count(left.size)}`;
      for await (const event of this.#train(request, what, signal)) {
        if (event.type === "scored") second = event.predicted.map(answerOf);
      }
      this.work.tell("Comparing");
      const models = [trust.baseline, second];
      const asked = { task: this.#run.config.task, gold: request.test, models };
      const { against } = await this.#run.lab.analyst.procedures.intervals(asked, signal);
      const byHand = trust.dropped.filter((i) => left.has(i)).length;
      this.without = { left: left.size, byHand, changed, comparison: against[0] };
    });

  async *#train(request: TrainRequest, what: string, signal: AbortSignal): AsyncGenerator<TrainRunEvent, void> {
    const { train } = this.#run.lab.services;
    try {
      for await (const event of train.train(request, signal)) {
        this.#tell(event, what);
        yield event;
      }
    } finally {
      await train.forgetTraining({ model: request.save }).catch(() => undefined); // a rest of it is overwritten by the next
    }
  }

  #tell(event: FeaturesEvent, what: string): void {
    const steps = (name: string, done: number, total: number) =>
      this.work.tell(`${what}: ${name} ${count(done)} of ${count(total)}`, done, total);
    if (event.type === "step") steps("step", event.step, event.steps);
    if (event.type === "scoring" || event.type === "reading") steps("reading text", event.done, event.total);
    if (event.type === "mapping") steps("head, epoch", event.done, event.total);
  }

  async #request(examples: readonly Example[]): Promise<TrainRequest> {
    const { config, notebook, lab } = this.#run;
    if (!notebook.data) throw new Error("trust: the notebook has no data");
    const save = `${notebook.id}-trust`;
    return { ...(await trainRequestOf(config, notebook.data, examples, save, lab.services.train.recipe)), keepModel: false };
  }

  async #store(): Promise<void> {
    const key = this.#read;
    if (key === undefined || !this.trust) return;
    const milliseconds = Math.round(this.work.elapsed);
    await this.#run.lab.services.products.put({ kind: "trust", key, state: "whole", milliseconds, value: this.trust });
    await this.#run.noteProduct(key);
  }

  /** Names all that the trainings follow from, now and in older versions; undefined while there is nothing to look at. */
  async #keys(): Promise<{ readonly now: string; readonly before: readonly string[] } | undefined> {
    const { notebook, config } = this.#run;
    const accepted = this.#run.generate.accepted.length;
    if (!notebook.data || notebook.run === undefined || accepted === 0) return undefined;
    const keys = this.#run.dataKeys ?? (await dataKeys(notebook.data));
    const { graph, seed, encoder, preset, train = {} } = config;
    const own = { accepted, encoder, preset, train, seed, graph: await this.#run.lab.heldGraph(graph) };
    const inputs = [keys.train, keys.validation, keys.test, notebook.run];
    return trustKeys(config.task, inputs, own);
  }
}
