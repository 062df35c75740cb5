// Where the focus goes when the control that had it vanishes. Knows no page.

import { tick } from "svelte";

const focusable = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary";

/** After the page is drawn anew: the first control in `host`, or `host` itself where it may take the focus, unless something has it. */
export async function keepFocus(host: HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (document.activeElement && document.activeElement !== document.body) return;
  const control = [...(host?.querySelectorAll<HTMLElement>(focusable) ?? [])].find((element) => element.tabIndex >= 0);
  (control ?? host)?.focus();
}
