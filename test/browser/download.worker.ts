// Downloads a toy model in a worker, as the app does, from a server that the test directs: its manners, and what it was asked.

import { modelLock, whileHeld } from "../../src/base/locks.ts";
import { downloadModel } from "../../src/models/download.ts";
import type { ModelHost } from "../../src/models/kept.ts";
import type { ModelEntry } from "../../src/models/manifest.ts";
import { modelStore } from "../../src/store/model-store.ts";
import { serve } from "../../src/workers/serve.ts";

export type Manner = "ranges" | "no ranges" | "breaks" | "ends early" | "altered" | "absent" | "a page" | "down" | "error";

export interface DownloadTry {
  readonly folder: string;
  readonly entry: ModelEntry;
  readonly source: "server" | "hub";
  readonly contents: Readonly<Record<string, string>>;
  readonly manner: Manner;
  /** Aborts once so many bytes of the model are here. */
  readonly abortAt?: number;
  /** Whole files that are there before, of an older manifest. */
  readonly older?: Readonly<Record<string, string>>;
}

export interface DownloadReport {
  readonly code: string;
  readonly asked: readonly string[]; // "w.bin", or "w.bin from 1000"
  /** Policy of each request, on what it tells of the page. */
  readonly referrer: readonly (string | undefined)[];
  readonly progress: readonly number[];
  readonly whole: Readonly<Record<string, string>>;
  readonly part: Readonly<Record<string, number>>;
}

const held: ModelHost["held"] = ({ id, name }, wait, work) => whileHeld(modelLock(id), wait, { file: name }, work);
const piece = 500;

function answer(content: string, from: number, manner: Manner): Response {
  if (manner === "absent") return new Response("no", { status: 404 });
  if (manner === "error") return new Response("no", { status: 503 });
  if (manner === "a page") return new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
  const whole = new TextEncoder().encode(manner === "altered" ? content.replace("5", "X") : content);
  const start = manner === "no ranges" ? 0 : from;
  let at = start;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const half = at >= start + (whole.length - start) / 2;
      if (manner === "breaks" && half) return controller.error(new TypeError("network error"));
      if (at >= whole.length || (manner === "ends early" && half)) return controller.close();
      controller.enqueue(whole.slice(at, (at += piece)));
    },
  });
  return new Response(body, { status: start > 0 ? 206 : 200 });
}

serve(self, {
  async download({ folder, entry, source, contents, manner, abortAt, older = {} }: DownloadTry): Promise<DownloadReport> {
    const asked: string[] = [];
    const referrer: (string | undefined)[] = [];
    globalThis.fetch = async (input, init) => {
      const url = String(input);
      const name = url.slice(url.lastIndexOf("/") + 1);
      const from = Number(/bytes=(\d+)-/.exec(new Headers(init?.headers).get("range") ?? "")?.[1] ?? 0);
      referrer.push(init?.referrerPolicy);
      asked.push(from > 0 ? `${url} from ${from}` : url);
      if (manner === "down") throw new TypeError("Failed to fetch");
      return answer(contents[name] ?? "", from, manner);
    };
    const store = modelStore(async () => (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true }));
    const controller = new AbortController();
    for (const [name, text] of Object.entries(older))
      await store.write(entry.id, name, new Blob([text]).stream(), controller.signal);
    const progress: number[] = [];
    const onBytes = (_: string, done: number) => {
      progress.push(done);
      if (abortAt !== undefined && done >= abortAt) controller.abort();
    };
    const code = await downloadModel(entry, { store, held }, { source, signal: controller.signal, onBytes }).then(
      () => "done",
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    );
    const stored = (await store.stored()).get(entry.id);
    const whole: Record<string, string> = {};
    for (const name of stored?.whole.keys() ?? []) whole[name] = (await (await store.read(entry.id, name))?.text()) ?? "";
    return { code, asked, referrer, progress, whole, part: Object.fromEntries(stored?.part ?? []) };
  },
  async remove({ folder }: { folder: string }) {
    await (await navigator.storage.getDirectory()).removeEntry(folder, { recursive: true }).catch(() => undefined);
  },
});
