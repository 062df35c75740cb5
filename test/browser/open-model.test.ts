// Loading a model through the worker: stopped on the way, it is as if it had never begun.

import { expect, it } from "vitest";
import { generateClient } from "../../src/workers/generate.client.ts";

const model = "smollm2-135m-instruct";
const present = (await fetch(`/models/${model}/SmolLM2-135M-Instruct.Q4_1.gguf`, { method: "HEAD" })).ok;
const why = present ? "" : " (skipped: models/ holds no SmolLM2, npm run models fetches it)";

it.skipIf(!present)(`a load that was stopped says so, and the next one loads${why}`, async () => {
  const { procedures, close } = generateClient();
  const controller = new AbortController();
  const opening = async () => {
    for await (const event of procedures.openModel({ model, engine: "batch" }, controller.signal)) {
      if (event.type === "progress" && event.done > 0) controller.abort();
      if (event.type === "opened") return "opened";
    }
    return "ended";
  };
  await expect(opening()).rejects.toMatchObject({ code: "aborted" });
  const events: string[] = [];
  for await (const event of procedures.openModel({ model, engine: "batch" })) events.push(event.type);
  expect(events.at(-1)).toBe("opened");
  close();
});
