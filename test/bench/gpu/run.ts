// The benchmark of WebGPU inside Node on Dawn: one case after another, each in a process of its own. Bundled; needs nothing of the project beside it.

import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Backend, type BenchCase, type BenchPath, backends, casesOf, defaultCases, paths } from "./cases.ts";
import { counts, resetCounts } from "./host.ts";
import { decodeCase, type Measured, type Meter, trainCase } from "./measure.ts";

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? "");
};

/** One of a list, or an Error that names the option. */
function oneOf<T extends string>(name: string, all: readonly T[], given: string): T {
  const found = all.find((value) => value === given);
  if (found === undefined) throw new Error(`${name}: expected ${all.join(", ")}, got ${JSON.stringify(given)}`);
  return found;
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const meter: Meter = { counts, reset: resetCounts, cpu };

/** The line by which a process of one case gives its result. */
const mark = "measured: ";

async function runOne(text: string): Promise<void> {
  const { at, backend, path } = JSON.parse(text) as { at: BenchCase; backend: Backend; path: BenchPath };
  const steps = Number(option("--steps", "30"));
  const found =
    at.kind === "train" ? await trainCase(meter, at, backend, path, steps) : await decodeCase(meter, at, backend, path, steps);
  console.log(mark + JSON.stringify(found));
  process.exit(0); // Dawn's thread goes on polling
}

/** Undefined where the case does not exist on that path; else what it measured, or the reason why not. */
function measured(at: BenchCase, backend: Backend, path: BenchPath): Measured | undefined {
  const options = backend === "null" ? "backend=null" : "backend=vulkan";
  const one = ["--one", JSON.stringify({ at, backend, path }), "--steps", option("--steps", "30")];
  const child = spawnSync(process.execPath, ["--no-warnings", fileURLToPath(import.meta.url), ...one], {
    env: { ...process.env, DAWN: options },
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const line = child.stdout.split("\n").find((text) => text.startsWith(mark));
  if (line) return JSON.parse(line.slice(mark.length)) as Measured;
  const why = `${child.stderr}\n${child.stdout}`.split("\n").filter((text) => /error|expected|no adapter|refus/i.test(text));
  return { left: why[0]?.trim().slice(0, 300) || `it ended with ${child.status ?? child.signal}` };
}

function row(at: BenchCase, path: BenchPath, found: Measured): string {
  const name = `${at.name.padEnd(14)} ${path.padEnd(12)}`;
  if ("left" in found) return `${name} left out: ${found.left}`;
  const columns = [
    found.ms,
    found.wallMs,
    found.dispatches,
    found.bindGroups,
    found.submits,
    found.writes,
    found.buffers,
    found.copies,
    found.maps,
  ];
  return `${name} ${columns.map((n) => String(n).padStart(9)).join("")} ${String(found.bytesRead).padStart(11)}`;
}

function main(): void {
  const backend = oneOf("--backend", backends, option("--backend", "null"));
  const cases = casesOf(option("--cases", defaultCases), backend);
  const wanted = option("--path", "both");
  const taken = wanted === "both" ? paths : [oneOf("--path", paths, wanted)];
  const titles = ["CPU ms", "ms", "disp.", "groups", "submits", "writes", "buffers", "copies", "maps"];
  console.log(
    `${"case".padEnd(14)} ${"path".padEnd(12)} ${titles.map((t) => t.padStart(9)).join("")} ${"bytes read".padStart(11)}`,
  );
  const results: Record<BenchPath, { train: Record<string, Measured>; decode: Record<string, Measured> }> = {
    onnxruntime: { train: {}, decode: {} },
    program: { train: {}, decode: {} },
  };
  for (const at of cases) {
    for (const path of taken) {
      const found = measured(at, backend, path);
      if (!found) continue;
      const key = at.kind === "train" ? at.name : String(at.rows);
      results[path][at.kind][key] = found;
      console.log(row(at, path, found));
    }
  }
  // The app's own choice: a program where there is one.
  const own = (kind: "train" | "decode") => {
    const made = Object.entries(results.program[kind]).filter(([, found]) => !("left" in found));
    return { ...results.onnxruntime[kind], ...Object.fromEntries(made) };
  };
  const last = { backend, train: own("train"), decode: own("decode"), onnxruntime: results.onnxruntime };
  console.log(JSON.stringify(last));
}

try {
  const one = option("--one", "");
  if (one) await runOne(one);
  else main();
} catch (error) {
  console.error(error instanceof Error ? `error: ${error.message}` : error);
  process.exit(1);
}
