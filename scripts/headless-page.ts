// The app's headless page in a browser of a script: drives cells there and brings files back. Knows no task.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { ClinfuseError } from "../src/base/errors.ts";
import type { Failure } from "../src/experiment/drive-cell.ts";
import type { Feedback } from "../src/generate/source.ts";
import type { BatchAnswers, HeadlessBarrier, HeadlessCell, HeadlessEvent, HeadlessStanding } from "../src/headless.ts";

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

/** `url` is the app's, with a slash at its end. `onEvent` hears every event; `answersOf` reads the batch that a cell names. */
export async function openHeadless(
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
