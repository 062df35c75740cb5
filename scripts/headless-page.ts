// The app's headless page in a browser of a script: drives cells there and brings files back. Knows no task.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { cleanAfter } from "../src/base/async.ts";
import { ClinfuseError } from "../src/base/errors.ts";
import type { Failure } from "../src/experiment/drive-cell.ts";
import type { Feedback } from "../src/generate/source.ts";
import type { BatchAnswers, HeadlessBarrier, HeadlessCell, HeadlessEvent, HeadlessStanding } from "../src/headless.ts";
import { inPlainWords, launchForModels } from "./chromium.ts";
import { serveApp } from "./serve.ts";
import { stoppable } from "./stopped.ts";

export interface HeadlessPage {
  /** Ends when the last cell has its result, or has failed and was told to be passed over. Throws what ended it, with its code. */
  run(cells: readonly HeadlessCell[], keepGoing?: boolean): Promise<void>;
  /** Feedback of an encoder that the page trains. Throws what ended the training, with its code. */
  feedback(asked: HeadlessBarrier): Promise<Feedback>;
  /** Standings of the sources of the cells that ended with a result. */
  standings(): Promise<readonly HeadlessStanding[]>;
  /** Saves the last cell's artefacts into the folder; resolves to their names. */
  saveArtefacts(folder: string): Promise<readonly string[]>;
}

/** Storage belongs to an origin, port and all: the app has the same one at each start, whatever port is free. */
const origin = { host: "clinfuse.localhost", port: 4311 } as const;

interface Asked {
  /** Folder of the browser's profile: what is made stays there. Absent: nothing stays. */
  readonly profile?: string;
  /** Hears the graphics adapter. */
  readonly tell: (line: string) => void;
  readonly onEvent: (event: HeadlessEvent) => void;
  /** Reads the batch that a cell names. */
  readonly answersOf?: (name: string) => BatchAnswers;
}

/** Serves the built app, opens its headless page, and closes both when `use` ended or the command is stopped. Throws `aborted` for a stop. */
export function withHeadless<T>(asked: Asked, use: (page: HeadlessPage) => Promise<T>): Promise<T> {
  const { profile, tell, onEvent, answersOf } = asked;
  return stoppable("the same command goes on where it stood", async (orStop) => {
    const served = await serveApp(origin.port);
    const { host, port } = new URL(served.url);
    const url = `http://${origin.host}:${origin.port}/`;
    const flags = [
      `--host-resolver-rules=MAP ${origin.host} ${host.replace("localhost", "127.0.0.1").replace(`:${port}`, "")}:${port}`,
    ];
    const inBrowser = async () => {
      const launched = await launchForModels(`${url}headless.html`, { ...(profile === undefined ? {} : { profile }), flags });
      tell(`WebGPU adapter: ${launched.adapter}`);
      const used = async () => use(await openHeadless(launched.context, url, onEvent, answersOf));
      return cleanAfter(orStop(used()), launched.close);
    };
    return cleanAfter(
      inBrowser().catch((error: unknown) => {
        throw inPlainWords(error);
      }),
      served.close,
    );
  });
}

/** `url` is the app's, with a slash at its end. `onEvent` hears every event; `answersOf` reads the batch that a cell names. */
async function openHeadless(
  context: BrowserContext,
  url: string,
  onEvent: (event: HeadlessEvent) => void,
  answersOf: (name: string) => BatchAnswers = noAnswers,
): Promise<HeadlessPage> {
  const page = await context.newPage();
  const crashed = new Promise<never>((_, reject) => {
    page.on("crash", () => reject(new Error("the browser's tab crashed (out of memory?)")));
  });
  crashed.catch(() => undefined); // heard by `run` alone
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  await page.exposeFunction("clinfuseEvent", onEvent);
  await page.exposeFunction("clinfuseAnswers", answersOf);
  await page.goto(`${url}headless.html`);
  await page.waitForFunction(() => "clinfuse" in globalThis);
  return {
    async run(cells, keepGoing = false) {
      const running = page.evaluate(
        ([given, goOn]) => {
          const { clinfuseEvent, clinfuseAnswers } = globalThis as unknown as Exposed;
          return globalThis.clinfuse.run(given, clinfuseEvent, goOn, clinfuseAnswers);
        },
        [cells as HeadlessCell[], keepGoing] as const,
      );
      const reply = await Promise.race([running, crashed]);
      if (!reply.ok) throw faultOf(reply);
    },
    async feedback(asked) {
      const asking = page.evaluate((given) => {
        const { clinfuseEvent } = globalThis as unknown as Exposed;
        return globalThis.clinfuse.feedback(given, clinfuseEvent);
      }, asked);
      const reply = await Promise.race([asking, crashed]);
      if (!reply.ok) throw faultOf(reply);
      return reply.feedback;
    },
    standings: () => page.evaluate(() => globalThis.clinfuse.standings()),
    saveArtefacts: async (folder) => saveAll(page, await page.evaluate(() => globalThis.clinfuse.artefacts()), folder),
  };
}

const faultOf = ({ code, message, place }: Failure): Error =>
  code === "failed" ? new Error(message) : new ClinfuseError(code, message, place);

/** Functions of the script that the page calls. */
interface Exposed {
  readonly clinfuseEvent: (event: unknown) => void;
  readonly clinfuseAnswers: (name: string) => Promise<BatchAnswers>;
}

function noAnswers(name: string): never {
  throw new Error(`there are no answers ${name}: this command takes none`);
}

async function saveAll(page: Page, files: readonly string[], folder: string): Promise<readonly string[]> {
  for (const name of files) {
    const target = join(folder, name);
    mkdirSync(dirname(target), { recursive: true });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate((n) => globalThis.clinfuse.download(n), name),
    ]);
    await download.saveAs(target);
  }
  return files;
}
