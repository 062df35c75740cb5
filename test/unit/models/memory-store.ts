// A store of model files in memory, for tests of what is built on the port. Downloads need a disk.

import type { ModelStore } from "../../../src/models/kept.ts";

/** Files of the disk; `entries` apart, as the store has them. */
export function memoryStore() {
  const files = new Map<string, Map<string, File>>();
  const entries = new Map<string, string>();
  const folder = (id: string) => files.get(id) ?? files.set(id, new Map()).get(id) ?? new Map<string, File>();
  const store: ModelStore = {
    read: async (id, name) => files.get(id)?.get(name),
    stored: async () =>
      new Map(
        [...files].map(([id, inside]) => [
          id,
          { whole: new Map([...inside].map(([name, file]) => [name, file.size])), part: new Map() },
        ]),
      ),
    async write(id, name, data) {
      const blob = await new Response(data as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
      folder(id).set(name, new File([blob], name));
    },
    part: () => Promise.reject(new Error("no test downloads")),
    async delete(id) {
      files.delete(id);
      entries.delete(id);
    },
    entries: async () => [...entries.values()],
    async putEntry(id, text) {
      entries.set(id, text);
    },
  };
  return { store, files, entries };
}
