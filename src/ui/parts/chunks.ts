// Gathers fast events into a few lists a second, so that the page draws at most that often. Knows no event.

/**
 * Everything that `source` gives, in order, in lists: the first at once, the others at least `milliseconds` apart. An error
 * of the source comes after what came before it.
 */
export async function* inChunks<T>(source: AsyncIterable<T>, milliseconds = 120): AsyncGenerator<readonly T[], void> {
  let gathered: T[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake: () => void = () => undefined;
  let left = false;
  const pump = async () => {
    try {
      for await (const item of source) {
        if (left) return;
        gathered.push(item);
        wake();
      }
      end = {};
    } catch (error) {
      end = { error };
    }
    wake();
  };
  void pump();
  try {
    for (;;) {
      if (gathered.length === 0 && !end) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const items = gathered;
      gathered = [];
      if (items.length > 0) yield items;
      if (end && gathered.length === 0) {
        if ("error" in end) throw end.error;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  } finally {
    left = true;
  }
}
