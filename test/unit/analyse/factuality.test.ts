// Verdicts on examples by what a graph answers: each task's own relations, their contraries, and labels that claim none.

import { describe, expect, it } from "vitest";
import { claimsOf, verdictOf } from "../../../src/analyse/factuality.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import { chemprot } from "../../../src/tasks/chemprot.ts";
import type { RelationExample } from "../../../src/tasks/example.ts";
import { gad } from "../../../src/tasks/gad.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";

const relation = (label: string): RelationExample => ({
  kind: "relation",
  text: "aspirin and ulcer",
  head: { start: 0, end: 7, label: "Chemical" },
  tail: { start: 12, end: 17, label: "Disease" },
  label,
});

function verdict(task: Task, label: string, relations: readonly string[], named: readonly [boolean, boolean] = [true, true]) {
  const claims = claimsOf(task, relation(label));
  for (const { pair } of claims) expect(pair).toEqual(["aspirin", "ulcer"]);
  return verdictOf(
    claims,
    claims.map(() => ({ named, relations })),
  );
}

describe("a relation", () => {
  it.each([
    [cdr, "induce", ["causes"], "known"],
    [cdr, "induce", ["treats", "causes"], "known"],
    [cdr, "induce", ["treats"], "opposite"],
    [cdr, "induce", ["presents"], "nothing"],
    [cdr, "induce", [], "nothing"],
    [gad, "has_relation", ["associates"], "known"],
    [gad, "has_relation", ["treats"], "nothing"],
    [chemprot, "upregulator", ["activator"], "known"],
    [chemprot, "upregulator", ["inhibitor"], "opposite"],
    [chemprot, "agonist", ["antagonist"], "opposite"],
    [chemprot, "agonist", ["inhibitor"], "nothing"], // another relation, and no contrary
    [chemprot, "product_of", ["agonist"], "nothing"],
  ] as const)("%#: of its own label", (task, label, relations, expected) => {
    expect(verdict(task as Task, label, relations)).toBe(expected);
  });

  it("without a node for one of its names cannot be judged", () => {
    expect(verdict(cdr, "induce", [], [true, false])).toBe("unnamed");
  });

  it("under a label that stands for none is denied by a relation of another label, and else claims nothing", () => {
    expect(verdict(gad, "no_relation", ["associates"])).toBe("opposite");
    expect(verdict(gad, "no_relation", [])).toBe("unclaimed");
    expect(verdict(chemprot, "not", ["agonist"])).toBe("opposite");
  });
});

describe("another example", () => {
  const text = "Gout, then asthma, then gout again with fever.";
  const span = (name: string) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length, label: "Disease" });

  it("claims that its entities have to do with each other: one pair that the graph relates is enough", () => {
    const claims = claimsOf(bc5cdrDisease, { kind: "token", text, spans: [span("Gout"), span("asthma"), span("fever")] });
    expect(claims.map(({ pair }) => pair.join())).toEqual(["Gout,asthma", "Gout,fever", "asthma,fever"]);
    const answers = (...related: boolean[]) =>
      related.map((is) => ({ named: [true, true] as const, relations: is ? ["presents"] : [] }));
    expect(verdictOf(claims, answers(false, true, false))).toBe("known");
    expect(verdictOf(claims, answers(false, false, false))).toBe("nothing");
  });

  it("without two entities claims nothing", () => {
    expect(verdictOf(claimsOf(mqp, { kind: "pair", first: "a", second: "b", label: "equivalent" }), [])).toBe("unclaimed");
    expect(claimsOf(bc5cdrDisease, { kind: "token", text, spans: [span("Gout")] })).toEqual([]);
  });
});
