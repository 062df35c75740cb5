// Products by their keys: the port ProductStore. Knows no step that makes one.

import type { KeptKind, Product, ProductStore } from "../experiment/product.ts";
import type { Db } from "./db.ts";
import { read, write } from "./transaction.ts";

export function productStore(db: Db): ProductStore {
  return {
    find: <K extends KeptKind>(_kind: K, key: string) =>
      read("look what is there already", async () => (await db.get("products", key)) as Product<K> | undefined),
    put: (...products) =>
      write(db, ["products"], "save what was made", async (tx) => {
        await Promise.all(products.map((product) => tx.objectStore("products").put(product)));
      }),
  };
}
