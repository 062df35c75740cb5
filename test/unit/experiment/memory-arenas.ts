// Arenas in memory, as the store keeps them. Who watches hears every change, as a tab hears those of another.

import type { Arena } from "../../../src/experiment/arena.ts";
import type { ArenaStore } from "../../../src/store/arenas.ts";
import { memoryNews } from "./memory-news.ts";

export function memoryArenas(): ArenaStore {
  const kept = new Map<string, Arena>();
  const { tell, watch } = memoryNews<string>();
  return {
    list: async () => [...kept.values()].sort((a, b) => b.updatedAt - a.updatedAt),
    async put(arena) {
      kept.set(arena.id, arena);
      tell(arena.id);
    },
    async change(id, change) {
      const before = kept.get(id);
      if (!before) return undefined;
      const after = change(before);
      kept.set(id, after);
      tell(id);
      return after;
    },
    async delete(id) {
      kept.delete(id);
      tell(id);
    },
    watch,
  };
}
