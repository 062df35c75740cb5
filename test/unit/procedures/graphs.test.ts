// The starter graph comes once, from the app's own files; what fails leaves nothing.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { type GraphStore, memoryGraphStore } from "../../../src/knowledge/graph-store.ts";
import { graphProcedures } from "../../../src/procedures/graphs.ts";
import { edgesFile, nodesFile } from "../knowledge/rows.ts";
import { collect, never } from "./memory-ports.ts";

const files: Readonly<Record<string, string>> = {
  "graph/nodes.tsv.gz": nodesFile({ Disease: ["gout", "asthma"], Symptom: ["cough"] }),
  "graph/edges.tsv.gz": edgesFile("Disease:1 presents Symptom:0"),
};

function setUp(store: GraphStore = memoryGraphStore(), there: (path: string) => boolean = () => true) {
  const asked: string[] = [];
  const appFile = async (path: string) => {
    asked.push(path);
    if (!there(path)) throw new ClinfuseError("file-missing", `the app was installed without ${path}`, { file: path });
    return new Blob([gzipSync(files[path] as string)]);
  };
  return { asked, procedures: graphProcedures({ graphs: async () => store, appFile }) };
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
    await procedures.deleteGraph({ id: "starter" }, never);
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
