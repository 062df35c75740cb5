// A run as one zip that reopens anywhere: what stands in it, and what of it can be believed. Knows no page and no store.

import { throwIfAborted } from "../base/errors.ts";
import { asMade } from "../experiment/as-made.ts";
import type { Trust } from "../experiment/trust.ts";
import { type CapsuleFault, type CheckedCapsule, capsuleLimits, checkCapsule, writeCapsule } from "../formats/capsule.ts";
import type { ZipContent, ZipLimits } from "../formats/zip.ts";
import type { Rejected, Synthetic } from "../generate/log.ts";
import type { RejectReason } from "../generate/source.ts";
import { taskIdOf, taskOf } from "../tasks/catalogue.ts";
import { datasetJsonl } from "./artefacts.ts";
import { valueFault } from "./capsule-values.ts";
import { reportHtml } from "./report.ts";
import { partsOf, recordOf } from "./run-capsule.ts";
import type { RunRecord } from "./run-record.ts";
import type { Sureness } from "./sureness.ts";
import { topicGraph } from "./topic-graph.ts";
import { withoutRows } from "./without-rows.ts";

export interface CapsuleChoice {
  /** Without the real rows and all that shows them. */
  readonly rows: boolean;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  readonly sure?: Sureness;
  /** For its report. */
  readonly trust?: Trust;
  /** Examples that were left out before, of a run that came as a capsule itself. */
  readonly absent?: number;
}

/** The capsule of a run. Throws `file-too-large` and `aborted`. */
export async function runCapsule(
  name: string,
  whole: RunRecord,
  { rows, writtenAt, sure, trust, absent = 0 }: CapsuleChoice,
  signal: AbortSignal,
  onBytes?: (done: number, total: number) => void,
): Promise<Blob> {
  const { record, entries: left } = rows ? { record: whole, entries: 0 } : withoutRows(whole);
  const gone = absent + countsOf(whole).accepted.length - countsOf(record).accepted.length; // of the data set, which may be a part of the log
  throwIfAborted(signal);
  const facts = {
    title: record.notebook.title,
    task: taskIdOf(record.notebook.config.task),
    writtenAt: new Date(writtenAt).toISOString(),
    rows,
    ...(rows ? {} : { examplesLeftOut: gone }),
  };
  return writeCapsule(
    name,
    facts,
    contentsOf(record, rows, absent + left, { absent: gone, ...(sure ? { sure } : {}), ...(trust ? { trust } : {}) }),
    signal,
    onBytes,
  );
}

type Told = Pick<CapsuleChoice, "sure" | "trust" | "absent">;

function contentsOf(record: RunRecord, rows: boolean, left: number, told: Told): ZipContent[] {
  const { accepted, rejected } = countsOf(record);
  const { nodes, edges } = topicGraph(record.notebook.knowledge);
  const notebook = asMade(record.notebook, record.log?.state.config);
  const extra = { ...told, ...(record.analysis ? { analysis: record.analysis } : {}), models: record.models };
  const texts: readonly (readonly [string, string])[] = [
    ["README.txt", readme(record, rows, left)],
    ["report.html", reportHtml(notebook, accepted, rejected, extra)],
    ...partsOf(record).map(({ path, json }) => [path, json] as const),
    ...(accepted.length > 0
      ? [["data/synthetic.jsonl", datasetJsonl(taskOf(record.notebook.config.task), accepted)] as const]
      : []),
    ...(nodes === "" ? [] : [["graph/nodes.tsv", nodes] as const]),
    ...(edges === "" ? [] : [["graph/edges.tsv", edges] as const]),
  ];
  return texts.map(([path, text]) => ({ path, content: new Blob([text]) }));
}

/** The data set of a run, its first accepted examples, and how often each reason threw an attempt away. */
export function countsOf({ notebook, log }: RunRecord): {
  accepted: readonly Synthetic[];
  rejected: Readonly<Partial<Record<RejectReason, number>>>;
} {
  const attempts = (log?.entries ?? []).filter((entry) => entry.type !== "feedback");
  const thrown = attempts.filter((entry): entry is Rejected => entry.type === "rejected");
  const rejected: Partial<Record<RejectReason, number>> = {};
  for (const { reason } of thrown) rejected[reason] = (rejected[reason] ?? 0) + 1;
  const size = Math.max(notebook.config.size, log?.state.config.size ?? 0);
  return { accepted: attempts.filter((entry): entry is Synthetic => entry.type === "accepted").slice(0, size), rejected };
}

function readme({ notebook: { title, data }, log }: RunRecord, rows: boolean, left: number): string {
  const privacy = rows
    ? `It holds the real rows that the run was given (${data?.source ?? "none"}): treat it as you treat them.`
    : `The real rows are not in it, nor the prompts, which show some of them${left > 0 ? `, nor ${left} of the examples, which repeat one or were made from one` : ""}.`;
  return [
    `${title}: a run of Clinfuse as a capsule`,
    "",
    privacy,
    log ? "What the language model wrote is as it wrote it: read it before you pass it on." : "No synthetic text is in it.",
    "",
    "Open it in Clinfuse: Runs, Open a capsule. It is checked first; what was changed is named.",
    "Check it without the app, in the project's folder: npm run capsule -- --check FILE",
    "",
    "report.html    the whole run to read, in any browser",
    "plan.json      every choice and the seeds",
    "data/          the real rows, and the synthetic examples (JSONL)",
    "knowledge/     topics and styles; what the language model answered",
    "graph/         the part of the knowledge graph that topics came from, with sources and licences",
    "generation/    every prompt and completion, accepted and rejected",
    "training/      curve, scores, predictions in the order of the test set",
    "analysis/      the measures of the synthetic text beside the real",
    "models.json    the models that took part, with the SHA-256 of their files; the weights are not in it",
    "manifest.json  the SHA-256 of every file",
    "",
  ].join("\n");
}

export interface OpenedCapsule extends CheckedCapsule {
  /** There where every part could be read. A capsule with faults beside may have one. */
  readonly record?: RunRecord;
}

/** Checks a capsule and reads the run in it. What is wrong is told in `faults`; nothing is thrown but the disk's own errors. */
export async function openCapsule(zip: Blob, name: string, limits: ZipLimits = capsuleLimits): Promise<OpenedCapsule> {
  const checked = await checkCapsule(zip, name, limits);
  const { manifest, files, faults } = checked;
  if (!manifest || files.size === 0) return checked;
  const broken = new Set(faults.map(({ file }) => file));
  const read = await recordOf(async (path) => (broken.has(path) ? undefined : await files.get(path)?.text()), valueFault);
  if ("fault" in read) return broken.has(read.fault.file) ? checked : { ...checked, faults: [...faults, read.fault] };
  const fault = readableFault(read.record);
  if (fault) return { ...checked, faults: [...faults, fault] };
  return { ...checked, record: read.record };
}

/** A run is one only where it can be shown: its report is written once, for that. */
function readableFault(record: RunRecord): CapsuleFault | undefined {
  try {
    const { accepted, rejected } = countsOf(record);
    reportHtml(record.notebook, accepted, rejected, record);
    return undefined;
  } catch (error) {
    return {
      file: "plan.json",
      what: `names a run that cannot be shown: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
