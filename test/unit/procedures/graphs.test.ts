// The starter graph comes once, from the app's own files; what fails leaves nothing.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { graphLock, type Turns } from "../../../src/base/locks.ts";
import { type GraphStore, memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { careProcedures } from "../../../src/procedures/graph-care.ts";
import { graphProcedures } from "../../../src/procedures/graphs.ts";
import { edgesFile, nodesFile } from "../knowledge/rows.ts";
import { collect, memoryTurns, never } from "./memory-ports.ts";

const files: Readonly<Record<string, string>> = {
  "graph/nodes.tsv.gz": nodesFile({ Disease: ["gout", "asthma"], Symptom: ["cough"] }),
  "graph/edges.tsv.gz": edgesFile("Disease:1 presents Symptom:0"),
};

function setUp(store: GraphStore = memoryGraphStore(), there: (path: string) => boolean = () => true, turns?: Turns) {
  const asked: string[] = [];
  const appFile = async (path: string) => {
    asked.push(path);
    if (!there(path)) throw new ClinfuseError("file-missing", `the app was installed without ${path}`, { file: path });
    return new Blob([gzipSync(files[path] as string)]);
  };
  return { asked, procedures: graphProcedures({ graphs: async () => store, appFile, ...(turns ? { turns } : {}) }) };
}

describe("the starter graph", () => {
  it("is imported at its first use, and found at the next", async () => {
    const { asked, procedures } = setUp();
    const [last] = (await collect(procedures.importStarter(null, never))).slice(-1);
    expect(last).toMatchObject({ type: "imported", graph: { id: "starter", nodes: { Disease: 2, Symptom: 1 } } });
    expect(asked.sort()).toEqual(["graph/edges.tsv.gz", "graph/nodes.tsv.gz"]);
    expect(await collect(procedures.importStarter(null, never))).toEqual([last]);
    expect(asked).toHaveLength(2);
    expect((await procedures.graphs(null, never)).map(({ id }) => id)).toEqual(["starter"]);
  });

  it("that the app was installed without is named, and nothing of it stays", async () => {
    const { procedures } = setUp(memoryGraphStore(), (path) => path.includes("nodes"));
    await expect(collect(procedures.importStarter(null, never))).rejects.toMatchObject({
      code: "file-missing",
      place: { file: "graph/edges.tsv.gz" },
    });
    expect(await procedures.graphs(null, never)).toEqual([]);
  });

  it("counts topics, and is gone when it is deleted", async () => {
    const { procedures } = setUp();
    await collect(procedures.importStarter(null, never));
    const topics = { every: { kind: "nodes", types: ["Disease"] } } as const;
    expect(await procedures.countTopics({ graph: "starter", topics }, never)).toBe(2);
    await collect(procedures.deleteGraph({ id: "starter" }, never));
    await expect(procedures.countTopics({ graph: "starter", topics }, never)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("an import that fails", () => {
  it("tells why, though what it wrote cannot be discarded", async () => {
    const store = memoryGraphStore();
    const full = new ClinfuseError("quota-exceeded", "the disk is full");
    const broken: GraphStore = {
      ...store,
      write: async () => ({
        put: () => Promise.reject(full),
        commit: async () => undefined,
        discard: () => Promise.reject(new Error("the transaction was aborted")),
      }),
    };
    const { procedures } = setUp(broken);
    const own = {
      name: "mine",
      files: {
        "nodes.tsv": new Blob([nodesFile({ Disease: ["gout"] })]),
        "edges.tsv": new Blob([edgesFile("Disease:0 is Disease:0")]),
      },
    };
    await expect(collect(procedures.importGraph(own, never))).rejects.toBe(full);
  });
});

describe("two imports at once", () => {
  const own = {
    name: "mine",
    files: {
      "nodes.tsv": new Blob([nodesFile({ Disease: ["gout"] })]),
      "edges.tsv": new Blob([edgesFile("Disease:0 is Disease:0")]),
    },
  };
  const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type).filter((type) => type !== "progress");

  it("go one after the other: the second says that it waits", async () => {
    const [store, turns] = [memoryGraphStore(), memoryTurns()];
    let [writing, most] = [0, 0];
    const watched: GraphStore = {
      ...store,
      async write() {
        most = Math.max(most, ++writing);
        const writer = await store.write();
        return {
          ...writer,
          async commit(manifest) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            await writer.commit(manifest);
            writing--;
          },
        };
      },
    };
    const [first, second] = [setUp(watched, undefined, turns).procedures, setUp(watched, undefined, turns).procedures];
    const names = careProcedures({ graphs: async () => watched, turns });
    const all = await Promise.all([
      collect(first.importGraph(own, never)),
      collect(second.importGraph({ ...own, name: "other" }, never)),
      collect(names.importNames({ name: "list", type: "Disease", text: "gout\nasthma" }, never)),
    ]);
    const told = all.map((events) => typesOf(events).join()).sort(); // whichever came first
    expect(told).toEqual(["imported", "waiting,imported", "waiting,imported"]);
    expect(most).toBe(1);
    expect((await store.list()).map(({ name }) => name).sort()).toEqual(["list", "mine", "other"]);
  });

  it("of the starter graph bring one: the second finds it there", async () => {
    const [store, turns] = [memoryGraphStore(), memoryTurns()];
    const [first, second] = [setUp(store, undefined, turns), setUp(store, undefined, turns)];
    const all = await Promise.all([
      collect(first.procedures.importStarter(null, never)),
      collect(second.procedures.importStarter(null, never)),
    ]);
    expect(all.map(typesOf)).toEqual([["imported"], ["waiting", "imported"]]);
    expect([first.asked.length, second.asked.length]).toEqual([2, 0]);
  });

  it("one that is stopped while it waits leaves nothing, and the next goes on", async () => {
    const [store, turns] = [memoryGraphStore(), memoryTurns()];
    const release = await turns.ifFree(graphLock);
    const stop = new AbortController();
    const { procedures } = setUp(store, undefined, turns);
    const events = procedures.importGraph(own, stop.signal);
    expect((await events.next()).value).toEqual({ type: "waiting" });
    const next = events.next();
    stop.abort();
    await expect(next).rejects.toThrow("stopped");
    expect(await store.list()).toEqual([]);
    const later = procedures.importGraph(own, never);
    expect((await later.next()).value).toEqual({ type: "waiting" });
    release?.();
    expect(typesOf(await collect(later))).toEqual(["imported"]);
  });

  it("lets the next begin where one fails", async () => {
    const turns = memoryTurns();
    const { procedures } = setUp(memoryGraphStore(), undefined, turns);
    const broken = { name: "broken", files: { "nodes.tsv": new Blob(["neither"]) } };
    await expect(collect(procedures.importGraph(broken, never))).rejects.toBeInstanceOf(ClinfuseError);
    expect(typesOf(await collect(procedures.importGraph(own, never)))).toEqual(["imported"]);
  });
});
