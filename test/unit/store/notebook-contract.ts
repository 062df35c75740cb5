// The contract of the notebooks and of the products that they name, on any IndexedDB.

import { describe, expect, it } from "vitest";
import type { Notebook } from "../../../src/experiment/notebook.ts";
import type { Product } from "../../../src/experiment/product.ts";
import { logFormat } from "../../../src/generate/log.ts";
import type { Db } from "../../../src/store/db.ts";
import { type NotebookNews, notebooks } from "../../../src/store/notebook.ts";
import { productStore } from "../../../src/store/products.ts";
import { runLog } from "../../../src/store/run-log.ts";
import { entries, runConfig } from "./log-rows.ts";

/** The database of the test that runs. */
export interface TestDb {
  readonly db: () => Db;
  readonly reopen: () => Promise<void>;
  readonly rowsIn: (store: "log" | "datasets" | "products") => Promise<number>;
}

export function notebookContract({ db, reopen, rowsIn }: TestDb): void {
  describe("notebooks", () => {
    const data = {
      source: "sample",
      remarks: [],
      train: [],
      validation: [],
      test: [{ kind: "token", text: "gout", spans: [] }],
    } as const;
    const notebook = (id: string, updatedAt: number): Notebook =>
      ({ id, createdAt: 1, updatedAt, title: id, config: { task: "mqp" }, data, spent: {} }) as unknown as Notebook;

    it("come back equal, latest first, their rows kept once", async () => {
      const store = notebooks(db());
      await store.put(notebook("a", 5));
      await store.put(notebook("b", 9));
      await store.put({ ...notebook("a", 7), title: "renamed" });
      await reopen();
      expect(await notebooks(db()).get("a")).toEqual({ ...notebook("a", 7), title: "renamed", version: 2 });
      expect((await notebooks(db()).list()).map((n) => n.id)).toEqual(["b", "a"]);
      expect(await rowsIn("datasets")).toBe(1);
    });

    it("let go of rows that none holds any more", async () => {
      const store = notebooks(db());
      await store.put(notebook("a", 1));
      await store.put(notebook("b", 1));
      await store.delete("a");
      expect((await store.get("b"))?.data).toEqual(data);
      await store.put({ ...notebook("b", 2), data: { ...data, source: "other" } });
      expect(await rowsIn("datasets")).toBe(1);
      const { data: _, ...without } = notebook("b", 3);
      await store.put(without);
      expect([await rowsIn("datasets"), (await store.get("b"))?.data]).toEqual([0, undefined]);
    });

    it("take with them the logs that no other holds, earlier ones too, and name the models that go", async () => {
      const store = notebooks(db());
      const log = runLog(db(), logFormat);
      const [first, second, shared] = await Promise.all([1, 2, 3].map((seed) => log.open({ ...runConfig, seed })));
      for (const { id } of [first!, second!, shared!]) await log.append(id, entries(0, 3));
      const training = { model: "kept-as" } as NonNullable<Notebook["training"]>;
      await store.put({ ...notebook("a", 1), run: second!.id, logs: [first!.id, second!.id, shared!.id], training });
      await store.put({ ...notebook("b", 1), run: shared!.id });
      expect(await store.holdings("a")).toMatchObject({ logs: [first!.id, second!.id], models: ["a", "kept-as"] });
      await store.delete("a");
      expect((await log.list()).map((r) => r.id)).toEqual([shared!.id]);
      expect(await rowsIn("log")).toBe(4); // its entries, and the beginning that they share
      await store.delete("b");
      expect([await rowsIn("log"), await rowsIn("datasets"), await log.list()]).toEqual([0, 0, []]);
      expect(await store.holdings("a")).toMatchObject({ logs: [], models: [] });
    });

    const trained = { model: "m", device: "wasm", history: [], results: {} } as unknown as NonNullable<Notebook["training"]>;

    it("changed by a stale tab keep what another tab wrote, field by field", async () => {
      const [a, b] = [notebooks(db()), notebooks(db())];
      await a.put(notebook("a", 1));
      const stale = (await b.get("a"))!;
      await a.change(stale, { training: trained, spent: { train: 5 } });
      const renamed = await b.change(stale, { title: "renamed", spent: { task: 2 } });
      expect(renamed).toMatchObject({ kind: "written", notebook: { title: "renamed", training: { model: "m" }, version: 3 } });
      expect(await a.get("a")).toMatchObject({ title: "renamed", training: { model: "m" }, spent: { train: 5, task: 2 }, data });
    });

    it("refuse a stale tab's change of a field that another tab changed, and give it what is there", async () => {
      const [a, b] = [notebooks(db()), notebooks(db())];
      await a.put(notebook("a", 1));
      const stale = (await b.get("a"))!;
      await a.change(stale, { training: trained });
      const other = { ...data, source: "other" };
      for (const patch of [{ training: undefined, data: undefined }, { training: { ...trained, model: "mine" } }]) {
        expect(await b.change(stale, patch)).toMatchObject({ kind: "outdated", notebook: { training: { model: "m" }, data } });
      }
      const now = (await a.get("a"))!;
      await a.change(now, { data: other });
      expect(await b.change(now, { data: { ...data, source: "mine" } })).toMatchObject({
        kind: "outdated",
        notebook: { data: other },
      });
      expect(await a.get("a")).toMatchObject({ training: { model: "m" }, data: other });
      expect(await rowsIn("datasets")).toBe(1);
      expect(await b.change(await b.get("a").then((n) => n!), { training: undefined })).toMatchObject({ kind: "written" });
      expect(await a.get("a")).not.toHaveProperty("training");
    });

    it("once deleted are not brought back by a stale tab", async () => {
      const [a, b] = [notebooks(db()), notebooks(db())];
      await a.put(notebook("a", 1));
      const stale = (await b.get("a"))!;
      await a.delete("a");
      expect(await b.change(stale, { title: "back" })).toEqual({ kind: "deleted" });
      expect(await a.list()).toEqual([]);
    });

    it("tell other tabs what changed, and not their own", async () => {
      const [a, b] = [notebooks(db()), notebooks(db())];
      const [heardByA, heardByB]: NotebookNews[][] = [[], []];
      a.watch((news) => heardByA?.push(news));
      b.watch((news) => heardByB?.push(news));
      await a.put(notebook("a", 1));
      await a.change((await a.get("a"))!, { title: "renamed" });
      await a.delete("a");
      await expect
        .poll(() => heardByB)
        .toEqual([
          { type: "changed", id: "a", version: 1 },
          { type: "changed", id: "a", version: 2 },
          { type: "deleted", id: "a" },
        ]);
      expect(heardByA).toEqual([]);
    });
  });

  describe("products", () => {
    const product = (key: string, name: string): Product<"model"> => ({
      kind: "model",
      key,
      state: "whole",
      milliseconds: 3,
      value: { device: "wasm", name, history: [] },
    });

    it("come back equal by their keys, and go with the last notebook that names them", async () => {
      const store = productStore(db());
      await store.put(product("k1", "a"), product("k2", "b"));
      await reopen();
      expect(await productStore(db()).find("model", "k1")).toEqual(product("k1", "a"));
      expect(await productStore(db()).find("model", "k3")).toBeUndefined();
      const books = notebooks(db());
      const notebook = { createdAt: 1, updatedAt: 1, title: "", config: { task: "mqp" }, spent: {} } as unknown as Notebook;
      await books.put({ ...notebook, id: "a", products: ["k1", "k2"] });
      await books.put({ ...notebook, id: "b", products: ["k2"] });
      await books.delete("a");
      expect([await productStore(db()).find("model", "k1"), await rowsIn("products")]).toEqual([undefined, 1]);
      await books.delete("b");
      expect(await rowsIn("products")).toBe(0);
    });
  });
}
