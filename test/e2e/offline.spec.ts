// The built app on a plain server, in a folder of it: its own service worker brings headers, policy, the app without its server, and one version at a time.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { appBuild } from "../../scripts/service-worker.ts";
import { built, type OwnServer, serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

test.use({ serviceWorkers: "allow" });

let server: OwnServer;
test.afterEach(() => server.cut());

/** Until the whole app is in this browser. */
async function kept(page: Page): Promise<void> {
  await page.goto(`${server.url}/#/device`);
  await expect(page.getByRole("region", { name: "Without a network" })).toContainText("All of the app is in this browser", {
    timeout: 120_000,
  });
}

test("one visit, then the server is cut: a whole run, isolated and under the policy in every worker", async ({ page }) => {
  server = await serveBuilt({}, { under: "clinfuse/" });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(`${server.url}/#/models`);
  await page
    .getByRole("article", { name: tinyEncoder })
    .getByRole("button", { name: /^Keep a copy in this browser/ })
    .click();
  await expect(page.getByText("in this browser", { exact: true })).toBeVisible();
  await kept(page);
  await server.cut();

  await page.reload();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 3, tinyEncoder);
  await page.getByRole("button", { name: /^Train on/ }).click();
  await page.getByRole("link", { name: "Go on to Evaluate" }).click();
  await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
  for (const name of ["Arena", "Tasks", "Models", "Device", "Privacy"]) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);
  }
  const policy = page.getByRole("region", { name: "What the browser forbids" });
  await expect(policy).toContainText("Clinfuse's own service worker sends this content security policy");
  await expect(policy).toContainText("connect-src 'self' blob: https://huggingface.co");
  // By trying, not by reading: a worker's request for another host is refused.
  const workers = page.workers().filter((one) => /\/(generate|train|models)\.worker[^/]*$/.test(one.url())); // a thread of an engine answers nobody
  for (const worker of workers) {
    const refused = await worker.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          self.addEventListener("securitypolicyviolation", () => resolve(true), { once: true });
          fetch("https://elsewhere.example/x").then(
            () => resolve(false),
            () => setTimeout(() => resolve(false), 2000),
          );
        }),
    );
    expect(refused).toBe(true);
  }
  expect(workers.length).toBe(3);
  expect(faults).toEqual([]);
});

test("sealed: the hub is refused too, after a reload and without the server, until it is opened by name", async ({ page }) => {
  server = await serveBuilt({}, { under: "clinfuse/" });
  await kept(page);
  await page.goto(`${server.url}/#/privacy`);
  // Sealing and opening load the page anew, which may end a question on its way: it is asked again.
  const hubSays = (check: (said: string) => void) => expect(async () => check(await hub())).toPass({ timeout: 20_000 });
  const hub = () =>
    page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          addEventListener("securitypolicyviolation", (event) => resolve((event as SecurityPolicyViolationEvent).blockedURI), {
            once: true,
          });
          fetch("https://huggingface.co/api/models/x").then(
            () => resolve("answered"),
            () => setTimeout(() => resolve("failed"), 1000),
          );
        }),
    );
  await page
    .context()
    .route("https://huggingface.co/**", (route) =>
      route.fulfill({ body: "{}", headers: { "access-control-allow-origin": "*" } }),
    );
  await page.getByRole("button", { name: "Seal Clinfuse" }).click();
  await expect(page.getByRole("banner").getByText("Sealed")).toBeVisible();
  await hubSays((said) => expect(said).toContain("huggingface.co"));
  await server.cut();
  await page.reload();
  await expect(page.getByRole("banner").getByText("Sealed")).toBeVisible();
  await hubSays((said) => expect(said).toContain("huggingface.co"));
  await page.getByRole("button", { name: "Open the seal" }).click();
  await page.getByRole("button", { name: "Open the seal" }).click();
  await expect(page.getByRole("button", { name: "Seal Clinfuse" })).toBeVisible();
  await expect(page.getByRole("banner").getByText("Sealed")).toHaveCount(0);
  await hubSays((said) => expect(said).not.toContain("huggingface.co"));
});

/** The same app with another favicon: a version of its own. */
function newVersion(): ReadonlyMap<string, Buffer> {
  const icon = Buffer.from(`${readFileSync(join(built, "favicon.svg"), "utf8")}<!-- newer -->`);
  const list = appBuild(built);
  const before = list.files["favicon.svg"];
  if (!before) throw new Error("the build has no favicon.svg");
  const script = readFileSync(join(built, "sw.js"), "utf8");
  const hash = createHash("sha256").update(icon).digest("hex");
  const changed = script
    .replace(before.sha256, hash)
    .replace(list.version, "0123456789abcdef")
    .replace(`"bytes":${before.bytes},"type":"image/svg+xml"`, `"bytes":${icon.length},"type":"image/svg+xml"`);
  return new Map([
    ["favicon.svg", icon],
    ["sw.js", Buffer.from(changed)],
  ]);
}

test("a newer version is offered, changes nothing until it is taken, and not while another tab is open", async ({ page }) => {
  const changed = new Map<string, Buffer>();
  server = await serveBuilt({}, { changed });
  await kept(page);
  const icon = () => page.evaluate(() => fetch("favicon.svg").then((response) => response.text()));
  expect(await icon()).not.toContain("newer");
  for (const [path, content] of newVersion()) changed.set(path, content);
  await page.reload();
  const use = page.getByRole("button", { name: "Use the newer version" });
  await expect(use).toBeVisible();
  expect(await icon()).not.toContain("newer");

  const other = await page.context().newPage();
  await other.goto(`${server.url}/`);
  await expect(other.getByRole("button", { name: "Start a run" })).toBeVisible();
  await use.click();
  await expect(page.getByText("Clinfuse is open in 1 other tab")).toBeVisible();
  expect(await icon()).not.toContain("newer");
  await other.close();
  await page.waitForTimeout(1000); // the browser counts a closed tab for a moment more
  const again = page.waitForEvent("load");
  await use.click();
  await again;
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await icon()).toContain("newer");
  await expect(use).toHaveCount(0);
});

test("a newer version that comes in mid-run waits: the button is out of reach until the run has ended", async ({ page }) => {
  const changed = new Map<string, Buffer>();
  server = await serveBuilt({}, { changed });
  await kept(page);
  await toGenerate(page, { origin: server.url });
  await page.getByLabel("Examples to make").fill("400");
  await page.getByRole("button", { name: "Generate 400 examples" }).click();
  await expect(page.getByText(/^\d+ of 400$/)).toBeVisible();
  for (const [path, content] of newVersion()) changed.set(path, content);
  const other = await page.context().newPage();
  await other.goto(`${server.url}/`); // a browser asks for a newer version when a tab is opened
  const use = page.getByRole("button", { name: "Use the newer version" });
  await expect(use).toBeDisabled();
  await expect(page.getByText("Something is at work in this tab. It is not interrupted.")).toBeVisible();
  await other.getByRole("button", { name: "Use the newer version" }).click();
  await expect(other.getByText("Clinfuse is open in 1 other tab")).toBeVisible();
  await other.close();
  await expect(page.getByText(/^400 examples from \d+ attempts/)).toBeVisible({ timeout: 120_000 });
  await expect(use).toBeEnabled();
  const again = page.waitForEvent("load");
  await use.click();
  await again;
  await expect(page.getByText(/^400 examples from \d+ attempts/)).toBeVisible();
  await expect(use).toHaveCount(0);
});
