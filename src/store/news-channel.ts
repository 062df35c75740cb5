// News between tabs: what one stored, all others hear. Knows no record.

export interface NewsChannel<News> {
  tell(news: News): void;
  /** Listens until the returned function is called. */
  watch(listener: (news: News) => void): () => void;
}

/** One channel a name: what a tab or worker tells reaches all others. */
export function newsChannel<News>(name: string): NewsChannel<News> {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<(news: News) => void>();
  channel.onmessage = ({ data }: MessageEvent<News>) => {
    for (const listener of listeners) listener(data);
  };
  return {
    tell: (news) => channel.postMessage(news),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
