// Two other ways to keep a graph in a browser: a row for each link with idb, and SQLite on OPFS. Given links that are read already.

import { type IDBPDatabase, openDB } from "idb";
import { type MadeGraph, relations } from "./kg-graph.ts";

export interface Rival {
  fill(graph: MadeGraph): Promise<void>;
  open(): Promise<void>;
  /** Names of both ends of links, by relation and place in it. */
  topics(relation: number, places: readonly number[]): Promise<readonly (readonly [string, string])[]>;
  /** Names that begin like this, at most 20: it knows neither words nor misspellings. */
  search(query: string): Promise<readonly string[]>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** Rows of one transaction: more slows a browser down, fewer too. */
const rowsAtOnce = 20_000;

export function idbRival(name: string): Rival {
  let db: IDBPDatabase | undefined;
  const opened = () => db as IDBPDatabase;
  const open = async () => {
    db = await openDB(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("edges");
        fresh.createObjectStore("nodes").createIndex("name", "lower");
      },
    });
  };
  const put = async (store: string, rows: number, row: (i: number) => { key: IDBValidKey; value: object }) => {
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const tx = opened().transaction(store, "readwrite", { durability: "relaxed" });
      for (let i = from; i < Math.min(rows, from + rowsAtOnce); i++) {
        const { key, value } = row(i);
        void tx.store.put(value, key);
      }
      await tx.done;
    }
  };
  return {
    open,
    async fill(graph) {
      await open();
      await put("nodes", graph.nodes, (i) => {
        const node = graph.node(i);
        return { key: i, value: { ...node, lower: node.name.toLowerCase() } };
      });
      await put("edges", graph.edges, (i) => {
        const [head, relation, tail] = graph.edge(i);
        const value = {
          head,
          tail: tail + graph.nodes / 2,
          source: i % 3 === 0 ? "one source" : "another source",
          licence: "CC0-1.0",
        };
        return { key: [relation, Math.floor(i / relations.length)], value };
      });
    },
    async topics(relation, places) {
      const tx = opened().transaction(["edges", "nodes"]);
      return Promise.all(
        places.map(async (place) => {
          const edge = await tx.objectStore("edges").get([relation, place]);
          const ends = await Promise.all([edge.head, edge.tail].map((i) => tx.objectStore("nodes").get(i)));
          return [ends[0].name, ends[1].name] as const;
        }),
      );
    },
    async search(query) {
      const range = IDBKeyRange.bound(query, `${query}\uffff`);
      return (await opened().getAllFromIndex("nodes", "name", range, 20)).map((node) => node.name);
    },
    async close() {
      opened().close();
    },
    async remove() {
      indexedDB.deleteDatabase(name);
    },
  };
}

/** The little of SQLite's interface that is called here. */
interface SqlStatement {
  bind(values: readonly (string | number)[]): SqlStatement;
  step(): boolean;
  get(column: number): unknown;
  reset(): SqlStatement;
  finalize(): void;
}
interface SqlDb {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}
interface SqlPool {
  OpfsSAHPoolDb: new (path: string) => SqlDb;
  removeVfs(): Promise<boolean>;
}

/** `url`: where the package's module is served. */
export async function sqliteRival(name: string, url: string): Promise<Rival> {
  const { default: start } = (await import(/* @vite-ignore */ url)) as {
    default: () => Promise<{ installOpfsSAHPoolVfs(options: object): Promise<SqlPool> }>;
  };
  const pool = await (await start()).installOpfsSAHPoolVfs({ name, directory: `/${name}`, clearOnInit: true });
  let db: SqlDb | undefined;
  const opened = () => db as SqlDb;
  const open = async () => {
    db = new pool.OpfsSAHPoolDb("/graph.db");
  };
  const put = (sql: string, rows: number, row: (i: number) => readonly (string | number)[]) => {
    opened().exec("BEGIN");
    const statement = opened().prepare(sql);
    for (let i = 0; i < rows; i++) statement.bind(row(i)).step() || statement.reset();
    statement.finalize();
    opened().exec("COMMIT");
  };
  return {
    open,
    async fill(graph) {
      await open();
      opened().exec(`CREATE TABLE nodes (i INTEGER PRIMARY KEY, type TEXT, id TEXT, name TEXT COLLATE NOCASE);
        CREATE TABLE edges (relation INTEGER, place INTEGER, head INTEGER, tail INTEGER, provenance INTEGER,
          PRIMARY KEY (relation, place)) WITHOUT ROWID;`);
      put("INSERT INTO nodes VALUES (?, ?, ?, ?)", graph.nodes, (i) => {
        const { type, id, name: own } = graph.node(i);
        return [i, type, id, own];
      });
      put("INSERT INTO edges VALUES (?, ?, ?, ?, ?)", graph.edges, (i) => {
        const [head, relation, tail] = graph.edge(i);
        return [relation, Math.floor(i / relations.length), head, tail + graph.nodes / 2, i % 3 === 0 ? 0 : 1];
      });
      opened().exec("CREATE INDEX names ON nodes (name)");
    },
    async topics(relation, places) {
      const statement = opened().prepare(
        "SELECT h.name, t.name FROM edges e JOIN nodes h ON h.i = e.head JOIN nodes t ON t.i = e.tail WHERE e.relation = ? AND e.place = ?",
      );
      opened().exec("BEGIN"); // else every statement takes and drops its locks
      const found = places.map((place) => {
        statement.bind([relation, place]).step();
        const pair = [statement.get(0) as string, statement.get(1) as string] as const;
        statement.reset();
        return pair;
      });
      statement.finalize();
      opened().exec("COMMIT");
      return found;
    },
    async search(query) {
      const statement = opened().prepare("SELECT name FROM nodes WHERE name >= ? AND name < ? ORDER BY name LIMIT 20");
      statement.bind([query, `${query}\uffff`]);
      const found: string[] = [];
      while (statement.step()) found.push(statement.get(0) as string);
      statement.finalize();
      return found;
    },
    async close() {
      opened().close();
    },
    async remove() {
      await pool.removeVfs();
    },
  };
}
