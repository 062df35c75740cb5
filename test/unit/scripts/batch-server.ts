// A small server that speaks /v1/chat/completions, a runner that does what `vllm run-batch` does, and `npm run batch` itself, for tests.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { main } from "../../../scripts/batch.ts";
import type { FeedbackGiver } from "../../../scripts/batch-feedback.ts";
import type { BatchLine } from "../../../scripts/batch-step.ts";
import { rng } from "../../../src/base/rng.ts";
import { completion } from "./answered-line.ts";

export interface ChatServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function chatServer(): Promise<ChatServer> {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const answer = (status: number, body: object) => {
      // A connection for each request: one that is kept may be closed just when the next request takes it.
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(body));
    };
    if (request.method !== "POST" || request.url !== "/v1/chat/completions")
      return answer(404, { error: { message: "not found" } });
    try {
      answer(200, await completion(JSON.parse(text)));
    } catch (error) {
      answer(400, { error: { message: String(error) } });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Each line of the input file posted, the answers in the order of `vllm run-batch`'s output file: here shuffled. */
export async function runBatch(url: string, input: string, output: string): Promise<string[]> {
  const lines = readFileSync(input, "utf8").trimEnd().split("\n");
  const answers = await Promise.all(
    lines.map(async (line) => {
      const { custom_id, method, url: path, body } = JSON.parse(line);
      const reply = await fetch(`${url}${path}`, { method, body: JSON.stringify(body) });
      const response = { status_code: reply.status, request_id: "vllm-batch", body: await reply.json() };
      return JSON.stringify({ id: "vllm-1", custom_id, response, error: null });
    }),
  );
  const shuffled = rng("runner").sample(answers, answers.length);
  writeFileSync(output, `${shuffled.join("\n")}\n`);
  return shuffled;
}

export interface Printed {
  readonly code: number;
  readonly last: BatchLine & {
    readonly error?: { readonly code: string; readonly message: string; readonly file: string | null };
  };
  readonly aside: readonly string[];
}

export const batch = (...args: string[]): Promise<Printed> => batchBy(undefined, ...args);

/** With another trainer at its barriers than a Chromium. */
export async function batchBy(feedback: FeedbackGiver | undefined, ...args: string[]): Promise<Printed> {
  const [out, aside]: [string[], string[]] = [[], []];
  const code = await main(args, { out: (line) => out.push(line), aside: (line) => aside.push(line) }, feedback);
  return { code, last: JSON.parse(out.at(-1) ?? ""), aside };
}

/** Turns until there is no next one; the last answers file of each turn. */
export async function toTheEnd(
  url: string,
  at: string,
  first: Printed,
  feedback?: FeedbackGiver,
): Promise<{ end: Printed; turns: string[] }> {
  const turns: string[] = [];
  let end = first;
  while (end.last.next !== null) {
    if (end.last.next !== `turn-${turns.length + 1}.jsonl`) throw new Error(`the next file is ${end.last.next}`);
    const answers = join(at, `answers-${turns.length + 1}.jsonl`);
    await runBatch(url, join(at, end.last.next), answers);
    turns.push(answers);
    end = await batchBy(feedback, "--in", at, answers);
    if (end.code !== 0) throw new Error(JSON.stringify(end.last));
    if (turns.length > 40) throw new Error("the batch does not end");
  }
  return { end, turns };
}

/** Writes a cell's file into a folder of its own below `folder`; its path. */
export function cellFileIn(folder: string, name: string, cell: object): string {
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, "cell.json");
  writeFileSync(path, JSON.stringify(cell));
  return path;
}
