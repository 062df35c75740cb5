// Deleting a run through the real workers and the real storage: nothing of it stays, and what others hold does.

import { afterAll, beforeAll, expect, it } from "vitest";
import { presetConfig } from "../../src/experiment/presets.ts";
import { basisOf } from "../../src/experiment/training-basis.ts";
import { untrained } from "../../src/experiment/training-result.ts";
import { logFormat } from "../../src/generate/log.ts";
import { openDb } from "../../src/store/db.ts";
import { files } from "../../src/store/files.ts";
import { notebooks } from "../../src/store/notebook.ts";
import { runLog } from "../../src/store/run-log.ts";
import { wipeAll } from "../../src/store/wipe.ts";
import { generateClient } from "../../src/workers/generate.client.ts";
import { trainClient } from "../../src/workers/train.client.ts";
import { entries, runConfig } from "../unit/store/log-rows.ts";

const generate = generateClient();
const train = trainClient();
const disk = files();
const wipe = async () => wipeAll(await openDb());
beforeAll(wipe);
afterAll(async () => {
  generate.close();
  train.close();
  await wipe();
});

/** A notebook with a log of its own and a trained model. */
async function finished(id: string, seed: number): Promise<string> {
  const db = await openDb();
  const { id: run } = await runLog(db, logFormat).open({ ...runConfig, seed });
  await runLog(db, logFormat).append(run, entries(0, 5));
  const config = presetConfig("small", { task: "mqp", source: "clingen", seed });
  const data = { source: "sample", remarks: [], train: [], validation: [], test: [] };
  const training = { ...untrained(basisOf(config, run, 5)), model: id };
  await notebooks(db).put({ id, createdAt: 1, updatedAt: 1, title: id, config, data, run, training, spent: {} });
  await disk.write(`trained/${id}/model.safetensors`, new Uint8Array([1, 2, 3]));
  await disk.write(`trained/${id}/config.json`, new Uint8Array([4]));
  db.close();
  return run;
}

it("deletes notebook, log and trained model, and leaves another run whole", async () => {
  await finished("gone", 1);
  const run = await finished("kept", 2);
  await generate.procedures.deleteRun({ notebook: "gone" });
  const db = await openDb();
  expect((await notebooks(db).list()).map((n) => n.id)).toEqual(["kept"]);
  expect((await runLog(db, logFormat).list()).map((r) => r.id)).toEqual([run]);
  expect(await db.count("log")).toBe(6); // its entries, and the beginning that they share
  expect((await disk.list()).map((f) => f.path)).toEqual(["trained/kept/config.json", "trained/kept/model.safetensors"]);
  expect(await train.procedures.trainedModels(null)).toEqual([{ id: "kept", bytes: 4 }]);
  db.close();
});

it.each([
  ["writes its examples", (run: string) => `run:${run}`, "run-busy"],
  ["trains its model", () => "trained:busy", "training-busy"],
])("deletes nothing while another tab %s", async (_, lockOf, code) => {
  const run = await finished("busy", 3);
  await navigator.locks.request(lockOf(run), async () => {
    await expect(generate.procedures.deleteRun({ notebook: "busy" })).rejects.toMatchObject({ code });
    const db = await openDb();
    expect(await notebooks(db).get("busy")).toBeDefined();
    expect((await runLog(db, logFormat).get(run))?.next).toBe(5);
    db.close();
    expect(await disk.read("trained/busy/model.safetensors")).toBeDefined();
  });
  await generate.procedures.deleteRun({ notebook: "busy" });
  expect(await disk.list("trained/busy")).toEqual([]);
});
