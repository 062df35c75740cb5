// Stores of the page in memory: runs of capsules, tasks of the user's own. Knows no service.

import type { AttemptEntry } from "../../src/generate/log.ts";
import type { Capsules } from "../../src/store/capsules.ts";
import type { OwnTask } from "../../src/tasks/own-store.ts";
import type { Services } from "../../src/ui/services.ts";
import { memoryNews } from "../unit/experiment/memory-news.ts";
import { edgesFile, importText, nodesFile } from "../unit/knowledge/rows.ts";
import type { Fake } from "./fake-services.ts";

/** Nodes that can be looked up in the starter graph of the page tests. */
export const starterFiles = importText(
  nodesFile({ Disease: ["asthma", "bronchial asthma", "gout"], Drug: ["salbutamol"] }),
  edgesFile("Drug:0 treats Disease:0", "Disease:0 resembles Disease:1"),
  { id: "starter" },
);

/** Runs of capsules in memory, under their own names. */
export function memoryCapsules(
  { saved, log, begun }: Pick<Fake, "saved" | "log" | "begun">,
  products: Services["products"],
): Capsules {
  return {
    choicesOf: async (run) => begun.get(run),
    async read({ run, config: { task, source, seed, size } }) {
      if (run === undefined) return {};
      const entries = log.get(run) ?? [];
      const config = { task, source, seed, size, examples: "e", knowledge: "k" };
      return { log: { state: { id: run, config, next: entries.length }, entries } };
    },
    async add(notebook, given, made) {
      const run = given && `${given.state.id}-${notebook.id}`;
      if (given && run)
        log.set(
          run,
          given.entries.filter((one): one is AttemptEntry => one.type !== "feedback"),
        );
      const basis = notebook.training && { ...notebook.training.basis, ...(run ? { run } : {}) };
      const stored = {
        ...notebook,
        ...(run ? { run } : {}),
        ...(notebook.training && basis ? { training: { ...notebook.training, basis } } : {}),
        version: 1,
      };
      saved.set(notebook.id, structuredClone(stored));
      await products.put(...made);
      return stored;
    },
  };
}

/** Tasks of the user's own in memory, the newest first. Who watches hears every change, as a tab hears those of another. */
export function memoryTasks(): Services["tasks"] {
  const kept = new Map<string, OwnTask>();
  const { tell, watch } = memoryNews<string>();
  return {
    list: async () => [...kept.values()].sort((a, b) => b.updatedAt - a.updatedAt),
    get: async (id) => kept.get(id),
    async put(task, since) {
      const before = since === undefined ? undefined : kept.get(task.id);
      if (before?.updatedAt !== since) return before ? { kind: "outdated", task: before } : { kind: "deleted" };
      kept.set(task.id, structuredClone(task));
      tell(task.id);
      return { kind: "written" };
    },
    async delete(id) {
      kept.delete(id);
      tell(id);
    },
    watch,
  };
}
