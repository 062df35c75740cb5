// npm test: fetches the small models, then checks, unit tests, browser tests and end-to-end tests; npm run test:slow: what takes minutes.
// Both end with a plain count.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { findChromium } from "./chromium.ts";
import { startedWith } from "./command.ts";
import { ensureModels } from "./models.ts";
import { root } from "./serve.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  /** Count of the passed that passed at the second try: only a file that says why has one. */
  again?: number;
  /** What failed, by name: told once more beside the count, since the output above is long. */
  failures: readonly string[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: readonly {
    name: string;
    assertionResults: readonly { status: string; fullName: string }[];
  }[];
}

interface Suite {
  specs?: readonly { ok: boolean; file: string; title: string }[];
  suites?: readonly Suite[];
}

interface PlaywrightReport {
  stats: Partial<Record<"expected" | "unexpected" | "flaky" | "skipped", number>>;
  suites: readonly Suite[];
}

const usage = `npm test                everything but the slow tests, with the checks
npm run test:slow       the tests that take minutes
Both take no other option. One file: npx vitest run --project unit FILE, or --project browser.`;

const { flags } = startedWith(usage, { flags: ["slow"] });
const reports = mkdtempSync(join(tmpdir(), "clinfuse-test-"));
/** Folders that tests make lie here, and go with it. */
const scratch = mkdtempSync(join(reports, "tmp-"));
const scratchEnv = { TMPDIR: scratch, TEMP: scratch, TMP: scratch };

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  console.log(`\n> ${command} ${args.join(" ")}`);
  const done = spawnSync("npx", ["--no-install", command, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...scratchEnv, ...env },
    shell: process.platform === "win32",
  });
  return done.status ?? 1;
}

/** A check is one test: it passes or fails as a whole. Checks run side by side, so its output comes when it ends. */
async function check(command: string, args: readonly string[]): Promise<Count> {
  const child = spawn("npx", ["--no-install", command, ...args], { cwd: root, shell: process.platform === "win32" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const status = await new Promise<number>((resolve, reject) =>
    child.on("error", reject).on("close", (code) => resolve(code ?? 1)),
  );
  console.log(`\n> ${command} ${args.join(" ")}\n${output.trimEnd()}`);
  const failures = status === 0 ? [] : [`${command} ${args.join(" ")}`];
  return { passed: 1 - failures.length, failed: failures.length, skipped: 0, failures };
}

function vitest(project: string): Count {
  const file = join(reports, `${project}.json`);
  const status = run("vitest", [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  const report = readReport<VitestReport>(file);
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, testResults = [] } = report;
  const failures = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status: ended }) => ended === "failed")
      .map(({ fullName }) => `${relative(root, name)}: ${fullName}`),
  );
  return settle({ passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, failures }, status, project);
}

function playwright(slow = false): Count {
  const file = join(reports, "e2e.json");
  const only = slow ? { CLINFUSE_E2E_SLOW: "1" } : undefined;
  const status = run("playwright", ["test", "--reporter=list,json"], { PLAYWRIGHT_JSON_OUTPUT_NAME: file, ...only });
  const { stats, suites = [] } = readReport<PlaywrightReport>(file);
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = stats ?? {};
  return settle(
    { passed: expected + flaky, failed: unexpected, skipped, again: flaky, failures: suites.flatMap(failedSpecs) },
    status,
    "end to end",
  );
}

/** Names of a suite's failed specifications, those of the suites in it too. */
function failedSpecs({ specs = [], suites = [] }: Suite): readonly string[] {
  const own = specs.filter(({ ok }) => !ok).map(({ file, title }) => `test/e2e/${file}: ${title}`);
  return [...own, ...suites.flatMap(failedSpecs)];
}

/** What a runner wrote of its run; nothing of it where the runner ended before it wrote. */
function readReport<T extends object>(file: string): Partial<T> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : {};
}

/** A runner that failed without a failed test (a crash, a file that does not load) counts as one failure. */
function settle(count: Count, status: number, suite: string): Count {
  if (status === 0 || count.failed > 0) return count;
  return { ...count, failed: 1, failures: [`${suite}: the suite ended with code ${status}`] };
}

async function main(): Promise<void> {
  console.log(`Chromium: ${findChromium()}`);
  for (const state of await ensureModels(["smollm2-135m-instruct", "all-minilm-l6-v2"])) {
    console.log(state.there ? `${state.id}: there` : `${state.id}: not to be had, tests on it are skipped (${state.why})`);
  }
  const counts = flags.has("slow")
    ? [vitest("slow"), playwright(true)]
    : [
        ...(await Promise.all([
          check("biome", ["check", "."]),
          check("tsc", ["--noEmit"]),
          check("svelte-check", ["--fail-on-warnings", "--output", "human"]),
        ])),
        vitest("unit"),
        vitest("browser"),
        playwright(),
      ];
  try {
    rmSync(reports, { recursive: true, force: true, maxRetries: 3 });
  } catch {} // a process that is still ending holds it: the system clears its temporary files
  const sum = (key: Exclude<keyof Count, "failures">) => counts.reduce((total, count) => total + (count[key] ?? 0), 0);
  const skipped = sum("skipped");
  if (sum("again") > 0) console.log(`\nAt the second try only: ${sum("again")} of the passed`);
  const failures = counts.flatMap((count) => count.failures);
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `- ${name}`).join("\n")}`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  if (sum("failed") > 0) process.exitCode = 1;
}

await main();
