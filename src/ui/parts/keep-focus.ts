// Keeps the focus when its control vanishes or is disabled: it goes to the nearest one that is there, from a page's heading to its next one. Knows no page.

const controls = "a[href], button, input, select, textarea, summary, [tabindex]";

/** Controls that change nothing where a reader types on. */
const harmless = "a[href], button, summary, [tabindex]:not(input, select, textarea)";

/** Looks after the controls in `root` until the function that it returns is called. */
export function keepFocus(root: HTMLElement): () => void {
  let held: { readonly element: HTMLElement; readonly at: DOMRect } | undefined;

  // A press moves nothing yet: where the control is then is where the reader looks.
  const note = (event: Event) => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>(controls) : null;
    if (element && element === document.activeElement) held = { element, at: element.getBoundingClientRect() };
  };
  const observer = new MutationObserver(() => {
    const active = document.activeElement;
    if (!held || (active !== null && active !== document.body && active !== held.element)) return;
    if (held.element.isConnected && !held.element.matches(":disabled")) return;
    const isHeading = held.element.matches("h1");
    const next = isHeading ? root.querySelector<HTMLElement>("h1") : nearest(root, held.at);
    if (!next && isHeading) return; // it may still be on its way
    held = undefined;
    next?.focus({ preventScroll: true });
  });
  const events = ["focusin", "click", "keydown"] as const;
  for (const event of events) root.addEventListener(event, note, true);
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  return () => {
    observer.disconnect();
    for (const event of events) root.removeEventListener(event, note, true);
  };
}

/** The harmless control in `root` that one can reach and that is nearest to `at`; each is measured once. */
function nearest(root: HTMLElement, at: DOMRect): HTMLElement | undefined {
  let best: { readonly element: HTMLElement; readonly away: number } | undefined;
  for (const element of root.querySelectorAll<HTMLElement>(harmless)) {
    if (element.tabIndex < 0 || element.matches(":disabled") || element.getClientRects().length === 0) continue;
    const { left, top } = element.getBoundingClientRect();
    const away = Math.hypot(left - at.left, top - at.top);
    if (!best || away < best.away) best = { element, away };
  }
  return best?.element;
}
