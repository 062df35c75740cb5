// Which synthetic texts copy what the writer was shown: the sets that leakage is asked of, and its answer. Knows no worker and no page.

import type { SourceConfig } from "../generate/source.ts";
import type { Example } from "../tasks/example.ts";
import { embeddingEncoder, type MeasuredSet, realSet } from "./measured.ts";
import type { NotebookData } from "./notebook.ts";

export interface CopiesAsked {
  readonly texts: MeasuredSet;
  /** Real texts that the writer was shown, and others that it was not. */
  readonly shown: MeasuredSet;
  readonly real: MeasuredSet;
  readonly encoder: string;
}

export interface CopiesTold {
  readonly type: "copies";
  /** Of each text. */
  readonly copies: readonly boolean[];
}

/** `E`: what the asking tells on its way. */
type Asking<E extends { readonly type: string }> = (argument: CopiesAsked, signal: AbortSignal) => AsyncIterable<E | CopiesTold>;

interface Written {
  readonly data: Pick<NotebookData, "train" | "gold" | "validation" | "test">;
  readonly source: SourceConfig;
  readonly texts: readonly Example[];
}

/** Of each text. `hear` hears what is told on the way. */
export async function copiesBy<E extends { readonly type: string }>(
  ask: Asking<E>,
  { data, source, texts }: Written,
  signal: AbortSignal,
  hear: (event: E) => void | Promise<void> = () => undefined,
): Promise<readonly boolean[]> {
  const asked = {
    texts: { name: "synthetic", examples: texts },
    shown: { name: "shown", examples: data.train },
    real: realSet(data, source),
    encoder: embeddingEncoder,
  };
  for await (const event of ask(asked, signal)) {
    if (isTold(event)) return event.copies;
    await hear(event);
  }
  throw new Error("leakage ended without a word");
}

const isTold = (event: { readonly type: string }): event is CopiesTold => event.type === "copies";
