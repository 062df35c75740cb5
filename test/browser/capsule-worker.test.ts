// A capsule opened by the app's own worker: stored in this browser, faults told, and the page free meanwhile.

import { expect, it } from "vitest";
import { logFormat } from "../../src/generate/log.ts";
import { runCapsule } from "../../src/report/capsule.ts";
import { openDb } from "../../src/store/db.ts";
import { notebooks } from "../../src/store/notebook.ts";
import { runLog } from "../../src/store/run-log.ts";
import { capsulesClient } from "../../src/workers/capsules.client.ts";
import { sampleRecord } from "../unit/report/sample-record.ts";

const never = new AbortController().signal;

/** A run of so many attempts: its log is what makes a capsule large. */
async function capsuleOf(attempts: number): Promise<File> {
  const record = await sampleRecord();
  const { log } = record;
  if (!log) throw new Error("the sample has no log");
  const first = log.entries.find((entry) => entry.type !== "feedback");
  const entries = Array.from(
    { length: attempts },
    (_, index) => log.entries[index] ?? { ...(first as typeof first & object), index },
  );
  const long = { ...record, log: { state: { ...log.state, next: entries.length }, entries } } as typeof record;
  return new File([await runCapsule("c.zip", long, { rows: true, writtenAt: 1 }, never)], "ward.zip");
}

it("stores a run with its log, and holds the page for no part of it", async () => {
  const file = await capsuleOf(4000);
  const { procedures, close } = capsulesClient();
  await procedures.policy(null); // the script is loaded
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: "longtask" });
  const began = performance.now();
  const reply = await procedures.openCapsule({ file, name: file.name, anyway: false });
  const taken = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  close();
  expect(reply).toMatchObject({ faults: [], isReadable: true, stored: { capsule: { file: "ward.zip" } } });
  expect(longest).toBeLessThan(Math.max(50, taken / 4)); // work done on the page would be most of it
  const db = await openDb();
  const notebook = await notebooks(db).get(reply.stored?.id as string);
  expect(notebook?.data?.test.length).toBeGreaterThan(0);
  let kept = 0;
  for await (const _ of runLog(db, logFormat).read(notebook?.run as string)) kept++;
  expect(kept).toBe(4000);
  db.close();
});

it("tells the faults of a changed one, and stores it on demand alone", async () => {
  const bytes = new Uint8Array(await (await capsuleOf(3)).arrayBuffer());
  const at = new TextDecoder("latin1").decode(bytes).indexOf("report.html", 2000); // its header, before its content
  bytes[at + 900] = (bytes[at + 900] as number) ^ 1;
  const { procedures, close } = capsulesClient();
  const ask = (anyway: boolean) => procedures.openCapsule({ file: new Blob([bytes]), name: "c.zip", anyway });
  const told = await ask(false);
  expect(told.stored).toBeUndefined();
  expect(told.faults).toEqual([{ file: "report.html", what: expect.stringContaining("SHA-256") }]);
  expect((await ask(true)).stored?.capsule?.faults).toHaveLength(1);
  close();
});
