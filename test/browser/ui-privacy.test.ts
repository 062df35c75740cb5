// The Privacy page, as a reader sees and uses it. Found by role and label; services are a test's own.

import { beforeEach, expect, it, vi } from "vitest";
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

const held = (fake: ReturnType<typeof fakeServices>, only?: string) =>
  fake.policies.map(({ scope, policy }) => ({ scope, policy: only === undefined || scope === only ? policy : undefined }));

it("says that the server sent the policy where it came with everything", async () => {
  await render(App, { services: fakeServices().services });
  await expect.element(page.getByText(/The server sent this content security policy\s/)).toBeVisible();
  await expect.element(page.getByText(/would not stop/)).not.toBeInTheDocument();
});

it("says where none holds, and what one that is too wide lets through", async () => {
  const fake = fakeServices();
  fake.policies = held(fake, "page").map((row) =>
    row.scope === "train worker" ? { ...row, policy: "default-src 'self'; connect-src *" } : row,
  );
  await render(App, { services: fake.services });
  await expect.element(page.getByRole("listitem").getByText("generate worker: no policy came with it")).toBeVisible();
  await expect.element(page.getByRole("listitem").getByText("train worker: its policy lets requests go to *")).toBeVisible();
  await expect.element(page.getByRole("listitem").getByText(/^page:/)).not.toBeInTheDocument();
  await expect.element(page.getByText(/The server sent this/)).not.toBeInTheDocument();
});

it("offers a folder of one's own only after that was read, and keeps it for this tab", async () => {
  const notebook = newNotebook("r1", 1);
  const fake = fakeServices(notebook);
  fake.policies = held(fake, "page");
  sessionStorage.clear();
  location.hash = "#/run/r1/task";
  const app = await render(App, { services: fake.services });
  await expect.element(button("Use the sample")).toBeVisible();
  await expect.element(page.getByText(/A folder of your own is offered when you have read this/)).toBeVisible();
  await expect.element(button("Choose a folder …")).not.toBeInTheDocument();
  await button(/^I have read this/).click();
  await expect.element(button("Choose a folder …")).toBeVisible();
  await expect
    .poll(() => document.activeElement?.textContent?.trim())
    .toMatch(/^(Use the sample|Choose a folder …|Choose files …)$/); // not lost with the button
  await app.unmount();
  await render(App, { services: fake.services });
  await expect.element(button("Choose a folder …")).toBeVisible();
  sessionStorage.clear();
});

it("says that nothing can be kept, and lets a run begin all the same", async () => {
  const fake = fakeServices();
  const refused = new ClinfuseError("storage-unavailable", "could not open the browser's storage");
  fake.failures.set("list", refused);
  fake.failures.set("put", refused);
  location.hash = "#/runs";
  await render(App, { services: fake.services });
  await expect.element(page.getByRole("alert")).toHaveTextContent("you can look at the tasks and their samples");
  await button("Start a run").click();
  await expect.element(button("Use the sample")).toBeVisible();
});

it("checks itself on demand, in words, and says which model is not what it should be", async () => {
  const fake = fakeServices();
  fake.models = fake.models.filter(({ id }) => fake.rows.some((row) => row.id === id));
  await render(App, { services: fake.services });
  await button("Check now").click();
  const findings = page.getByRole("list", { name: "Findings" });
  await expect
    .element(findings)
    .toHaveTextContent(
      "in page, generate worker, train worker, models worker, analyse worker, and the browser refused each before it was sent",
    );
  await expect.element(findings).toHaveTextContent("every file of 1 model was read again");
  await expect.element(button("Save as a page")).toBeVisible();
  fake.canaries = fake.canaries.map((row) => (row.scope === "train worker" ? { ...row, outcome: "failed" } : row));
  fake.failures.set("verify", new ClinfuseError("model-altered", "its hash is another"));
  await button("Check again").click();
  await expect.element(findings).toHaveTextContent("it was not refused in train worker");
  await expect.element(findings).toHaveTextContent("its hash is another");
});

it("tells what lies here when asked, and holds a worker that is started for the check to its own policy", async () => {
  const fake = fakeServices(newNotebook("r1", 1), newNotebook("r2", 1));
  fake.models = [];
  fake.canaries = [
    ...fake.canaries,
    { scope: "measure worker", outcome: "refused", asked: [{ scope: "measure worker", policy: undefined }] },
  ];
  const made: Blob[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    made.push(blob as Blob);
    return "data:,";
  });
  await render(App, { services: fake.services });
  await button("Check now").click();
  await expect
    .element(page.getByRole("list", { name: "Findings" }))
    .toHaveTextContent("Not everywhere: measure worker has no policy, or one that is too wide.");
  fake.saved.delete("r2"); // by another tab, that this one does not hear
  await button("Check again").click();
  await button("Save as JSON, with its hash").click();
  await expect.poll(() => made).toHaveLength(1);
  const { facts } = JSON.parse((await made[0]?.text()) ?? "");
  const kept = Object.fromEntries(facts.kept.map(({ what, count }: { what: string; count: number }) => [what, count]));
  const copied = fake.rows.filter(({ stored }) => stored > 0).length;
  expect(copied).toBeLessThan(fake.rows.length); // some are on the server alone
  expect(kept).toEqual({
    "runs with their examples": 1,
    "knowledge graphs": 0,
    "copies of models, parts included": copied,
    "trained models": 1,
  });
  vi.restoreAllMocks();
});
