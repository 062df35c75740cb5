// The card of a saved model: a task of the paper by its id, a task of the user's own whole and read strictly.

import { describe, expect, it } from "vitest";
import { readCard, saveModel } from "../../../src/classifier/saved-model.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { readTaskJson, taskJson } from "../../../src/tasks/task-file.ts";
import { linearClassifier } from "../train/toy.ts";

const { task } = readTaskJson(
  { name: "Urgency", family: "classification", labels: [{ name: "urgent" }, { name: "routine" }] },
  "t",
);
const cardOf = (named: unknown) => {
  const text = JSON.stringify({ task: named, maxTokens: 64, sha256: {} });
  return readCard(new Map([["clinfuse.json", new Blob([text])]]));
};

const cardText = async (saved: Task) => (await saveModel(linearClassifier(saved))).get("clinfuse.json")?.text();

describe("saveModel", () => {
  it("states the markers that the model reads around the entities of a relation", async () => {
    const card = JSON.parse((await cardText(cdr)) as string);
    expect(card.markers).toEqual({ head: ["[CHEMICAL]", "[/CHEMICAL]"], tail: ["[DISEASE]", "[/DISEASE]"] });
    expect(JSON.parse((await cardText(mqp)) as string)).not.toHaveProperty("markers");
  });
});

describe("readCard", () => {
  it("reads the variant, and refuses one that there is none of", async () => {
    const of = (variant: unknown) => {
      const text = JSON.stringify({ task: "bc5cdr-disease", maxTokens: 64, variant, sha256: {} });
      return readCard(new Map([["clinfuse.json", new Blob([text])]]));
    };
    expect((await of("lightner")).variant).toBe("lightner");
    expect((await of(undefined)).variant).toBeUndefined();
    await expect(of("other")).rejects.toThrow("clinfuse.json: it names no variant that there is: other");
    await expect(of(3)).rejects.toThrow("it names no variant");
  });

  it("reads a task of the user's own as it was", async () => {
    expect((await cardOf(taskJson(task))).task).toEqual(task);
    expect((await cardOf("mqp")).task).toBe("mqp");
  });

  it.each([
    [{ ...taskJson(task), labels: [] }, "clinfuse.json: labels takes at least one label"],
    [null, "clinfuse.json: it names no task"],
    [3, "clinfuse.json: it names no task"],
  ])("refuses %j in words", async (named, message) => {
    await expect(cardOf(named)).rejects.toThrow(message);
  });
});
