// What a reader sees and does on the Privacy page. Found by role and label; services are a test's own.

import { beforeEach, expect, it } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { ClinfuseError } from "../../src/base/errors.ts";
import App from "../../src/ui/App.svelte";
import { newNotebook } from "../../src/ui/run/run.svelte.ts";
import { fakeServices } from "./fake-services.ts";

beforeEach(() => {
  location.hash = "#/privacy";
});

const button = (name: string | RegExp) => page.getByRole("button", { name });

it("counts what a worker asked of another host, sent or refused, and says which it was", async () => {
  const fake = fakeServices();
  fake.requests = [
    { url: `${location.origin}/models/manifest.json`, kind: "fetch", refused: false },
    { url: "https://elsewhere.example/a", kind: "fetch", refused: false },
    { url: "https://elsewhere.example/b", kind: "connect-src", refused: true },
  ];
  await render(App, { services: fake.services });
  await expect.element(page.getByRole("banner").getByRole("link", { name: /origin: 1 \(1 refused\)$/ })).toBeVisible();
  await expect.element(page.getByRole("heading", { name: "Something left this origin" })).toBeVisible();
  const items = page.getByRole("listitem");
  await expect.element(items.getByText("generate worker, sent as fetch")).toBeVisible();
  await expect.element(items.getByText("generate worker, refused by connect-src")).toBeVisible();
});

it("wipes everything when that is confirmed by name, and says what the browser refuses", async () => {
  const fake = fakeServices(newNotebook("r1", 1), newNotebook("r2", 1));
  await render(App, { services: fake.services });
  await button("Delete everything that Clinfuse keeps in this browser").click();
  await expect.element(page.getByText(/^Delete 2 runs, and every example, graph and model/)).toBeVisible();
  await button("Keep it").click();
  expect(fake.saved.size).toBe(2);
  fake.failures.set("wipe", new ClinfuseError("storage-unavailable", "could not delete the stored files"));
  await button("Delete everything that Clinfuse keeps in this browser").click();
  await button("Delete everything").click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("Could not delete the stored files.");
  await button("Try again").click();
  await expect.poll(() => fake.saved.size).toBe(0);
  await expect.element(page.getByRole("status").getByText("Deleting everything …")).toBeVisible();
});
