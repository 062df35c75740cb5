// npm run analyse: the measures of section 6 on files of texts, in Node. Prints them for people and, last, one line of JSON.

import { join, resolve } from "node:path";
import { type Analysis, analyse, type TextSet } from "../src/analyse/analysis.ts";
import { vectorsOf } from "../src/analyse/vectors.ts";
import { ClinfuseError } from "../src/base/errors.ts";
import type { Embedder } from "../src/engines/language-model.ts";
import { graphMentions } from "../src/knowledge/graph-mentions.ts";
import { type ReadSet, readSet } from "./analyse-files.ts";
import { analysisLine, analysisTable } from "./analyse-output.ts";
import { graphFile } from "./batch-file.ts";
import { faultOf, runAsCommand } from "./command.ts";
import { openGraphFolder } from "./graph-folder.ts";
import { ensureModels } from "./models.ts";
import { openNodeEmbedder } from "./node-embedder.ts";
import { readOptions, wholeNumber } from "./options.ts";
import { requireFolder } from "./out-places.ts";
import { writeWhole } from "./whole-file.ts";

const usage = `npm run analyse -- --real FILE --synthetic FILE [--synthetic FILE ...] [--held-out FILE] [--task ID] [--graph FOLDER] [--out DIR] [--seed N]

  --real       real texts: a file or folder in any format that is read, or a table with a column of texts
  --synthetic  synthetic texts; several may be named
  --held-out   real texts that were never shown to the writer: they say how near two real texts are by chance. Absent, each real
               text is held out from the others in turn
  --task       the task whose format the files have, by its id (npm run tasks lists them) or the file of a task of your own; absent,
               the files tell
  --graph      folder of nodes.tsv and edges.tsv whose names are counted (the starter graph)
  --out        keeps the whole analysis there, as analysis.json
  --seed       of the samples that are drawn (1)

The last line is one JSON object: n, cmd, aps, nearest, entities, distinct, leakage, intervals, and more, each by the name of its set.
`;

const embedderId = "all-minilm-l6-v2";

interface Asked {
  readonly real: string;
  readonly synthetic: readonly string[];
  readonly heldOut?: string;
  readonly task?: string;
  /** `null`: the starter graph. */
  readonly graph: string | null;
  readonly out?: string;
  readonly seed: number;
}

function asked(args: readonly string[]): Asked | "help" {
  const { values } = readOptions({
    args: [...args],
    options: {
      real: { type: "string" },
      synthetic: { type: "string", multiple: true, default: [] },
      "held-out": { type: "string" },
      task: { type: "string" },
      graph: { type: "string" },
      out: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  if (values.real === undefined) throw new Error("--real is missing: the file of real texts");
  if (values.synthetic.length === 0) throw new Error("--synthetic is missing: a file of synthetic texts");
  const seed = wholeNumber("seed", values.seed, 0) ?? 1;
  const { real, synthetic, task, graph, out } = values;
  if (graph !== undefined) for (const name of ["nodes", "edges"]) graphFile(graph, name, "--graph");
  const heldOut = values["held-out"];
  return {
    real,
    synthetic,
    graph: graph ?? null,
    seed,
    ...(heldOut === undefined ? {} : { heldOut }),
    ...(task === undefined ? {} : { task }),
    ...(out === undefined ? {} : { out }),
  };
}

/** Exit code of the command. The last line that it prints is JSON, but for --help. Throws Error for a wrong argument. */
export async function main(
  args: readonly string[],
  print: (line: string) => void,
  tell: (line: string) => void,
): Promise<number> {
  const request = asked(args);
  if (request === "help") {
    print(usage.trimEnd());
    return 0;
  }
  if (request.out !== undefined) requireFolder("out", request.out); // else minutes of work would be lost
  try {
    const analysis = await run(request, tell);
    for (const line of analysisTable(analysis)) print(line);
    if (request.out !== undefined) {
      writeWhole(join(resolve(request.out), "analysis.json"), `${JSON.stringify(analysis, undefined, 1)}\n`);
    }
    print(JSON.stringify(analysisLine(analysis)));
    return 0;
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    tell(error.message);
    print(JSON.stringify({ error: faultOf(error) }));
    return 1;
  }
}

async function run({ real, synthetic, heldOut, task, graph, seed }: Asked, tell: (line: string) => void): Promise<Analysis> {
  const paths = [real, ...synthetic, ...(heldOut === undefined ? [] : [heldOut])];
  const sets: ReadSet[] = [];
  for (const path of paths) sets.push(await readSet(path, task));
  for (const [i, { texts, as }] of sets.entries()) tell(`${paths[i]}: ${texts.length} texts, read as ${as}`);
  const named = await graphMentions(await openGraphFolder(graph));
  const [state] = await ensureModels([embedderId], { quiet: true });
  if (!state?.there)
    throw new ClinfuseError("model-missing", `${embedderId} could not be had: ${state?.why ?? ""}`, { what: embedderId });
  let told = 0;
  const embedder = await openNodeEmbedder(state.folder, (done, total) => {
    if (done < total && Date.now() - told < 2000) return;
    told = Date.now();
    tell(`embedded ${done} of ${total} texts`);
  });
  const [ofReal, ...others] = uniqueNames(sets);
  const read: TextSet[] = [];
  for (const set of [ofReal as ReadSet, ...others]) read.push(await textSet(set, embedder, named));
  await embedder.close();
  const held = heldOut === undefined ? undefined : read.pop();
  const [first, ...rest] = read;
  tell("measuring ...");
  return analyse(first as TextSet, rest, held ? { heldOut: held } : {}, seed);
}

async function textSet(
  { name, texts, marked }: ReadSet,
  embedder: Embedder,
  named: (text: string) => readonly string[],
): Promise<TextSet> {
  return { name, texts, marked, named: texts.map(named), unit: vectorsOf(await embedder.embed(texts), embedder.dimension) };
}

/** The real set is "real"; equal names of the others get a number. */
function uniqueNames([real, ...others]: readonly ReadSet[]): ReadSet[] {
  const taken = new Set(["real", "floor"]);
  const named = others.map((set) => {
    let name = set.name;
    for (let i = 2; taken.has(name); i++) name = `${set.name}-${i}`;
    taken.add(name);
    return { ...set, name };
  });
  return [{ ...(real as ReadSet), name: "real" }, ...named];
}

await runAsCommand(import.meta.url, main, { usage });
