// One attempt's last completion token by token: asked of the engine on demand. Knows no component.

import type { TokenStep } from "../../../engines/language-model.ts";
import { runConfigOf } from "../../../experiment/run-inputs.ts";
import { type AttemptEntry, turnsOf } from "../../../generate/log.ts";
import { writerOf } from "../../../generate/sources.ts";
import { noKnowledge } from "../../../knowledge/topic.ts";
import { tellLoading } from "../../parts/loading-words.ts";
import { Work } from "../../parts/work.svelte.ts";
import type { Run } from "../run.svelte.ts";

const sentences = {
  unable: "The engine that is open shows no probabilities of tokens. The engine “batch” does: choose it under More.",
  "other-words": "This attempt would be asked in other words now: the run's choices or its knowledge were changed since.",
} as const;

export class TokenSteps {
  readonly work = new Work();
  tokens = $state.raw<readonly TokenStep[]>();
  /** Place of the token that is looked at. */
  at = $state(0);
  /** Why there is nothing to see. */
  why = $state("");
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Another run or this one is writing with the one model that is open. */
  get busy(): boolean {
    const { lab, generate } = this.#run;
    return generate.work.running || lab.busyElsewhere("generate", this.#run) !== undefined;
  }

  ask = (entry: AttemptEntry): Promise<boolean> =>
    this.work.run("Loading the language model", async (signal) => {
      const { config, notebook, lab } = this.#run;
      const writer = writerOf(config.source);
      const { data, knowledge = noKnowledge } = notebook;
      if (!writer || !data) throw new Error("TokenSteps.ask: the run has no writer or no examples");
      let model: string | undefined;
      for await (const event of lab.ports(data).pipeline.openModel({ model: writer.model, engine: config.engine }, signal)) {
        tellLoading(this.work, event);
        if (event.type === "opened") model = event.model.id;
      }
      this.work.tell("Reading the completion again, token by token");
      const asked = { demonstrations: data.train, gold: data.gold ?? [], knowledge, index: entry.index, turns: turnsOf(entry) };
      const seen = await lab.services.generate.watchAttempt(
        { config: await runConfigOf(config, model, data, knowledge), ...asked },
        signal,
      );
      this.why = seen.kind === "watched" ? "" : sentences[seen.kind];
      this.tokens = seen.kind === "watched" ? seen.tokens : undefined;
      // The token at which the grammar forbids most is the one to look at first.
      const most = this.tokens?.reduce((best, { forbidden }, i, all) => (forbidden > (all[best]?.forbidden ?? 0) ? i : best), 0);
      this.at = most ?? 0;
    });
}
