// The ports of the procedures in a browser: IndexedDB, the file system, locks, the app's own server. Knows no procedure.

import { appFile } from "../base/app-file.ts";
import { remembered } from "../base/async.ts";
import { hold, turns } from "../base/locks.ts";
import { logFormat } from "../generate/log.ts";
import { modelAccess } from "../models/access.ts";
import { capsules } from "../store/capsules.ts";
import { openDb } from "../store/db.ts";
import { files } from "../store/files.ts";
import { graphStore, sweepImports } from "../store/graph-store.ts";
import { forgetMeasurements, keepMeasurement, readMeasurements } from "../store/measurements.ts";
import { modelStore } from "../store/model-store.ts";
import { notebooks } from "../store/notebook.ts";
import { productStore } from "../store/products.ts";
import { runLog } from "../store/run-log.ts";

const db = remembered(async () => {
  const opened = await openDb();
  await sweepImports(opened);
  return opened;
});

export const ports = {
  graphs: async () => graphStore(await db()),
  capsules: async () => capsules(await db(), logFormat),
  runs: async () => runLog(await db(), logFormat),
  notebooks: async () => notebooks(await db()),
  products: async () => productStore(await db()),
  measurements: async () => readMeasurements(await db()),
  keepMeasurement: async (speed: Parameters<typeof keepMeasurement>[1]) => keepMeasurement(await db(), speed),
  forgetMeasurements: async () => forgetMeasurements(await db()),
  disk: files(),
  hold,
  turns,
  models: modelAccess(modelStore()),
  appFile,
};
