// Appends to a run as fast as it can until it is killed; says the id once the run is open.

import { logFormat } from "../../src/generate/log.ts";
import { openDb } from "../../src/store/db.ts";
import { runLog } from "../../src/store/run-log.ts";
import { entries, runConfig } from "../unit/store/log-rows.ts";

self.onmessage = async ({ data: name }: MessageEvent<string>) => {
  const log = runLog(await openDb(name), logFormat);
  let { id, next } = await log.open(runConfig);
  self.postMessage({ id, next });
  for (;;) {
    const step = 1 + (next % 7);
    await log.append(id, entries(next, next + step));
    next += step;
  }
};
