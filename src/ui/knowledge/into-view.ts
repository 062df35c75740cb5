// Brings what has just appeared into view, where it appeared below or above it. Knows no component.

/** For `{@attach}`: scrolls no further than is needed. */
export function intoView(element: Element): void {
  element.scrollIntoView({ block: "nearest" });
}
