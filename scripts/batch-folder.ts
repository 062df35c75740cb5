// The folder of a batch: its plan, the requests of each turn, the answers so far, and what they gave. Knows no run.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { canonicalJson, sha256 } from "../src/base/hash.ts";
import type { Message } from "../src/engines/language-model.ts";
import { type BatchStore, missingFile, turnFile } from "../src/experiment/batch-store.ts";
import type { ExperimentConfig } from "../src/experiment/experiment-config.ts";
import type { NotebookData } from "../src/experiment/notebook.ts";
import type { Seeds } from "../src/experiment/plan.ts";
import { type GrammarForm, requestLine } from "../src/generate/batch-lines.ts";
import type { Answer } from "../src/generate/recorded-model.ts";
import type { Feedback } from "../src/generate/source.ts";
import type { KnowledgeData } from "../src/knowledge/topic.ts";
import { writeWhole } from "./whole-file.ts";

/** All choices of a batch. Nothing changes it: a folder is one plan. */
export interface BatchPlan {
  readonly form: "clinfuse-batch-1";
  readonly config: ExperimentConfig;
  readonly seeds: Seeds;
  readonly data: NotebookData;
  readonly graph: string | null;
  /** The name that the requests give the language model. */
  readonly model: string;
  readonly grammar: GrammarForm;
  /** Attempts at first for each example wanted. */
  readonly ratio: number;
}

/** First part of the names of its requests: other choices are other names, so that a stray answer is seen to be one. */
export async function planName(plan: BatchPlan): Promise<string> {
  return (await sha256(canonicalJson(plan))).slice(0, 12);
}

const names = {
  plan: "plan.json",
  answers: "received.jsonl",
  missing: missingFile,
  knowledge: "knowledge.json",
  feedback: "feedback.json",
} as const;
export const logFile = "log.jsonl";

const turnName = /^turn-(\d+)\.jsonl$/;

interface AskedLine {
  readonly custom_id: string;
  readonly body: { readonly messages: readonly Message[] };
}

export interface BatchFolder extends BatchStore {
  readonly path: string;
  plan(): BatchPlan;
  /** Writes the plan of a new batch into the folder, which is there. Throws where the folder holds another that has asked something. */
  begin(plan: BatchPlan): void;
  /** The knowledge that it keeps. */
  gathered(): KnowledgeData | undefined;
  write(name: string, text: string): void;
}

export function batchFolder(path: string): BatchFolder {
  const at = (name: string) => join(path, name);
  const lines = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), "utf8").split("\n").filter(Boolean) : []);
  const write = (name: string, text: string) => writeWhole(at(name), text);
  const put = (name: string, all: readonly string[]) => write(name, all.map((line) => `${line}\n`).join(""));
  const turnFiles = () =>
    (existsSync(path) ? readdirSync(path) : []).filter((name) => turnName.test(name)).sort((a, b) => numberOf(a) - numberOf(b));
  const json = <T>(name: string) => (existsSync(at(name)) ? (JSON.parse(readFileSync(at(name), "utf8")) as T) : undefined);
  const gathered = () => json<KnowledgeData>(names.knowledge);
  const turns = () => Math.max(0, ...turnFiles().map(numberOf));
  return {
    path,
    plan: () => readPlan(at(names.plan)),
    begin(plan) {
      const text = `${JSON.stringify(plan, null, 1)}\n`;
      const isOther = existsSync(at(names.plan)) && readFileSync(at(names.plan), "utf8") !== text;
      if (isOther && turns() > 0) throw new Error(`${path} holds another batch: choose another folder, or delete it`);
      if (isOther) rmSync(at(names.knowledge), { force: true }); // of a plan that asked nothing: its graph had no topics, say
      write(names.plan, text);
    },
    turns: async () => turns(),
    async asked() {
      const asked = new Map<string, readonly Message[]>();
      for (const file of turnFiles()) {
        for (const [i, line] of lines(file).entries()) {
          const { custom_id, body } = parsed<AskedLine>(line, file, i + 1);
          asked.set(custom_id, body.messages);
        }
      }
      return asked;
    },
    lastTurn: async () => requestsIn(lines, turnFile(turns())),
    answers: async () => new Map(lines(names.answers).map(receivedIn)),
    async keepAnswers(answers) {
      const sorted = [...answers].sort(([a], [b]) => (a < b ? -1 : 1));
      put(
        names.answers,
        sorted.map(([id, answer]) => JSON.stringify({ id, ...answer })),
      );
    },
    async ask(requests) {
      const { model, grammar } = this.plan();
      const name = turnFile(turns() + 1);
      put(
        name,
        requests.map((request) => requestLine(request, model, grammar)),
      );
      return name;
    },
    async putMissing(ids) {
      const found = turnFiles().flatMap((file) =>
        lines(file).filter((line) => ids.has((JSON.parse(line) as AskedLine).custom_id)),
      );
      if (found.length > 0) put(names.missing, found);
      else rmSync(at(names.missing), { force: true });
    },
    gathered,
    knowledge: async () => gathered(),
    keepKnowledge: async (knowledge) => write(names.knowledge, `${JSON.stringify(knowledge, null, 1)}\n`),
    feedback: async () => json<readonly Feedback[]>(names.feedback) ?? [],
    keepFeedback: async (feedback) => write(names.feedback, `${JSON.stringify(feedback, null, 1)}\n`),
    write,
  };
}

const requestsIn = (lines: (name: string) => readonly string[], file: string): readonly string[] =>
  lines(file).map((line, i) => parsed<AskedLine>(line, file, i + 1).custom_id);

function receivedIn(line: string, i: number): [id: string, answer: Answer] {
  const { id, ...answer } = parsed<Answer & { readonly id: string }>(line, names.answers, i + 1);
  return [id, answer as Answer];
}

const numberOf = (name: string): number => Number(turnName.exec(name)?.[1] ?? 0);

function parsed<T>(line: string, file: string, number: number): T {
  try {
    return JSON.parse(line) as T;
  } catch (error) {
    throw new ClinfuseError(
      "file-malformed",
      `${file} was changed: line ${number} is not JSON`,
      { file, line: number },
      { cause: error },
    );
  }
}

function readPlan(path: string): BatchPlan {
  if (!existsSync(path)) {
    throw new ClinfuseError("file-missing", `there is no ${path}: npm run batch -- --out FOLDER CELL.json begins a batch`, {
      file: path,
    });
  }
  const plan = parsed<BatchPlan | null>(readFileSync(path, "utf8").replaceAll("\n", " "), names.plan, 1);
  if (plan?.form !== "clinfuse-batch-1" || !plan.config || !plan.seeds || !plan.data)
    throw new ClinfuseError("file-malformed", `${path} is no plan of a batch`, { file: path });
  return plan;
}
