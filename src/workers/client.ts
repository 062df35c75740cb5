// Starts a worker for a page: what it offers, and its end. Knows no worker.

import { ClinfuseError } from "../base/errors.ts";
import type { Answers, Procedures } from "../procedures/procedure.ts";
import { type CommonProcedures, commonAnswers } from "./common.ts";
import { type Client, connect } from "./connect.ts";

/** The procedures of a worker, with those that every worker has. */
export type WorkerProcedures<P extends Procedures> = Client<P & CommonProcedures>;

export interface WorkerClient<P extends Procedures> {
  readonly procedures: WorkerProcedures<P>;
  /** Ends the worker, whatever it is doing; its open calls are `aborted`. */
  readonly close: () => void;
}

export function client<P extends Procedures>(start: () => Worker, answers: Answers<P>): () => WorkerClient<P> {
  return () => {
    const worker = start();
    const all = { ...answers, ...commonAnswers } as Answers<P & CommonProcedures>;
    const { procedures, end } = connect<P & CommonProcedures>(worker, all);
    const close = () => {
      worker.terminate();
      end(new ClinfuseError("aborted", "the worker was ended"));
    };
    return { procedures, close };
  };
}
