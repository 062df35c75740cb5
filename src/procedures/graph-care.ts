// Graphs that are held, as wholes: renamed, written out, checked, repaired, put together; and one made of a list of names. Knows no storage.

import { ClinfuseError, throwIfAborted } from "../base/errors.ts";
import { writeZip } from "../formats/zip.ts";
import { checkGraph, type GraphFault, repairGraph } from "../knowledge/graph-check.ts";
import { type GraphForm, graphForms, graphPieces } from "../knowledge/graph-export.ts";
import { notStated } from "../knowledge/graph-files.ts";
import type { StoredGraph } from "../knowledge/graph-store.ts";
import { type ImportEvent, importGraph } from "../knowledge/graphs.ts";
import { type Merged, mergeGraphs } from "../knowledge/merge-graphs.ts";
import { nameListFile } from "../knowledge/name-list.ts";
import { type RowProgress, rowProgress, rowsOf } from "../knowledge/row-progress.ts";
import { type CareEvent, doneInTurn, inTurn, type TurnEvent, toldInTurn } from "./graph-turns.ts";
import type { GraphPorts } from "./graphs.ts";

export interface NameList {
  readonly name: string;
  /** Node type of every name. */
  readonly type: string;
  /** A name a line. */
  readonly text: string;
}

export interface WrittenGraph {
  readonly name: string;
  readonly blob: Blob;
}

export interface MergeReport extends Omit<Merged, "manifest"> {
  /** Id of the graph that came of it. */
  readonly graph: string;
}

/** Each writer waits for its turn. */
export type CareProcedures = {
  /** A small graph of pasted names. */
  importNames(argument: NameList, signal: AbortSignal): AsyncGenerator<ImportEvent, void>;
  renameGraph(argument: { id: string; name: string }, signal: AbortSignal): AsyncGenerator<TurnEvent<void>, void>;
  /** The graph as one file: its tables in a zip, or JSON-LD. */
  exportGraph(argument: { id: string; form: GraphForm }, signal: AbortSignal): AsyncGenerator<CareEvent<WrittenGraph>, void>;
  checkGraph(argument: { id: string }, signal: AbortSignal): AsyncGenerator<CareEvent<readonly GraphFault[]>, void>;
  /** Throws `graph-broken` where nothing can mend it. */
  repairGraph(argument: { id: string }, signal: AbortSignal): AsyncGenerator<TurnEvent<void>, void>;
  /** A third graph of two, which stay. */
  mergeGraphs(
    argument: { first: string; second: string; name: string },
    signal: AbortSignal,
  ): AsyncGenerator<TurnEvent<MergeReport>, void>;
};

export function careProcedures({ graphs, turns }: Pick<GraphPorts, "graphs" | "turns">): CareProcedures {
  const open = async (id: string): Promise<StoredGraph> => {
    const stored = await (await graphs()).open(id);
    if (!stored) throw new ClinfuseError("not-found", `there is no graph "${id}" here`, { what: id });
    return stored;
  };
  return {
    async *importNames({ name, type, text }, signal) {
      const options = { id: crypto.randomUUID(), name, provenance: { source: name, licence: notStated } };
      const store = await graphs();
      yield* inTurn(turns, signal, () => importGraph([nameListFile(text, type)], options, store, signal));
    },
    renameGraph: ({ id, name }, signal) => doneInTurn(turns, signal, async () => (await graphs()).rename(id, name)),
    async *exportGraph({ id, form }, signal) {
      yield { type: "done", result: yield* written(await open(id), form, signal) };
    },
    async *checkGraph({ id }, signal) {
      yield { type: "done", result: yield* checkGraph(await open(id), signal) };
    },
    repairGraph: ({ id }, signal) =>
      toldInTurn(turns, signal, async function* () {
        yield* repairGraph(await open(id), await graphs(), signal);
      }),
    mergeGraphs: ({ first, second, name }, signal) =>
      toldInTurn(turns, signal, async function* () {
        const id = crypto.randomUUID();
        const [one, other] = [await open(first), await open(second)];
        const { manifest: _, ...report } = yield* mergeGraphs(one, other, { id, name }, await graphs(), signal);
        return { graph: id, ...report };
      }),
  };
}

/** Pieces go into Blobs some megabytes at once: a graph may be larger than the longest string. */
const longestPart = 8_000_000;

async function* written(stored: StoredGraph, form: GraphForm, signal: AbortSignal): AsyncGenerator<RowProgress, WrittenGraph> {
  const told = rowProgress(rowsOf(stored.manifest));
  const parts = new Map<string, Blob[]>(graphForms[form].map((file) => [file, []]));
  let [open, text] = ["", ""];
  const flush = () => {
    if (text !== "") parts.get(open)?.push(new Blob([text]));
    text = "";
  };
  for await (const piece of graphPieces[form](stored)) {
    throwIfAborted(signal);
    if (piece.file !== open || text.length > longestPart) flush();
    open = piece.file;
    text += piece.text;
    if (piece.rows > 0) yield told(piece.rows);
  }
  flush();
  throwIfAborted(signal);
  const { name } = stored.manifest;
  const files = [...parts].map(([path, blobs]) => ({ path, content: new Blob(blobs) }));
  const [only, second] = files;
  if (only && !second) return { name: `${name}.${form}`, blob: only.content };
  return { name: `${name}.zip`, blob: await writeZip(`${name}.zip`, files, signal) };
}
