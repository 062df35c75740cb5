// The heading of a page that may still be on its way. Knows no page.

/** The first h1 below `node`, once it is there; undefined after three seconds without one. */
export function heading(node: HTMLElement): Promise<HTMLElement | undefined> {
  const find = () => node.querySelector<HTMLElement>("h1") ?? undefined;
  const there = find();
  if (there) return Promise.resolve(there);
  return new Promise((resolve) => {
    const end = (found: HTMLElement | undefined) => {
      observer.disconnect();
      clearTimeout(late);
      resolve(found);
    };
    const observer = new MutationObserver(() => {
      const found = find();
      if (found) end(found);
    });
    const late = setTimeout(() => end(undefined), 3000);
    observer.observe(node, { childList: true, subtree: true });
  });
}
