// Firefox driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi), as far as a reader's way through a run needs it. Knows no page.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { WebSocket } from "ws";

/** The first Firefox of `CLINFUSE_FIREFOX` and the search path; undefined where there is none. */
export function findFirefox(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const named = ["firefox-esr", "firefox"].flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CLINFUSE_FIREFOX ?? "", ...named].find((path) => path !== "" && existsSync(path));
}

interface Answer {
  readonly type: "success" | "error" | "event";
  readonly id?: number;
  readonly result?: unknown;
  readonly message?: string;
}

interface Evaluated {
  readonly type: "success" | "exception";
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

export class Firefox {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #sent = 0;
  #context = "";

  private constructor(started: ChildProcess, socket: WebSocket, profile: string) {
    this.#process = started;
    this.#socket = socket;
    this.#profile = profile;
    socket.on("message", (data) => {
      const answer = JSON.parse(String(data)) as Answer;
      const waiting = this.#waiting.get(answer.id ?? -1);
      if (answer.type === "success") waiting?.resolve(answer.result);
      else waiting?.reject(new Error(answer.message ?? "the browser gave no reason"));
    });
  }

  /** A fresh profile without a window. Rejects where the browser does not answer within 60 s. */
  static async start(path: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "clinfuse-firefox-"));
    const started = spawn(path, ["--headless", "--remote-debugging-port=0", "--profile", profile], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      const late = setTimeout(() => reject(new Error(`${path} did not listen within 60 s: ${said}`)), 60_000);
      started.stderr?.on("data", (data) => {
        said += String(data);
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(found);
      });
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((opened, failed) => socket.once("open", opened).once("error", failed));
    const firefox = new Firefox(started, socket, profile);
    await firefox.#ask("session.new", { capabilities: {} });
    const { contexts } = (await firefox.#ask("browsingContext.getTree", {})) as { contexts: readonly { context: string }[] };
    firefox.#context = contexts[0]?.context ?? "";
    return firefox;
  }

  async goto(url: string): Promise<void> {
    await this.#ask("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  async reload(): Promise<void> {
    await this.#ask("browsingContext.reload", { context: this.#context, wait: "complete" });
  }

  /** The string that an expression of the page gives, awaited. Rejects with what it throws. */
  async evaluate(expression: string): Promise<string> {
    const asked = { expression, target: { context: this.#context }, awaitPromise: true };
    const { type, result, exceptionDetails } = (await this.#ask("script.evaluate", asked)) as Evaluated;
    if (type === "exception") throw new Error(exceptionDetails?.text);
    return String(result?.value);
  }

  /** Ends the browser and removes its profile. */
  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#process.once("exit", done));
    await this.#ask("browser.close", {}).catch(() => this.#process.kill());
    await gone;
    this.#socket.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  #ask(method: string, params: object): Promise<unknown> {
    this.#sent += 1;
    const id = this.#sent;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
