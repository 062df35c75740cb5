// npm run experiment, killed after its first cell and started again: it goes on, computes nothing twice, and ends with an unbroken run's scores.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { expect, test } from "@playwright/test";
import { batch, chatServer, toTheEnd } from "../unit/scripts/batch-server.ts";
import { tinyEncoder, tinyModels } from "./own-server.ts";

const root = join(import.meta.dirname, "../..");

interface Ended {
  /** Lines of the output: a cell each, and the JSON object last. */
  readonly lines: readonly string[];
  readonly errors: string;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
}

/** Both cells begin with one stage I: two sources of one few-shot set. The writer is scripted, so that no language model is needed. */
const writer = { model: "scripted" };
const grid = {
  tasks: ["mqp"],
  sources: [
    { kind: "zerogen", writer },
    { kind: "clingen", writer },
  ],
  encoders: [tinyEncoder],
  seeds: [1],
  size: 3,
  device: "wasm",
  datasets: true,
};

/** Without npm, so that the process that is killed is the one that works. The app is the one that the runner built. */
function experiment(
  folder: string,
  out: string,
  { killAfter = Number.POSITIVE_INFINITY, file = "grid.json", by = "SIGKILL" as NodeJS.Signals, first = async () => {} } = {},
): Promise<Ended> {
  const args = ["--import", "tsx", "scripts/experiment.ts", join(folder, file), "--out", join(folder, out), "--built"];
  const env = { ...process.env, CLINFUSE_MODELS: join(folder, "models"), CLINFUSE_GPU: "none" };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors, ends] = ["", "", false];
  child.stdout.on("data", (data) => {
    output += data;
    if (ends || output.split("\n").length <= killAfter) return;
    ends = true;
    void first().then(() => child.kill(by));
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done({ lines: output.split("\n").filter(Boolean), errors, signal, code }));
  });
}

/** A folder with models and the grid's file. */
async function prepared(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-experiment-"));
  for (const [path, content] of [...(await tinyModels()), ["grid.json", JSON.stringify(grid)] as const]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

// Three starts of a browser: minutes where the machine is busy with other things.
test.setTimeout(900_000);

test("killed after its first cell it goes on, computes nothing twice, and ends as if it had never been killed", async () => {
  const folder = await prepared();
  const begun = await experiment(folder, "killed", { killAfter: 1 });
  expect(begun, begun.errors).toMatchObject({ signal: "SIGKILL", lines: [expect.stringMatching(/^mqp, .*zerogen/)] });

  const ended = await experiment(folder, "killed");
  expect(ended.lines.slice(1), ended.errors).toEqual([
    expect.stringMatching(/^mqp, .*clingen.*: accuracy \d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\) -> /),
    expect.stringMatching(/^mqp, .*: .*mean over the seeds/),
    expect.stringMatching(/zerogen.*\d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\)/),
    expect.stringMatching(/clingen.*\d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\)/),
    expect.stringMatching(/^ +Always \w+, whatever the text says: \d\.\d{3}$/),
    expect.stringMatching(/^Differences .*Holm/),
    expect.stringMatching(/clingen.* less .*zerogen.*: [+-]\d\.\d{3} .*, p [<\d]/),
    expect.stringMatching(/^\{"cells":/),
  ]);
  expect(ended.lines[0]).toBe(begun.lines[0]); // seconds too: they are those of the first computing
  const told = (cell: number) => ended.errors.split("\n").filter((line) => line.startsWith(`cell ${cell} of 2: `));
  expect(told(1)).toContain("cell 1 of 2: scores from before");
  expect(told(1).join("\n")).not.toMatch(/ \.\.\.$|goes on after step/m);
  expect(told(2)).toEqual(expect.arrayContaining(["cell 2 of 2: generate ...", "cell 2 of 2: train ..."]));
  expect(told(2)).toContain("cell 2 of 2: stage I trained before");

  const unbroken = await experiment(folder, "unbroken");
  const cells = ({ lines }: Ended) => {
    const result = JSON.parse(lines.at(-1) as string) as { cells: { seconds: number; accepted: number; dataset: string }[] };
    return result.cells.map(({ seconds: _, ...cell }) => cell);
  };
  expect(cells(ended)).toEqual(cells(unbroken));
  expect(cells(unbroken)).toHaveLength(2);
  const datasets = cells(ended).map(({ dataset }) =>
    readFileSync(join(folder, "killed", dataset), "utf8")
      .trim()
      .split("\n"),
  );
  expect(datasets.map((rows) => rows.length)).toEqual(cells(ended).map(({ accepted }) => accepted));
  const row = JSON.parse(datasets[1]?.[0] as string) as { text_a?: string; topic?: string };
  expect(row).toMatchObject({ text_a: expect.stringMatching(/\w/), topic: expect.stringMatching(/\w/) });
  rmSync(folder, { recursive: true, force: true });
});

test("stopped by Ctrl-C it closes its browser and says so; meanwhile no second command works in its folder", async () => {
  test.skip(process.platform === "win32", "there a signal ends a process at once");
  const folder = await prepared();
  const seeds = Array.from({ length: 40 }, (_, i) => i); // far from done when the second one is refused
  writeFileSync(join(folder, "long.json"), JSON.stringify({ ...grid, seeds }));
  let second: Ended | undefined;
  const first = async () => {
    second = await experiment(folder, "stopped", { file: "long.json" });
  };
  const stopped = await experiment(folder, "stopped", { file: "long.json", killAfter: 1, by: "SIGINT", first });
  const lastOf = (ended: Ended | undefined) =>
    JSON.parse(ended?.lines.at(-1) ?? "") as { error: { code: string; message: string } };
  expect(second?.code, second?.errors).toBe(1);
  expect(lastOf(second).error.message).toMatch(/^another command is at work in this folder/);
  expect([stopped.code, stopped.signal], stopped.errors).toEqual([130, null]);
  expect(lastOf(stopped).error).toMatchObject({ code: "aborted", message: "stopped: the same command goes on where it stood" });
  expect(existsSync(join(folder, "stopped", "cells.json"))).toBe(false);
  expect(existsSync(join(folder, "stopped", ".lock"))).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});

test("takes the answers of a batch by a model that is not here, and names a folder that the data do not fit", async () => {
  const folder = await prepared();
  const server = await chatServer();
  const model = "org/model-70b";
  writeFileSync(join(folder, "cell.json"), JSON.stringify({ task: "mqp", source: "clingen", seed: 1, size: 3, model }));
  const at = join(folder, "batch");
  const { end } = await toTheEnd(server.url, at, await batch("--out", at, join(folder, "cell.json")));
  await server.close();
  const plan = { ...grid, sources: ["none", "clingen"], models: [model], answers: ["batch"] };
  writeFileSync(join(folder, "answered.json"), JSON.stringify(plan));
  const { lines, errors } = await experiment(folder, "answered", { file: "answered.json" });
  const { cells } = JSON.parse(lines.at(-1) as string) as { cells: { model?: string; accepted: number; dataset?: string }[] };
  expect(cells[1], errors).toMatchObject({
    model,
    accepted: 3,
    rejected: end.last.rejected,
    scores: { all: { accuracy: expect.any(Number) } },
  });
  expect(errors).toMatch(/cell 2 of 2: synthetic examples from before/);
  expect(errors).not.toMatch(/cell 2 of 2: (knowledge|generate) \.\.\./);
  expect(readFileSync(join(folder, "answered", cells[1]?.dataset as string), "utf8")).toBe(
    readFileSync(join(at, "dataset.jsonl"), "utf8"),
  );

  const log = readFileSync(join(at, "log.jsonl"), "utf8");
  writeFileSync(join(at, "log.jsonl"), log.replace(/"examples":"\w+"/, '"examples":"0000000000000000"'));
  const refused = await experiment(folder, "refused", { file: "answered.json" });
  const { cells: tried } = JSON.parse(refused.lines.at(-1) as string) as {
    cells: { error?: { code: string; message: string } }[];
  };
  expect(tried[1]?.error, refused.errors).toMatchObject({
    code: "file-malformed",
    message: expect.stringMatching(/batch.*other examples/),
  });
  rmSync(folder, { recursive: true, force: true });
});
