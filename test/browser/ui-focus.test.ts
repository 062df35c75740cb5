// Where the keyboard is after what it pressed is gone, what it reaches, and what a reader of the text hears.

import { createRawSnippet } from "svelte";
import { beforeEach, expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import App from "../../src/ui/App.svelte";
import MarkedText from "../../src/ui/examples/MarkedText.svelte";
import { keepFocus } from "../../src/ui/parts/keep-focus.ts";
import Scroll from "../../src/ui/parts/Scroll.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "";
});

const focused = () => document.activeElement?.textContent?.trim();

function three(): { readonly root: HTMLElement; readonly buttons: readonly HTMLButtonElement[] } {
  const root = document.createElement("div");
  const buttons = ["one", "two", "three"].map((text) => {
    const button = document.createElement("button");
    button.textContent = text;
    root.append(button);
    return button;
  });
  document.body.append(root);
  return { root, buttons };
}

it.each([
  ["vanishes", (button: HTMLButtonElement) => button.remove()],
  ["is disabled", (button: HTMLButtonElement) => button.setAttribute("disabled", "")],
])("goes to the nearest control when the one pressed %s", async (_, end) => {
  const { root, buttons } = three();
  const release = keepFocus(root);
  const last = buttons[2]!;
  last.addEventListener("click", () => end(last));
  last.focus();
  await userEvent.keyboard("{Enter}");
  await expect.poll(focused).toBe("two");
  release();
  root.remove();
});

it("passes by a field, in which keys that are still pressed would change something", async () => {
  const { root, buttons } = three();
  const release = keepFocus(root);
  const last = buttons[2]!;
  last.before(document.createElement("select")); // nearer than the button before it
  last.addEventListener("click", () => last.remove());
  last.focus();
  await userEvent.keyboard("{Enter}");
  await expect.poll(() => document.activeElement?.tagName).toBe("BUTTON");
  release();
  root.remove();
});

it("stays where a reader put it when something else vanishes", async () => {
  const { root, buttons } = three();
  const release = keepFocus(root);
  buttons[0]!.focus();
  buttons[2]!.remove();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(focused()).toBe("one");
  release();
  root.remove();
});

it("goes from a page's heading to the one that takes its place, also where that comes later", async () => {
  const { root, buttons } = three();
  const release = keepFocus(root);
  const headed = (text: string) => {
    const h1 = document.createElement("h1");
    h1.tabIndex = -1;
    h1.textContent = text;
    buttons[0]!.before(h1);
    return h1;
  };
  const first = headed("reading");
  first.focus();
  first.remove();
  await new Promise((resolve) => setTimeout(resolve, 50));
  headed("read");
  await expect.poll(focused).toBe("read");
  release();
  root.remove();
});

it("is not lost to the page when a run is deleted", async () => {
  await render(App, { services: fakeServices(newNotebook("r1", 1), newNotebook("r2", 2)).services });
  const question = page.getByRole("button", { name: /^Delete / }).first();
  await question.click();
  await page.getByRole("button", { name: "Delete the run" }).click();
  await expect.element(page.getByText(/was deleted/)).toBeVisible();
  await expect.poll(() => document.activeElement === document.body).toBe(false);
});

it("reaches a table that scrolls, and no table that fits", async () => {
  const wide = createRawSnippet(() => ({
    render: () => `<table style="width: 5000px"><tbody><tr><td>1</td></tr></tbody></table>`,
  }));
  const narrow = createRawSnippet(() => ({ render: () => `<table><tbody><tr><td>1</td></tr></tbody></table>` }));
  await render(Scroll, { label: "Wide", children: wide });
  await render(Scroll, { label: "Narrow", children: narrow });
  await expect.element(page.getByRole("region", { name: "Wide" })).toHaveAttribute("tabindex", "0");
  await expect.element(page.getByRole("region", { name: "Narrow" })).not.toHaveAttribute("tabindex");
});

it("parts a mark from its label in the text", async () => {
  const { container } = await render(MarkedText, {
    text: "He has gout.",
    spans: [{ start: 7, end: 11, label: "Disease" }],
    order: [],
  });
  expect(container.textContent?.trim()).toBe("He has gout disease.");
});
