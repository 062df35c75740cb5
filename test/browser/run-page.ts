// A run of the page tests: its real rows, its knowledge, and how it is opened. Knows no step.

import { render } from "vitest-browser-svelte";
import type { KnowledgeData } from "../../src/knowledge/topic.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { token } from "./fake-examples.ts";
import { type Fake, fakeServices } from "./fake-services.ts";

/** Five real examples, and two to test on. */
export const rowsOfRun = () => ({
  source: "sample",
  remarks: [],
  train: Array.from({ length: 5 }, (_, i) => token(`Patient ${i} had asthma .`, "asthma")),
  validation: [],
  test: [token("He had fever and a migraine .", "fever", "migraine"), token("She had vertigo .", "vertigo")],
});

/** One style and no topic. */
export const knowledgeOfRun: KnowledgeData = {
  topics: { Disease: [] },
  styles: [{ name: "letter", source: "paper" }],
  lexicon: [],
};

/** A run with data, and with knowledge when asked, opened at a step. */
export async function runAt(step: string, change: (fake: Fake) => void = () => undefined): Promise<Fake> {
  const fake = fakeServices({
    ...newNotebook("r1", 1),
    data: rowsOfRun(),
    ...(step === "knowledge" ? {} : { knowledge: knowledgeOfRun }),
  });
  change(fake);
  location.hash = `#/run/r1/${step}`;
  await render(App, { services: fake.services });
  return fake;
}
