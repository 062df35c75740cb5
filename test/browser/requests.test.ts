// Requests of a worker to the network are told to the page, whoever answered them or none.

import { afterEach, expect, it } from "vitest";
import { isForeign } from "../../src/ui/privacy/requests.svelte.ts";
import { connect } from "../../src/workers/connect.ts";
import type { SeenRequest } from "../../src/workers/seen-requests.ts";
import type { AskingProcedures } from "./asking.worker.ts";

const worker = new Worker(new URL("./asking.worker.ts", import.meta.url), { type: "module" });
const answers = { requests: "stream", ask: "promise", refuse: "promise" } as const;
const { ask, refuse, requests } = connect<AskingProcedures>(worker, answers).procedures;
afterEach(() => worker.terminate());

// No one listens on the discard port, so this asks another origin and is answered by no network.
const own = `${location.origin}/favicon.svg`;
const elsewhere = "http://localhost:9/patient?name=x";

it("requests of a worker reach the page: to its own origin, to another, and those that the policy refused, once", async () => {
  await ask(own);
  await ask(elsewhere); // fails, and was tried all the same
  const seen: SeenRequest[] = [];
  const reading = (async () => {
    for await (const some of requests(null)) {
      seen.push(...some);
      if (seen.some(({ refused }) => refused) && seen.some(({ url }) => url === own)) return;
    }
  })();
  await refuse("https://elsewhere.example/x");
  await refuse("https://elsewhere.example/x");
  await reading;
  const foreign = seen.filter(({ url }) => isForeign(url, location.origin));
  expect(foreign).toEqual([
    { url: elsewhere, kind: "fetch", refused: false },
    { url: "https://elsewhere.example/x", kind: "connect-src", refused: true },
  ]);
});

it.each([
  ["https://elsewhere.example/", true],
  ["http://localhost:1/", true],
  [`${location.origin}/models/x`, false],
  [`blob:${location.origin}/1`, false],
  ["data:text/plain,x", false],
  ["inline", false], // what a policy's report names instead of an address
])("%s is foreign: %s", (url, foreign) => expect(isForeign(url, location.origin)).toBe(foreign));
