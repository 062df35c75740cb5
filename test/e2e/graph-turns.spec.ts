// Two tabs of the built app that write graphs: one at a time. Who waits says so, can stop, and goes on when the other has ended.

import { expect, type Page, test } from "@playwright/test";

const work = (page: Page) => page.getByRole("region", { name: "Work on graphs, running" });
const waiting = (page: Page) =>
  work(page)
    .getByRole("paragraph")
    .filter({ hasText: /^Another import or change of graphs is under way/ });
const graph = (page: Page, name: string) => page.getByRole("radio", { name: new RegExp(`^${name} `) });

async function importNames(page: Page, name: string): Promise<void> {
  const text = page.getByLabel("Names", { exact: true });
  if (!(await text.isVisible())) await page.getByText("Paste a list of names").click();
  await text.fill("gout\nrickets");
  await page.getByLabel("Name of the list", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Import the names" }).click();
}

const changes: Readonly<Record<string, { begin(page: Page): Promise<void>; done(page: Page): Promise<void> }>> = {
  "an import": {
    begin: (page) => importNames(page, "third"),
    done: (page) => expect(graph(page, "third")).toBeVisible(),
  },
  "putting together": {
    begin: (page) => page.getByRole("button", { name: "Put together" }).click(),
    done: (page) => expect(graph(page, "third and (first|second)")).toBeVisible(),
  },
  "a new name": {
    async begin(page) {
      await page.getByLabel("New name of the graph", { exact: true }).fill("renamed");
      await page.getByRole("button", { name: "Rename" }).click();
    },
    done: (page) => expect(graph(page, "renamed")).toBeVisible(),
  },
  "a removal": {
    async begin(page) {
      await page.getByRole("button", { name: "Remove this graph" }).click();
      await page.getByRole("button", { name: "Remove the graph" }).click();
    },
    done: (page) => expect(graph(page, "renamed")).not.toBeVisible(),
  },
};

test("writers of graphs in two tabs take turns", async ({ page, context }) => {
  await page.goto("/#/knowledge");
  for (const name of ["first", "second"]) {
    await importNames(page, name);
    await expect(graph(page, name)).toBeVisible();
  }
  const other = await context.newPage();
  await other.goto("/#/knowledge");
  await expect(graph(other, "second")).toBeVisible();
  for (const [name, { begin, done }] of Object.entries(changes)) {
    await test.step(name, async () => {
      // The turn of a long import in the first tab, as its worker would hold it.
      await page.evaluate(() => {
        const held = new Promise<void>((release) => Object.assign(window, { endTurn: release }));
        return new Promise<void>((taken) => {
          void navigator.locks.request("graphs", () => {
            taken();
            return held;
          });
        });
      });
      await begin(other);
      await expect(waiting(other)).toBeInViewport(); // wherever on the page its button stands
      await work(other).getByRole("button", { name: "Stop" }).click();
      await expect(work(other)).not.toBeVisible();
      await begin(other);
      await expect(waiting(other)).toBeVisible();
      await page.evaluate(() => (window as unknown as { endTurn(): void }).endTurn());
      await done(other);
      await expect(work(other)).not.toBeVisible();
    });
  }
});
