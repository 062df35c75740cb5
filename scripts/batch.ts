// npm run batch: the prompts of a cell out as OpenAI batch files, and their answers back in, for a cluster to do what one machine cannot.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ClinfuseError } from "../src/base/errors.ts";
import { decodeUtf8 } from "../src/base/utf8.ts";
import { turnFile } from "../src/experiment/batch-store.ts";
import { mostExamples } from "../src/experiment/experiment-config.ts";
import { answersText } from "../src/generate/answers-text.ts";
import { faultWords, type GrammarForm, mostTold, serverForms } from "../src/generate/batch-lines.ts";
import { sourceOf, withWriter } from "../src/generate/sources.ts";
import { parseManifest } from "../src/models/manifest.ts";
import { dataFolder } from "../src/report/data-folder.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import { type FeedbackGiver, trainedFeedback } from "./batch-feedback.ts";
import { readBatchFile } from "./batch-file.ts";
import { type BatchFolder, type BatchPlan, batchFolder, planName } from "./batch-folder.ts";
import { type Stepped, step } from "./batch-step.ts";
import { endWithReader, exitCodeOf, faultOf } from "./command.ts";
import { alone } from "./folder-lock.ts";
import { modelsFolder } from "./models-folder.ts";
import { readOptions, wholeNumber } from "./options.ts";
import { requireFolder } from "./out-places.ts";
import { writeWhole } from "./whole-file.ts";

const usage = `npm run batch -- --out FOLDER CELL.json [--model NAME] [--attempts COUNT] [--grammar none|vllm|vllm-guided]
npm run batch -- --in FOLDER [ANSWERS.jsonl ...] [--dataset FOLDER]

  CELL.json   {"task": ID or {"id", "data": FOLDER, "test": COUNT}, "source": ID or a source's config, "seed": NUMBER or {"data", "text", "training"},
              "size": NUMBER, "preset": "small" or "paper", "model": NAME, "encoder": ID, "graph": FOLDER of nodes.tsv and edges.tsv, "licences": [LICENCE]}
              "task", "source", "seed", "size" and a model must be there; the words are those of npm run experiment
  --out       writes FOLDER/plan.json with all choices and FOLDER/turn-1.jsonl with the requests
  --in        reads answers in OpenAI's batch format, in any order and from any number of files; writes the next turn where one is due,
              missing.jsonl with the requests that have no answer, and the data set, the log and the counts so far. Where a round of
              ProGen ends, the encoder is trained first, in a headless Chromium on this machine: minutes
  --model     the name by which the server knows the language model
  --attempts  prompts of the first turn; twice as many as examples are wanted, unless it is given
  --grammar   sends each prompt's grammar along, as vLLM takes it; without it an answer in another form is thrown away
  --dataset   writes the accepted examples as a folder that Python's datasets.load_dataset reads

The last line is one JSON object. docs/cluster.md has the commands for vLLM and Ray.
`;

const options = {
  out: { type: "string" },
  in: { type: "string" },
  model: { type: "string" },
  attempts: { type: "string" },
  grammar: { type: "string" },
  dataset: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** Prompts of the first turn for each example wanted: some answers are thrown away. */
const ratio = 2;

/** Options of one direction, which the other would pass over. */
const ofOut = ["model", "attempts", "grammar"] as const;
const ofIn = ["dataset"] as const;

interface Print {
  readonly out: (line: string) => void;
  /** For remarks. */
  readonly aside: (line: string) => void;
}

/** Exit code of the command. The last line that it prints is JSON, but for --help. */
export async function main(args: readonly string[], print: Print, feedback: FeedbackGiver = trainedFeedback): Promise<number> {
  let atWork = false;
  try {
    const { values, positionals } = readOptions({ args: [...args], options, allowPositionals: true });
    if (values.help) {
      print.out(usage.trimEnd());
      return 0;
    }
    if ((values.out === undefined) === (values.in === undefined))
      throw new Error("one of --out FOLDER and --in FOLDER is needed");
    for (const option of values.out === undefined ? ofOut : ofIn) {
      if (values[option] !== undefined)
        throw new Error(`--${option} goes with --${values.out === undefined ? "out: a batch keeps what it began with" : "in"}`);
    }
    for (const option of ["out", "in", "dataset"] as const) {
      const place = values[option];
      if (place !== undefined) requireFolder(option, place);
    }
    const folder = batchFolder((values.out ?? values.in) as string);
    const begun = values.in === undefined ? undefined : folder.plan();
    if (begun && values.dataset !== undefined) requireDataset(begun);
    const plan = values.out === undefined ? undefined : await planOf(positionals, values);
    const line = await alone(folder.path, async () => {
      let stepped = plan ? await out(folder, plan) : await back(folder, positionals);
      for (tell(stepped, print); stepped.barrier; tell(stepped, print)) {
        atWork = true;
        const own = folder.plan();
        stepped = await step(folder, own, new Map(), await feedback(own, stepped.barrier, print.aside));
      }
      if (values.dataset !== undefined && !putDataset(values.dataset, folder.plan(), stepped))
        print.aside(`No example is accepted yet: ${values.dataset} is not written.`);
      return stepped.line;
    });
    print.out(JSON.stringify(line));
    return 0;
  } catch (error) {
    print.out(JSON.stringify({ error: faultOf(error, atWork ? "failed" : "bad-arguments") }));
    return exitCodeOf(error);
  }
}

interface OutOptions {
  readonly model?: string | undefined;
  readonly attempts?: string | undefined;
  readonly grammar?: string | undefined;
}

async function out(folder: BatchFolder, plan: BatchPlan): Promise<Stepped> {
  folder.begin(plan);
  return step(folder, plan, new Map());
}

async function planOf(positionals: readonly string[], asked: OutOptions): Promise<BatchPlan> {
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error("--out FOLDER takes one file of a cell: --out FOLDER CELL.json");
  const { grammar = "none" } = asked;
  if (!Object.hasOwn(serverForms, grammar)) {
    throw new Error(`--grammar takes ${Object.keys(serverForms).join(", ")}; it is ${JSON.stringify(grammar)}`);
  }
  const attempts = wholeNumber("attempts", asked.attempts, 1, ratio * mostExamples);
  return planOfCell(path, asked.model, grammar as GrammarForm, attempts);
}

async function planOfCell(
  path: string,
  model: string | undefined,
  grammar: GrammarForm,
  attempts: number | undefined,
): Promise<BatchPlan> {
  const manifest = parseManifest(readFileSync(join(modelsFolder, "manifest.json"), "utf8"));
  const text = readText(path);
  const cell = await readBatchFile(text, path, manifest, model).catch((error: unknown) => {
    if (error instanceof ClinfuseError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ClinfuseError("file-malformed", message, { file: path }, { cause: error });
  });
  const source = withWriter(cell.config.source, { grammar: grammar !== "none" });
  const writer = "writer" in source ? source.writer.model : "";
  const first = Math.min(cell.config.size, sourceOf(source).rounds(source)[0] ?? cell.config.size);
  const config = { ...cell.config, source };
  return {
    form: "clinfuse-batch-1",
    config,
    seeds: cell.seeds,
    data: cell.data,
    graph: cell.graph,
    model: writer,
    grammar,
    ratio: attempts === undefined ? ratio : attempts / first,
  };
}

async function back(folder: BatchFolder, paths: readonly string[]): Promise<Stepped> {
  const plan = folder.plan();
  await requireOwnRequests(folder, plan);
  return step(folder, plan, new Map(paths.flatMap(filesOf).map((path) => [path, answersIn(path)])));
}

/** Throws `file-malformed` where the requests that were written are another plan's: no answer to them would be known. */
async function requireOwnRequests(folder: BatchFolder, plan: BatchPlan): Promise<void> {
  const [first] = (await folder.asked()).keys();
  if (first === undefined || first.startsWith(`${await planName(plan)}-`)) return;
  const message = `plan.json was changed after ${turnFile(1)} was written: put it back as it was, or begin another folder with --out`;
  throw new ClinfuseError("file-malformed", message, { file: join(folder.path, "plan.json") });
}

/** A folder of answers is its .jsonl files. Throws `file-missing` for one without any. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((name) => /\.jsonl$/i.test(name));
  if (files.length === 0) throw new ClinfuseError("file-missing", `the folder ${path} holds no .jsonl file`, { file: path });
  return files.sort().map((name) => join(path, name));
}

/** Throws `file-missing` and `file-malformed`. */
function answersIn(path: string): string {
  return read(path, answersText);
}

/** Throws `file-missing` and `file-malformed`. */
function readText(path: string): string {
  return read(path, decodeUtf8);
}

function read(path: string, decode: (bytes: Uint8Array<ArrayBuffer>, name: string) => string): string {
  if (!existsSync(path)) throw new ClinfuseError("file-missing", `there is no file ${path}`, { file: path });
  try {
    return decode(new Uint8Array(readFileSync(path)), basename(path));
  } catch (error) {
    if (error instanceof ClinfuseError) throw error;
    throw new ClinfuseError("file-malformed", `${path} cannot be read`, { file: path }, { cause: error });
  }
}

function tell({ faults, remarks, line }: Stepped, print: Print): void {
  for (const fault of faults.slice(0, mostTold)) print.aside(faultWords(fault));
  if (faults.length > mostTold) print.aside(`and ${faults.length - mostTold} more such lines`);
  for (const remark of remarks) print.aside(remark);
  if (line.next !== null) print.aside(`Next: have ${line.next} answered.`);
}

/** Throws for a source whose accepted answers are no examples. */
function requireDataset({ config }: BatchPlan): void {
  if (sourceOf(config.source).answers)
    throw new Error(`--dataset: ${sourceOf(config.source).name} makes predictions and no data set`);
}

/** False where there is nothing to write yet. */
function putDataset(path: string, { config, seeds }: BatchPlan, { line, synthetic }: Stepped): boolean {
  if (line.run === null || synthetic.length === 0) return false;
  const files = dataFolder(taskOf(config.task), synthetic, { source: config.source, run: line.run, seed: seeds.text });
  for (const [name, content] of files) writeWhole(join(path, name), content);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  endWithReader();
  const print = { out: (line: string) => console.log(line), aside: (line: string) => console.error(line) };
  process.exitCode = await main(process.argv.slice(2), print);
}
