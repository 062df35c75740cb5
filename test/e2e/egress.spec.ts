// No flow sends what it is given: a canary stands in the examples, the notes and the searches, and no request of the page or of a worker carries it.

import { expect, type Page, test } from "@playwright/test";
import { serveBuilt, tinyEncoder } from "./own-server.ts";
import { toTrain } from "./way.ts";

const canary = "zyxcanaryqwv";

/** Rows of a folder of one's own, each with the canary in its text. */
const rows = (set: string) =>
  Array.from({ length: 6 }, (_, i) => {
    const tokens = ["On", "day", `${i}`, set, canary, "had", "severe", "gout", "."];
    return JSON.stringify({ tokens, spans: [[7, 7, "Disease"]] });
  }).join("\n");
const file = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });

interface Flow {
  readonly name: string;
  go(page: Page, url: string): Promise<void>;
}

const flows: readonly Flow[] = [
  {
    name: "read a folder of one's own",
    async go(page, url) {
      await page.goto(`${url}/`);
      await page.getByRole("button", { name: "Start a run" }).click();
      const sets = ["train_few", "dev_few", "test"].map((set) => file(`${set}.jsonl`, rows(set)));
      await page.getByLabel("Files of a data set").setInputFiles([...sets, file("label.txt", "Disease")]);
      await page.getByRole("link", { name: "Go on to Knowledge" }).click();
    },
  },
  {
    name: "gather knowledge, look a name up in the graph",
    async go(page) {
      await page.getByRole("button", { name: "Gather knowledge" }).click();
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Knowledge" }).click();
      await page.getByLabel("Name or synonym").fill(canary);
      await expect(page.getByText("No name or synonym is like this.")).toBeVisible();
      await page.goBack();
      await page.getByRole("link", { name: "Go on to Generate" }).click();
    },
  },
  {
    name: "write examples, with the canary in each prompt",
    async go(page) {
      await page.getByLabel("Language model").selectOption("scripted");
      await toTrain(page, 6, tinyEncoder);
    },
  },
  {
    name: "train and score",
    async go(page) {
      await page.getByRole("button", { name: /^Train on/ }).click();
      await page.getByRole("link", { name: "Go on to Evaluate" }).click();
      await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
    },
  },
  {
    name: "try the model on a sentence",
    async go(page) {
      await page.getByLabel("Sentence", { exact: true }).fill(`Did ${canary} have gout?`);
      await page.getByRole("button", { name: "Read it" }).click();
      await expect(page.getByRole("status").filter({ hasText: canary })).toBeVisible();
    },
  },
  {
    name: "save the dataset and the report",
    async go(page) {
      for (const name of ["Dataset", "Report"])
        await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    },
  },
  {
    name: "look for doubtful examples",
    async go(page) {
      await page.getByRole("link", { name: /^Analyse/ }).click();
      await page.getByRole("button", { name: "Look for doubtful examples" }).click();
      await expect(page.getByText(/On one of them, D drops it/)).toBeVisible({ timeout: 60_000 });
    },
  },
  {
    name: "apply the model to a pasted note",
    async go(page, url) {
      await page.goto(`${url}/#/apply`);
      await page.getByLabel("Note", { exact: true }).fill(`${canary} came with gout.`);
      await page.getByRole("button", { name: "Read the note" }).click();
      await expect(page.getByRole("article").getByText(canary).last()).toBeVisible();
    },
  },
  {
    name: "check the app on the page Privacy",
    async go(page, url) {
      await page.goto(`${url}/#/privacy`);
      await page.getByRole("button", { name: "Check now" }).click();
      const findings = page.getByRole("list", { name: "Findings" });
      await expect(findings).toContainText("the browser refused each before it was sent");
      await expect(findings).toContainText("Yes, in each of 5 places");
      await expect(findings).toContainText("every file of 1 model was read again");
      await expect(findings).not.toContainText("Read this.");
    },
  },
];

test("no flow lets the canary out, and none asks another host", async ({ page, context }, info) => {
  const server = await serveBuilt();
  const requests: string[] = [];
  context.on("request", (request) => requests.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
  page.on("websocket", (socket) => requests.push(`WS ${socket.url()}`));
  const report: string[] = [];
  for (const { name, go } of flows) {
    const before = requests.length;
    await go(page, server.url);
    report.push(`${name}: ${requests.length - before} requests`);
  }
  await server.cut();
  const text = report.join("\n");
  await info.attach("flows", { body: text, contentType: "text/plain" });
  console.log(text);
  const asked = [...requests, ...server.asked];
  expect(server.asked.length).toBeGreaterThan(10); // the log hears
  expect(asked.filter((one) => decodeURIComponent(one).includes(canary))).toEqual([]);
  expect(server.asked.filter((one) => !/^(GET|HEAD) /.test(one))).toEqual([]);
  const local = /^(GET|HEAD) (http:\/\/localhost:|blob:|data:|https:\/\/canary\.invalid\/)/; // the last is the self-check's, which must fail
  expect(requests.filter((one) => !local.test(one))).toEqual([]);
});
