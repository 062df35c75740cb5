// The Models page of the built app with real files: an import that stays after a reload, a copy from the server over two sittings, export, delete.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { zipSync } from "fflate";
import { watch } from "./watch.ts";
import { throughKnowledge } from "./way.ts";

const encoder = "models/all-minilm-l6-v2/model.safetensors";
const content = new Uint8Array(readFileSync("test/fixtures/llama/llama.gguf"));

test("a zip that was imported is there after a reload, is offered to write with, and leaves as it came", async ({ page }) => {
  await page.goto("/#/models");
  const buffer = Buffer.from(zipSync({ "my-model/weights.gguf": content, "my-model/README.md": content }));
  await page
    .getByLabel("Files of a model, or a zip", { exact: true })
    .setInputFiles({ name: "my-model.zip", mimeType: "application/zip", buffer });
  await expect(page.getByText(/my-model is in this browser, with the hashes of its files/)).toBeVisible();
  await page.reload();
  const item = page.getByRole("article", { name: "my-model" });
  await expect(item).toContainText("in this browser");
  await expect(item).toContainText("no manifest vouches for them");

  await item.getByRole("button", { name: "Check again" }).click();
  await expect(item.getByText("Checked just now: every file is as it was imported.")).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), item.getByRole("button", { name: "Export" }).click()]);
  expect(file.suggestedFilename()).toBe("weights.gguf");
  expect(readFileSync(await file.path())).toEqual(Buffer.from(content));

  // Altered behind the app's back, it is refused by name.
  await page.evaluate(async () => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
    const handle = await (await models.getDirectoryHandle("my-model")).getFileHandle("weights.gguf");
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.write({ type: "write", position: 100, data: "X" });
    await writable.close();
  });
  await item.getByRole("button", { name: "Check again" }).click();
  await expect(item.getByRole("alert")).toContainText("models/my-model/weights.gguf");

  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await page.getByRole("button", { name: "Start a run" }).click();
  await throughKnowledge(page);
  await expect(page.getByLabel("Language model", { exact: true }).getByRole("option", { name: /^my-model/ })).toBeAttached();

  await page.goto("/#/models");
  await item.getByRole("button", { name: "Delete" }).click();
  await item.getByRole("button", { name: "Delete the files" }).click();
  await expect(item).toHaveCount(0);
});

test("a copy from the server is paused, resumed after a reload, and whole in the end", async ({ page }) => {
  test.skip(!existsSync(encoder), `${encoder} is not there: npm run models`);
  const { complaints, foreign } = watch(page);
  await page.goto("/#/models");
  const item = page.getByRole("article", { name: "all-MiniLM-L6-v2" });
  await item.getByRole("button", { name: /^Keep a copy in this browser/ }).click();
  await expect(item.getByText(/^model\.safetensors: [1-9]/)).toBeVisible();
  await item.getByRole("button", { name: "Pause" }).click();
  await page.reload();
  await item.getByRole("button", { name: /^Resume, \d+ MB left, from this server$/ }).click();
  await expect(item.getByText("in this browser", { exact: true })).toBeVisible({ timeout: 60_000 });

  const sha256 = await page.evaluate(async () => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
    const handle = await (await models.getDirectoryHandle("all-minilm-l6-v2")).getFileHandle("model.safetensors");
    const digest = await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  });
  expect(sha256).toBe(createHash("sha256").update(readFileSync(encoder)).digest("hex"));
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});
