// Turns the events of an experiment into lines of text, one per event of note.

import type { TrainRunEvent } from "../src/experiment/steps.ts";
import { type GenerateEvent, turnsOf } from "../src/generate/log.ts";
import type { Turn } from "../src/generate/source.ts";
import type { HeadlessEvent } from "../src/headless.ts";
import { lineOf } from "../src/report/drawn.ts";
import { reasonWords } from "../src/report/reason-words.ts";
import type { Task } from "../src/tasks/task.ts";

/** `say` gets one line at a time. Keeps the little state that rates need. */
export function narrator(task: Task, say: (line: string) => void): (event: HeadlessEvent) => void {
  const generate = generateNarrator(task, say);
  const loading = progress(say);
  return (event) => {
    switch (event.type) {
      case "step":
        return say(`\n== ${event.step}`);
      case "knowledge": {
        const e = event.event;
        if (e.type === "progress" && "what" in e) return loading(`loading ${e.what}`, e.done, e.total);
        if (e.type === "opened") return say(`language model ${e.model.id}, on ${e.model.runsOn}`);
        if (e.type === "imported") return say(`graph "${e.graph.name}": ${counts(e.graph.nodes)}; ${counts(e.graph.edges)}`);
        if (e.type === "remark") return say(e.text);
        if (e.type === "asking") return say(`asking the model for ${e.what} ...`);
        if (e.type === "answered") return say(`  ${e.found} found`);
        if (e.type === "gathered") {
          const topics = Object.entries(e.knowledge.topics).map(([label, list]) => `${list.length} topics for ${label}`);
          return say(`${topics.join(", ")}; styles: ${e.knowledge.styles.map((s) => `${s.name} (${s.source})`).join(", ")}`);
        }
        return;
      }
      case "generate":
        return generate(event.event);
      case "train":
        if (event.event.type === "loading" && !("what" in event.event))
          return loading("loading the trained model", event.event.done, event.event.total);
        return narrateTraining(event.event as TrainRunEvent, say, loading);
      case "masked": {
        const e = event.event;
        if (e.type === "loading") return loading(`loading ${e.what}`, e.done, e.total);
        if (e.type === "device") return say(`masked model on ${e.device}: ${e.reason}`);
        if (e.type === "epoch")
          return say(`masked model, epoch ${e.epoch}: loss ${e.loss.toFixed(3)}, validation ${e.validationLoss.toFixed(3)}`);
        if (e.type === "tuned") return say(`masked model: epoch ${e.bestEpoch} is the best`);
        return;
      }
      case "found":
        return say(`${event.kind}: from before`);
      case "cell":
      case "product":
      case "result":
        return;
    }
  };
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([name, n]) => `${n} ${name}`)
    .join(", ");
}

/** Says each quarter once. */
function progress(say: (line: string) => void): (what: string, done: number, total: number) => void {
  let last = "";
  return (what, done, total) => {
    const quarter = total > 0 ? Math.floor((done / total) * 4) * 25 : 0;
    const line = `${what}: ${quarter} %`;
    if (line !== last) say(line);
    last = line;
  };
}

function generateNarrator(task: Task, say: (line: string) => void): (event: GenerateEvent) => void {
  let accepted = 0;
  let rejected = 0;
  let tokens = 0;
  let started = 0;
  const rate = () => `${(tokens / Math.max(0.001, (performance.now() - started) / 1000)).toFixed(1)} tokens/s`;
  const count = (turns: readonly Turn[]) => {
    tokens += turns.reduce((sum, turn) => sum + turn.completionTokens, 0);
  };
  return (event) => {
    switch (event.type) {
      case "opened":
        started = performance.now();
        accepted = event.accepted;
        return say(
          event.next > 0 ? `run ${event.run} goes on after ${event.next} attempts, ${accepted} accepted` : `run ${event.run}`,
        );
      case "accepted": {
        accepted++;
        count(turnsOf(event));
        return say(`  + ${String(accepted).padStart(3)}  ${lineOf(task, event.example)}`);
      }
      case "rejected": {
        const turns = turnsOf(event);
        rejected++;
        count(turns);
        return say(`  - ${reasonWords[event.reason]}: ${turns.at(-1)?.text.replace(/\s+/g, " ").slice(0, 160) ?? ""}`);
      }
      case "writing":
        return; // the entries come fast enough for a log
      case "feedback":
        return say(`  = feedback after ${event.after} accepted`);
      case "wants-feedback":
        return say(`${event.after} accepted: the run stands at a barrier`);
      case "finished":
        return say(`${event.accepted} accepted of ${event.attempts} attempts; ${rejected} rejected here; ${rate()}`);
    }
  };
}

function narrateTraining(
  event: TrainRunEvent,
  say: (line: string) => void,
  loading: (what: string, done: number, total: number) => void,
): void {
  switch (event.type) {
    case "device":
      return say(`training on ${event.device}: ${event.reason}`);
    case "loading":
      return loading(`loading ${event.what}`, event.done, event.total);
    case "stage":
      return say(`stage ${event.stage}: ${event.examples} examples, ${event.epochs} epochs, ${event.steps} steps`);
    case "epoch": {
      const values = Object.entries(event.validation.values).map(([metric, v]) => `${metric} ${v.toFixed(2)}`);
      return say(
        `  epoch ${event.epoch}: loss ${event.loss.toFixed(4)}, validation ${values.join(", ")}${event.best ? " *" : ""}`,
      );
    }
    case "scoring":
      return loading(`scoring ${event.stage}`, event.done, event.total);
    case "scored": {
      const values = Object.entries(event.scores.values).map(([metric, v]) => `${metric} ${(100 * v).toFixed(1)}`);
      return say(`test, ${event.stage}: ${values.join(", ")}`);
    }
    case "remark":
      return say(event.text);
    case "stage-found":
      return say(`stage ${event.stage}: trained before`);
    case "stage-not-kept":
      return say(`stage ${event.stage} cannot be kept for other cells: ${event.why}`);
    case "not-saved":
      return say(`the trained model cannot be kept: ${event.why}`);
    case "resumed":
      return say(`going on after step ${event.step} of stage ${event.stage}`);
    case "not-kept":
      return say(`the training cannot be kept on its way: ${event.why}`);
    case "device-lost":
      return say(`${event.why}; the training is set up anew`);
    case "saved":
      return say(`trained model kept: ${(event.bytes / 1e6).toFixed(0)} MB`);
    default:
      return;
  }
}
