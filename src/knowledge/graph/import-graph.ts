// Reads the files of a graph into a store: streaming, filtered, all or nothing. Knows no format.

import { breathe } from "../../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import { graphBuilder } from "../graph-builder.ts";
import type { GraphManifest } from "../graph-columns.ts";
import type { GraphStore } from "../graph-store.ts";
import type { EdgeProvenance } from "../topic.ts";
import { type Drawn, drawnKeys } from "./drawn-keys.ts";
import { type FilteringSink, type GraphFilter, graphSink } from "./graph-sink.ts";
import type { GraphSink, GraphSource } from "./graph-source.ts";
import { graphSources, type SourceFiles } from "./sources.ts";

export interface ImportOptions extends GraphFilter {
  readonly id: string;
  readonly name: string;
  /** Provenance of rows that name none. */
  readonly provenance: EdgeProvenance;
}

export type GraphImportEvent =
  | { readonly type: "progress"; readonly done: number; readonly total: number } // bytes, over all readings of the files
  | { readonly type: "imported"; readonly manifest: GraphManifest };

/**
 * Ends with `imported`; before it nothing of the graph can be read, and nothing stays when it throws or the loop is left.
 * Throws `file-empty`, `file-malformed`, `file-too-large` or `dangling-edge` with file and line, `aborted`, and what the store throws.
 */
export async function* importFiles(
  { format, files }: SourceFiles,
  options: ImportOptions,
  store: Pick<GraphStore, "write">,
  signal: AbortSignal,
): AsyncGenerator<GraphImportEvent, void> {
  const source: GraphSource = graphSources[format];
  const reading = readingOf(source, files, options.provenance);
  const keys = drawnKeys(graphBuilder(), options, source.strict);
  const rounds = keys ? 2 : 1;
  const total = reading.total * rounds;
  const builder = graphBuilder();
  const writer = await store.write();
  let whole = false;
  try {
    let before = 0;
    let drawn: Drawn | undefined;
    if (keys) {
      for await (const done of reading.read(keys.sink, signal)) {
        keys.sink.take();
        yield { type: "progress", done, total };
      }
      drawn = keys.drawn();
      before = reading.total;
    }
    const sink = graphSink(builder, options, source.strict, drawn);
    for await (const done of reading.read(sink, signal)) {
      await writer.put(sink.take());
      yield { type: "progress", done: before + done, total };
    }
    const rest = sink.finish();
    const manifest = { ...builder.manifest(options.id, options.name), ...leftOutOf(sink), format, bytes: sink.bytes };
    checkContent(manifest, sink, options, reading.names);
    await writer.put(rest);
    throwIfAborted(signal);
    await writer.commit(manifest);
    whole = true;
    yield { type: "imported", manifest };
  } finally {
    // Rows that stay are swept at the next start: what stopped the import is worth more to its reader.
    if (!whole) await writer.discard().catch(() => undefined);
  }
}

const leftOutOf = ({ leftOut }: FilteringSink) => (Object.keys(leftOut).length > 0 ? { leftOut } : {});

interface Reading {
  readonly total: number;
  readonly names: readonly string[];
  /** Yields the bytes that are read. */
  read(sink: GraphSink, signal: AbortSignal): AsyncGenerator<number, void>;
}

function readingOf(source: GraphSource, files: SourceFiles["files"], provenance: EdgeProvenance): Reading {
  const plan = () => source.steps(provenance).flatMap((step) => (files.get(step.role) ?? []).map((file) => ({ step, file })));
  return {
    total: plan().reduce((sum, { file }) => sum + file.data.size, 0),
    names: plan().map(({ file }) => file.name),
    async *read(sink, signal) {
      let before = 0;
      for (const { step, file } of plan()) {
        for await (const bytes of step.read(file, sink)) {
          throwIfAborted(signal);
          yield before + Math.min(bytes, file.data.size);
          await breathe(); // an abort is a message: it needs its turn
        }
        before += file.data.size;
      }
    },
  };
}

/** Throws `file-empty` for files without a node, and for a choice that leaves none, or names what is not there. */
function checkContent(manifest: GraphManifest, { met }: FilteringSink, options: ImportOptions, files: readonly string[]): void {
  const file = files[0] ?? "";
  const fail = (what: string) => {
    throw new ClinfuseError("file-empty", `${file} ${what}`, { file, what: `${file} ${what}` });
  };
  const listed = (names: ReadonlySet<string>) => [...names].sort().slice(0, 30).join(", ") || "none";
  const { types, relations, licences } = options;
  if (relations && !relations.some((relation) => met.relations.has(relation))) {
    fail(`holds no relation ${relations.join(" or ")}; it has ${listed(met.relations)}`);
  }
  if (manifest.nodes.length > 0) return;
  if (met.types.size === 0) fail("holds no rows");
  if (licences)
    fail(`holds no node of the types and licences asked for; it has ${listed(met.types)} under ${listed(met.licences)}`);
  if (!types && !relations) fail(`holds no node with a name; its types are ${listed(met.types)}`);
  fail(`holds no node of the types asked for; it has ${listed(met.types)}`);
}
