// Faults of the command line: the last line of a verb that failed, and its exit code. Knows no verb.

import { constants } from "node:os";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ClinfuseError, type ErrorCode } from "../src/base/errors.ts";
import { type PlainArguments, plainArguments, type Takes } from "./options.ts";

export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** A ClinfuseError with its place; anything else has the code `otherwise`: an argument that does not fit. */
export function faultOf(error: unknown, otherwise = "bad-arguments"): Fault {
  if (!(error instanceof ClinfuseError)) {
    return { code: otherwise, message: error instanceof Error ? error.message : String(error), file: null, line: null };
  }
  const { code, place } = error;
  const remedy = remedies[code];
  const message = remedy === undefined ? error.message : `${error.message}; ${remedy}`;
  return { code, message, file: place.file ?? null, line: place.line ?? null };
}

/** What to do at the command line about what its reader cannot guess; the app's own remedies speak of its pages. */
const remedies: { readonly [C in ErrorCode]?: string } = {
  "no-topics":
    'take another source (zerogen, demogen), topics of the language model ({"kind": "clingen", "topics": "llm"}) or another graph',
};

/** Shows what ended a verb that was at work: a sentence, and the last line; sets the exit code. `otherwise` as `faultOf` has it. */
export function showFailure(error: unknown, what: string, otherwise = "failed"): void {
  const fault = faultOf(error, otherwise);
  console.error(fault.code === "aborted" ? `\n${what} ${fault.message}` : `\n${what} failed: ${fault.message}`);
  console.log(JSON.stringify({ error: fault }));
  process.exitCode = exitCodeOf(error);
}

/** 1; of a stop 128 and the signal's number, as shells have it. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ClinfuseError) || error.code !== "aborted") return 1;
  return 128 + (constants.signals[error.place.what as NodeJS.Signals] ?? constants.signals.SIGINT);
}

/** Arguments that this process was started with. Ends it after the usage, where that is asked for or an argument does not fit (exit code 1). */
export function startedWith(usage: string, takes: Takes = {}): PlainArguments {
  try {
    const found = plainArguments(process.argv.slice(2), takes);
    if (found !== "help") return found;
  } catch (error) {
    const fault = faultOf(error);
    console.error(`${fault.message}\n\n${usage}`);
    console.log(JSON.stringify({ error: fault }));
    process.exit(1);
  }
  console.log(usage);
  process.exit(0);
}

type Main = (args: readonly string[], print: (line: string) => void, tell: (line: string) => void) => Promise<number>;

interface Shown {
  readonly usage: string;
  /** Beside `error` in the last line of wrong arguments, and the exit code. */
  readonly beside?: object;
  readonly exitCode?: number;
}

/** Ends a verb without a word when the reader of its output goes: it has enough, as head and less do. Output that is lost otherwise, as on a full disk, ends it with code 1. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    console.error(`The output could not be written: ${error.message}`);
    process.exit(1);
  });
}

/** Runs `main` where the module of that URL is the one that was started; what it throws is shown with the usage. */
export async function runAsCommand(url: string, main: Main, { usage, beside = {}, exitCode = 1 }: Shown): Promise<void> {
  if (url !== pathToFileURL(process.argv[1] ?? "").href) return;
  endWithReader();
  try {
    process.exitCode = await main(
      process.argv.slice(2),
      (line) => console.log(line),
      (line) => console.error(line),
    );
  } catch (error) {
    const fault = faultOf(error);
    console.error(`${fault.message}\n\n${usage}`);
    console.log(JSON.stringify({ ...beside, error: fault }));
    process.exitCode = exitCode;
  }
}
