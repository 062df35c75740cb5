// News of a store in memory: who watches hears every change, as a tab hears those of another.

import type { NewsChannel } from "../../../src/store/news-channel.ts";

export function memoryNews<News>(): NewsChannel<News> {
  const listeners = new Set<(news: News) => void>();
  return {
    tell(news) {
      for (const listener of listeners) listener(news);
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
