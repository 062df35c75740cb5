// Ctrl-C in the midst of work: what is open is closed, the last line and the exit code say it.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { inPlainWords } from "../../../scripts/chromium.ts";

const folder = mkdtempSync(join(tmpdir(), "clinfuse-stopped-"));
afterAll(() => rmSync(folder, { recursive: true }));

const url = (name: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../../", name)).href);
const work = join(folder, "work.mts");
writeFileSync(
  work,
  `
import { cleanAfter } from ${url("src/base/async.ts")};
import { showFailure } from ${url("scripts/command.ts")};
import { stoppable } from ${url("scripts/stopped.ts")};
stoppable("it goes on", (orStop) => {
  const open = setInterval(() => {}, 1000);
  console.log("open");
  return cleanAfter(orStop(new Promise(() => {})), async () => {
    await new Promise((resolve) => setTimeout(resolve, 100)); // closing takes its time, and a second stop comes meanwhile
    clearInterval(open);
    console.log("closed");
    throw new Error("and closing failed");
  });
}).catch((error) => showFailure(error, "The work"));
`,
);

it.runIf(process.platform !== "win32").each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s closes what is open, though it comes twice, and ends with code %i", async (signal, code) => {
  const child = spawn(process.execPath, ["--import", "tsx", work], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data) => {
    if (output === "") {
      child.kill(signal);
      setTimeout(() => child.kill(signal), 20);
    }
    output += data;
  });
  const ended = await new Promise<[number | null, NodeJS.Signals | null]>((done) => {
    child.on("close", (...how) => done(how));
  });
  expect(ended).toEqual([code, null]);
  const error = { code: "aborted", message: "stopped: it goes on", file: null, line: null };
  expect(output.trimEnd().split("\n")).toEqual(["open", "closed", JSON.stringify({ error })]);
});

it("tells a browser that is gone, or a profile in use, without the browser's own log", () => {
  const log = "\nBrowser logs:\n\n<launching> /usr/bin/chromium --headless\n[pid=1][err] dbus";
  const words = (message: string) => (inPlainWords(new Error(message)) as Error).message;
  expect(words(`page.evaluate: Target page, context or browser has been closed${log}`)).toMatch(/^the browser is gone: /);
  expect(words(`launch: Failed to create a ProcessSingleton\nCall log:\n${log}`)).toMatch(/^another browser holds /);
  expect(words(`browserType.launch: no such thing${log}`)).toBe("browserType.launch: no such thing");
});
