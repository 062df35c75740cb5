// The built app from a server that sends no headers: it claims no policy that does not hold, and takes no private data before that was read.

import { expect, type Page, test } from "@playwright/test";
import { type OwnServer, serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

let server: OwnServer;
test.beforeAll(async () => {
  server = await serveBuilt({});
});
test.afterAll(() => server.cut());

const scopes = ["generate worker", "train worker", "models worker", "threads"];

test("the Privacy page says where no policy holds, and claims none of the server's", async ({ page }) => {
  await page.goto(`${server.url}/#/privacy`);
  const policy = page.getByRole("region", { name: "What the browser forbids" });
  await expect(policy).toContainText("The server sent no content security policy. The one below stands in the page");
  await expect(policy.getByRole("listitem")).toHaveText(scopes.map((scope) => `${scope}: no policy came with it`));
  await expect(policy).not.toContainText("The server sent this");
  await expect(page.getByText("not cross-origin isolated")).toBeVisible();

  // It says so with reason: a worker's request leaves, and is counted as one that did.
  await page
    .context()
    .route("https://elsewhere.example/**", (route) =>
      route.fulfill({ body: "", headers: { "access-control-allow-origin": "*" } }),
    );
  await page.workers()[0]?.evaluate(() => fetch("https://elsewhere.example/x").then(() => undefined));
  await expect(page.getByRole("heading", { level: 1, name: "Something left this origin" })).toBeVisible();
});

/** Controls that take data of the user's own: the steps' pages, and what stands there before the user has read the note. */
const takers = [
  {
    step: "Task",
    note: "A folder of your own",
    control: (page: Page) => page.getByRole("button", { name: "Choose a folder …" }),
  },
  {
    step: "Knowledge",
    note: "A graph of your own",
    control: (page: Page) => page.getByRole("button", { name: "Choose a folder …" }),
  },
  { step: "Evaluate", note: "A text of your own", control: (page: Page) => page.getByRole("button", { name: "Read it" }) },
];

async function toStep(page: Page, step: string): Promise<void> {
  await page.getByRole("navigation", { name: "Steps of the run" }).getByRole("link", { name: step }).click();
  await expect(page.getByRole("heading", { level: 1, name: step })).toBeVisible();
  if (step === "Knowledge") await page.getByText("Import a graph of your own").click();
}

test("a run goes to its end without threads, and no data of the user's own is offered to it before that was read", async ({
  page,
}) => {
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 3, tinyEncoder);
  await page.getByRole("button", { name: /^Train on/ }).click();
  await expect(page.getByRole("link", { name: "Go on to Evaluate" })).toBeVisible();
  for (const { step, note, control } of takers) {
    await toStep(page, step);
    await expect(page.getByText(`${note} is offered when you have read this`)).toBeVisible();
    await expect(control(page)).toHaveCount(0);
  }
  await page.getByRole("button", { name: /^I have read this/ }).click();
  for (const { step, control } of takers) {
    await toStep(page, step);
    await expect(control(page)).toBeVisible();
  }
  const later = await page.context().newPage();
  await later.goto(page.url());
  await expect(later.getByText("A text of your own is offered when you have read this")).toBeVisible();
});
