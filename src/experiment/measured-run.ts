// Measures of a run's texts: found where they were taken before, else taken and kept. Knows no worker and no page.

import type { Analysis } from "../analyse/analysis.ts";
import { analysisKey, embeddingEncoder, type Measured, type MeasuredSet, measuredSets } from "./measured.ts";
import type { NotebookData } from "./notebook.ts";
import type { LogReader } from "./ports.ts";
import type { ProductStore } from "./product.ts";
import { readLog } from "./requests.ts";
import type { DataKeys } from "./training-basis.ts";

export interface RunTexts extends Measured {
  readonly data: NotebookData;
  /** Names all that the measures follow from. */
  readonly key: string;
}

/** Sets of a run's texts, and how they are to be measured. */
export interface RunSets {
  readonly real: MeasuredSet;
  readonly synthetic: readonly MeasuredSet[];
  readonly shown: MeasuredSet;
  readonly encoder: string;
  readonly graph?: string;
  readonly seed: number;
}

export interface Analysed {
  readonly type: "analysed";
  readonly analysis: Analysis;
}

/** `E`: what an analysis tells on its way. */
export interface MeasuringPorts<E extends { readonly type: string }> {
  readonly products: ProductStore;
  readonly readRun: LogReader;
  analyse(request: RunSets, signal: AbortSignal): AsyncIterable<E>;
}

export const runTexts = async (keys: DataKeys, data: NotebookData, of: Measured): Promise<RunTexts> => ({
  ...of,
  data,
  key: await analysisKey(keys, data, of),
});

/** Ends with `analysed`. Throws what reading the log or measuring throws. */
export async function* measureRun<E extends { readonly type: string }>(
  { key, data, source, run, accepted, graph, seed }: RunTexts,
  { products, readRun, analyse }: MeasuringPorts<E>,
  signal: AbortSignal,
): AsyncGenerator<E | Analysed, void> {
  const found = await products.find("analysis", key);
  if (found?.state === "whole") {
    yield { type: "analysed", analysis: found.value };
    return;
  }
  const from = performance.now();
  const { synthetic } = await readLog(readRun, run, accepted);
  const sets = measuredSets(
    data,
    source,
    synthetic.map(({ example }) => example),
  );
  const request: RunSets = { ...sets, encoder: embeddingEncoder, ...(graph === null ? {} : { graph }), seed };
  for await (const event of analyse(request, signal)) {
    if (isAnalysed(event)) {
      const milliseconds = Math.round(performance.now() - from);
      await products.put({ kind: "analysis", key, state: "whole", milliseconds, value: event.analysis });
    }
    yield event;
  }
}

export const isAnalysed = (event: { readonly type: string }): event is Analysed => event.type === "analysed";
