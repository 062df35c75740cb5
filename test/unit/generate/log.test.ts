// How runs are stored: ids that stay, entries that keep a shared beginning once, and the form of 0.1.0 read as ours.

import { describe, expect, it } from "vitest";
import {
  drawnOf,
  type FlatEntry,
  type LogEntry,
  logFormat,
  type Prefix,
  type StoredEntry,
  turnsOf,
} from "../../../src/generate/log.ts";
import { type FlatRunConfig, type RunConfig, runId, upgradedConfig } from "../../../src/generate/run-config.ts";
import type { Topic } from "../../../src/knowledge/topic.ts";
import recorded from "../../fixtures/store-2/expected.json";

const flat = recorded.runs.map(({ id, config }) => ({ id, config: config as FlatRunConfig }));

describe("a run's id", () => {
  it.each(flat)("stays $id for the choices that $config.method had in 0.1.0", async ({ id, config }) => {
    const upgraded = upgradedConfig(config);
    expect(upgraded).not.toHaveProperty("method");
    expect(upgraded.source.kind).toBe(config.method);
    expect(await runId(upgraded)).toBe(id);
    expect(await runId({ ...upgraded, size: 7 })).toBe(id);
    expect(upgradedConfig(upgraded)).toEqual(upgraded);
  });

  it("stays for a ZeroGen run of 0.1.0 that named, to no effect, demonstrations and the graph's marks", async () => {
    const { config } = flat.find((run) => run.config.method === "zerogen")!;
    // Canonical JSON of the flat form without its size, hashed by Python's hashlib.
    const odd: FlatRunConfig = { ...config, demonstrations: "shuffled", annotation: "graph" };
    expect(await runId(upgradedConfig(odd))).toBe("5988e341223ae229");
  });

  it("does not depend on size and day", async () => {
    const run = upgradedConfig(flat[0]!.config);
    const id = await runId(run);
    expect(await runId({ ...run, size: run.size + 1 })).toBe(id);
    expect(await runId({ ...run, date: "2026-11-27" })).toBe(id);
  });

  it("is another for anything that decides what is written", async () => {
    const run = upgradedConfig(flat[0]!.config);
    const { source } = run;
    if (source.kind !== "clingen") throw new Error("expected ClinGen");
    const { writer } = source;
    const others: RunConfig[] = [
      { ...run, seed: 8 },
      { ...run, task: "other" },
      { ...run, knowledge: "other" },
      { ...run, examples: "other" },
      { ...run, source: { ...source, marks: "model" } },
      { ...run, source: { ...source, writer: { ...writer, model: "other" } } },
      { ...run, source: { ...source, writer: { ...writer, grammar: false } } },
      { ...run, source: { ...source, writer: { ...writer, sampling: { ...writer.sampling, temperature: 0.9 } } } },
      { ...run, source: { kind: "zerogen", writer } },
      { ...run, source: { kind: "none" } },
      { ...run, source: { kind: "gold" } },
    ];
    const ids = await Promise.all([run, ...others].map(runId));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

const message = (content: string, role: "system" | "user" = "user") => ({ role, content });
const turn = (shared: number | undefined, ...contents: string[]) => ({
  messages: contents.map((content, i) => message(content, i === 0 ? "system" : "user")),
  ...(shared === undefined ? {} : { shared }),
  text: "t",
  promptTokens: 1,
  completionTokens: 1,
});
const entryOf = (index: number, ...turns: ReturnType<typeof turn>[]): LogEntry => ({
  type: "rejected",
  index,
  label: "l",
  origin: { kind: "prompted", turns, style: "s" },
  reason: "empty",
});

/** Treats entries as a store does: packs them in order, and reads them back from text. */
function stored(entries: readonly LogEntry[]) {
  const prefixes: Prefix[] = [];
  const lines = entries.map((entry) => {
    const { entry: packed, fresh } = logFormat.pack(entry, prefixes);
    prefixes.push(...fresh);
    return JSON.stringify(packed);
  });
  return { prefixes, lines, read: lines.map((line) => logFormat.unpack(JSON.parse(line) as StoredEntry, prefixes)) };
}

describe("a stored entry", () => {
  const long = "The same for all of them. ".repeat(50);
  const entries: LogEntry[] = [
    entryOf(0, turn(1, long, "a"), turn(1, long, "a", "b", "c")),
    entryOf(1, turn(1, long, "d")),
    entryOf(2, turn(2, long, "e", "f"), turn(undefined, "g"), turn(0, "h")),
    { type: "feedback", after: 3, demonstrations: [{ kind: "token", text: "x", spans: [] }] },
    {
      type: "accepted",
      index: 3,
      label: "",
      origin: { kind: "derived", from: [4], by: "gold" },
      example: { kind: "token", text: "x", spans: [] },
    },
  ];

  it("keeps each shared beginning once and gives every prompt back whole", () => {
    const { prefixes, lines, read } = stored(entries);
    expect(prefixes).toEqual([[message(long, "system")], [message(long, "system"), message("e")]]);
    expect(lines.join("")).not.toContain(long);
    const withoutZero = (entry: LogEntry) => JSON.parse(JSON.stringify(entry).replace(',"shared":0', "")) as LogEntry;
    expect(read).toEqual(entries.map(withoutZero));
  });

  it("is the same whether a prefix was begun in its own write or before", () => {
    expect(stored(entries).lines.slice(0, 2)).toEqual(stored(entries.slice(0, 2)).lines);
  });

  it("names the prefix that is not there, rather than give half a prompt", () => {
    const { lines } = stored(entries);
    expect(() => logFormat.unpack(JSON.parse(lines[1] as string), [])).toThrow("attempt 1 begins with prefix 0; the run has 0");
  });
});

describe("an entry of 0.1.0", () => {
  const topic: Topic = { entities: [{ id: "D:1", name: "gout", type: "Disease" }], source: "kg" };
  const turns = [turn(undefined, "whole", "prompt")];
  const accepted: FlatEntry = {
    type: "accepted",
    index: 2,
    label: "Disease",
    topic,
    style: "letter",
    turns,
    example: { kind: "token", text: "gout", spans: [] },
  };

  it("is read with its topic, style, prompts and example", () => {
    const entry = logFormat.unpack(accepted, []);
    expect(entry).toEqual({
      type: "accepted",
      index: 2,
      label: "Disease",
      origin: { kind: "prompted", turns, topic, style: "letter" },
      example: { kind: "token", text: "gout", spans: [] },
    });
    if (entry.type === "feedback") throw new Error("expected an attempt");
    expect([turnsOf(entry), drawnOf(entry).topic]).toEqual([turns, topic]);
  });

  it("is read without what it did not have: a baseline's rejection has no topic and no style", () => {
    const { topic: _, style: __, example: ___, ...rest } = accepted;
    const entry = logFormat.unpack({ ...rest, type: "rejected", reason: "empty" }, []);
    expect(entry).toEqual({ type: "rejected", index: 2, label: "Disease", origin: { kind: "prompted", turns }, reason: "empty" });
  });
});
