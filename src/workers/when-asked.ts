// A worker that starts with the first call of a procedure, so that a page which asks it for nothing does not fetch it. Knows no worker.

import type { Answers, Procedures } from "../procedures/procedure.ts";
import type { WorkerClient, WorkerProcedures } from "./client.ts";
import { commonAnswers } from "./common.ts";

/**
 * The procedures of the worker that `open` starts. `requests` starts none: it waits until something else did, for a worker that does not run
 * requests nothing.
 */
export function whenAsked<P extends Procedures>(open: () => WorkerClient<P>, answers: Answers<P>): WorkerProcedures<P> {
  let opened: WorkerProcedures<P> | undefined;
  let tell: (procedures: WorkerProcedures<P>) => void = () => undefined;
  const started = new Promise<WorkerProcedures<P>>((resolve) => {
    tell = resolve;
  });
  const start = (): WorkerProcedures<P> => {
    if (!opened) {
      opened = open().procedures;
      tell(opened);
    }
    return opened;
  };
  const names = Object.keys({ ...answers, ...commonAnswers }) as (keyof WorkerProcedures<P>)[];
  const call = (name: keyof WorkerProcedures<P>) => (argument: never, signal?: AbortSignal) => start()[name](argument, signal);
  const requests: WorkerProcedures<Procedures>["requests"] = async function* (_, signal) {
    yield* (await started).requests(null as never, signal) as ReturnType<WorkerProcedures<Procedures>["requests"]>;
  };
  return { ...Object.fromEntries(names.map((name) => [name, call(name)])), requests } as unknown as WorkerProcedures<P>;
}
