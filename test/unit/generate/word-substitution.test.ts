// Word substitution: labels, entities and their offsets stay what they were; the run ends when nothing new is left, and resumes to the same bytes.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { withEdit } from "../../../src/generate/augment/edits.ts";
import { nearNumber, perturbations } from "../../../src/generate/augment/perturbations.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import { generate } from "../../../src/generate/run.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import { perturbed, wordSubstitution } from "../../../src/generate/word-substitution.ts";
import { knowledgeOf, type Substitutes } from "../../../src/knowledge/topic.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { labelsOf, spansOf, textsOf } from "../../../src/tasks/shapes.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { fewShot } from "./asked.ts";
import { type MemoryRunStore, memoryRunStore } from "./memory-run-store.ts";

const ofEachFamily = [...new Map(tasks.map((task) => [task.family, task])).values()];
const lexicon = ["gout", "portal hypertension"];
const substitutesOf = (task: Task): Substitutes => ({
  names: Object.fromEntries(task.labels.map(({ id }) => [id, lexicon])),
  synonyms: [],
});
const config = (task: Task, size: number): RunConfig => ({
  task: task.id,
  source: { kind: "word-substitution" },
  seed: 5,
  size,
  examples: "-",
  knowledge: "-",
});

async function run(
  task: Task,
  store: MemoryRunStore,
  size: number,
  demonstrations: readonly Example[],
  stop = Number.POSITIVE_INFINITY,
) {
  const ports = { task, source: wordSubstitution as never, tools: {}, store, demonstrations, gold: [] };
  const knowledge = knowledgeOf({ topics: {}, styles: [], lexicon: [], substitutes: substitutesOf(task) });
  const types: string[] = [];
  for await (const event of generate(config(task, size), { ...ports, knowledge }, new AbortController().signal)) {
    types.push(event.type);
    if (types.length > stop) break;
  }
  return types;
}

async function entriesOf(task: Task, store: MemoryRunStore): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of store.read(await runId(config(task, 1)))) entries.push(entry);
  return entries;
}

describe.each(ofEachFamily.map((task) => [task.family, task] as const))("%s", (_, task) => {
  const rows = fewShot(task);

  it("keeps the labels, and every span covers an entity as it is written", () => {
    for (let i = 0; i < 300; i++) {
      const row = rows[i % rows.length] as Example;
      const made = perturbed(row, substitutesOf(task), rng("p", i));
      expect(labelsOf(made)).toEqual(labelsOf(row));
      const text = textsOf(made)[0] as string;
      for (const span of spansOf(made)) expect(["fever", ...lexicon]).toContain(text.slice(span.start, span.end));
      if (made.kind !== "relation") continue;
      expect(made.text.slice(made.head.start, made.head.end)).toBe("heparin");
      expect(made.text.slice(made.tail.start, made.tail.end)).toBe("fever");
    }
  });

  it("makes different examples, each with the row that it comes from", async () => {
    const store = memoryRunStore();
    await run(task, store, 40, rows);
    const accepted = (await entriesOf(task, store)).filter((entry) => entry.type === "accepted");
    expect(new Set(accepted.map((entry) => JSON.stringify(textsOf(entry.example)))).size).toBe(40);
    for (const entry of accepted) {
      expect(entry.origin).toEqual({ kind: "derived", from: [entry.index % rows.length], by: "word-substitution" });
      expect(textsOf(entry.example)).not.toEqual(textsOf(rows[entry.index % rows.length] as Example));
    }
  });

  it("stopped anywhere it resumes to the same bytes", async () => {
    const whole = memoryRunStore();
    await run(task, whole, 20, rows);
    const id = await runId(config(task, 20));
    for (let stop = 1; stop < 20; stop += 4) {
      const broken = memoryRunStore();
      await run(task, broken, 20, rows, stop);
      await run(task, broken, 20, rows);
      expect(broken.lines(id)).toEqual(whole.lines(id));
    }
  });
});

it("ends with what there is where nothing new is left, and asks no more when it is opened again", async () => {
  const task = tasks.find((t) => t.shape === "sentence") as Task;
  const rows: Example[] = [{ kind: "sentence", text: "ab cd", labels: [task.labels[0]?.id as string] }]; // its full stop is all that can change
  const store = memoryRunStore();
  expect((await run(task, store, 9, rows)).at(-1)).toBe("finished");
  const entries = await entriesOf(task, store);
  expect(entries.filter((entry) => entry.type === "accepted").length).toBe(1);
  expect(await run(task, store, 9, rows)).toEqual(["opened", "finished"]);
});

it("makes nothing where there are no rows", async () => {
  expect(await run(tasks[0] as Task, memoryRunStore(), 3, [])).toEqual(["opened", "finished"]);
});

it("makes one to three edits", () => {
  const text = "It is not 50 mg."; // no word is long enough for a typo
  const counts = Array.from({ length: 300 }, (_, i) => {
    const example: Example = { kind: "sentence", text, labels: [] };
    const [made = ""] = textsOf(perturbed(example, { names: {}, synonyms: [] }, rng("edits", i)));
    return [!made.endsWith("."), made.includes("'"), !made.includes("50")].filter(Boolean).length;
  });
  expect(new Set(counts.filter((n) => n > 0))).toEqual(new Set([1, 2, 3]));
});

describe("edits", () => {
  const example: TokenExample = { kind: "token", text: "No gout today.", spans: [{ start: 3, end: 7, label: "Disease" }] };
  const words = (e: Example | undefined) => e?.kind === "token" && e.spans.map((s) => e.text.slice(s.start, s.end));

  it("move what stands behind them, name a whole span anew, and never cut one in two", () => {
    expect(words(withEdit(example, { start: 0, end: 2, text: "Hardly any" }))).toEqual(["gout"]);
    expect(words(withEdit(example, { start: 3, end: 7, text: "renal failure" }))).toEqual(["renal failure"]);
    expect(words(withEdit(example, { start: 13, end: 14, text: "" }))).toEqual(["gout"]);
    expect(withEdit(example, { start: 4, end: 9, text: "x" })).toBeUndefined();
  });
});

describe("perturbations", () => {
  const draw = (kind: keyof typeof perturbations, text: string, held: { start: number; end: number; label: string }[] = []) =>
    Array.from({ length: 40 }, (_, i) => perturbations[kind](text, held, rng("draw", i)));

  it("move a number by a fifth and one at most, never below 1, never to itself", () => {
    for (const x of [1, 3, 5, 17, 100, 2500]) {
      for (let i = 0; i < 200; i++) {
        const n = nearNumber(x, rng("n", x, i));
        expect(n).not.toBe(x);
        expect(Math.abs(n - x)).toBeLessThanOrEqual(Math.floor(0.2 * x) + 1);
        expect(n).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it.each(["for 2 days and 4 more", "at 2.5 mg", "IL-6 and p53", "1,000 patients", "50% of 3/4", "on 12-14"])(
    "leave the numbers of “%s”",
    (text) => {
      expect(draw("number", text).every((edit) => edit === undefined)).toBe(true);
    },
  );

  it("contract and expand, with the case of the first letter", () => {
    expect(draw("contraction", "It is not clear").map((e) => e?.text)).toEqual(expect.arrayContaining(["isn't", "It's"]));
    expect(draw("contraction", "She didn't sleep")[0]?.text).toBe("did not");
    expect(draw("contraction", "the analysis notes")[0]).toBeUndefined();
  });

  it("swap whole letters, of two code units too", () => {
    const text = "The \u{1D400}\u{1D401}\u{1D402}a sign"; // mathematical letters
    const found = Array.from({ length: 60 }, (_, i) => {
      const edit = perturbations.typo(text, [], rng("letters", i));
      return edit ? text.slice(0, edit.start) + edit.text + text.slice(edit.end) : text;
    });
    expect(new Set(found)).toEqual(
      new Set([
        "The \u{1D401}\u{1D400}\u{1D402}a sign",
        "The \u{1D400}\u{1D402}\u{1D401}a sign",
        "The \u{1D400}\u{1D401}a\u{1D402} sign",
        "The \u{1D400}\u{1D401}\u{1D402}a isgn",
        "The \u{1D400}\u{1D401}\u{1D402}a sgin",
        "The \u{1D400}\u{1D401}\u{1D402}a sing",
      ]),
    );
  });

  it("swap letters of free words alone", () => {
    const held = [{ start: 0, end: 5, label: "Disease" }];
    for (const edit of draw("typo", "fever again", held)) expect(edit?.start).toBeGreaterThanOrEqual(6);
    expect(draw("typo", "fever", held)[0]).toBeUndefined();
  });
});
