// Keeps the focus when its control vanishes or is disabled: it goes to the nearest one that is there. Knows no page.

const controls = "a[href], button, input, select, textarea, summary, [tabindex]";

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
    const { at } = held;
    held = undefined;
    nearest(root, at)?.focus({ preventScroll: true });
  });
  const events = ["focusin", "click", "keydown"] as const;
  for (const event of events) root.addEventListener(event, note, true);
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  return () => {
    observer.disconnect();
    for (const event of events) root.removeEventListener(event, note, true);
  };
}

function nearest(root: HTMLElement, at: DOMRect): HTMLElement | undefined {
  const away = (element: HTMLElement) => {
    const { left, top } = element.getBoundingClientRect();
    return Math.hypot(left - at.left, top - at.top);
  };
  return [...root.querySelectorAll<HTMLElement>(controls)]
    .filter((element) => element.tabIndex >= 0 && !element.matches(":disabled") && element.getClientRects().length > 0)
    .sort((a, b) => away(a) - away(b))[0];
}
