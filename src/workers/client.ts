// The page's side of a worker: starts it, calls what it offers, ends it. Knows no worker.

import type { Answers, Procedures } from "../procedures/procedure.ts";
import { type CommonProcedures, commonAnswers } from "./common.ts";
import { type Client, connect } from "./rpc.ts";

/** The procedures of a worker, with those that every worker has. */
export type WorkerProcedures<P extends Procedures> = Client<P & CommonProcedures>;

export interface WorkerClient<P extends Procedures> {
  readonly procedures: WorkerProcedures<P>;
  /** Ends the worker, whatever it is doing. */
  readonly close: () => void;
}

export function client<P extends Procedures>(start: () => Worker, answers: Answers<P>): () => WorkerClient<P> {
  return () => {
    const worker = start();
    const all = { ...answers, ...commonAnswers } as Answers<P & CommonProcedures>;
    return { procedures: connect<P & CommonProcedures>(worker, all), close: () => worker.terminate() };
  };
}
