// Arenas in memory, as the store keeps them.

import type { Arena } from "../../../src/experiment/arena.ts";
import type { ArenaStore } from "../../../src/store/arenas.ts";

export function memoryArenas(): ArenaStore {
  const kept = new Map<string, Arena>();
  return {
    list: async () => [...kept.values()].sort((a, b) => b.updatedAt - a.updatedAt),
    put: async (arena) => void kept.set(arena.id, arena),
    async change(id, change) {
      const before = kept.get(id);
      if (!before) return undefined;
      const after = change(before);
      kept.set(id, after);
      return after;
    },
    delete: async (id) => void kept.delete(id),
  };
}
