// The built app at an address that browsers trust with nothing: http on a network's name. One page says so, before any button could fail.

import { expect, test } from "@playwright/test";
import { findChromium, quietFlags } from "../../scripts/chromium.ts";
import { serveBuilt } from "./own-server.ts";

const name = "clinfuse.hospital.example";
test.use({
  launchOptions: { executablePath: findChromium(), args: [...quietFlags, `--host-resolver-rules=MAP ${name} 127.0.0.1`] },
});

for (const [what, headers] of [
  ["with its headers", undefined],
  ["without headers", {}],
] as const) {
  test(`a server ${what}: the page says that HTTPS or localhost is needed, and offers nothing that would fail`, async ({
    page,
  }) => {
    const server = await serveBuilt(headers);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto(`http://${name}:${server.port}/#/models`);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Clinfuse needs HTTPS or localhost");
    await expect(page.getByText(`http://${name}:${server.port} is neither`)).toBeVisible();
    await expect(page.getByText(`http://localhost:${server.port}`)).toBeVisible();
    await expect(page.locator("button, input, select, a")).toHaveCount(0);
    expect(page.workers()).toEqual([]);
    expect(faults).toEqual([]);
    await server.cut();
  });
}
