// The port ProductStore in memory, for tests: what is put is copied.

import type { AnyProduct, KeptKind, Product, ProductStore } from "../../../src/experiment/product.ts";

export function memoryProducts(): ProductStore & { readonly kept: ReadonlyMap<string, AnyProduct> } {
  const kept = new Map<string, AnyProduct>();
  return {
    kept,
    find: async <K extends KeptKind>(kind: K, key: string) =>
      structuredClone(kept.get(`${kind} ${key}`)) as Product<K> | undefined,
    async put(...products) {
      for (const product of structuredClone(products)) kept.set(`${product.kind} ${product.key}`, product);
    },
  };
}
