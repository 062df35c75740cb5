// No flow sends what it is given: a canary stands in the examples, the notes and the searches, and no request of the page or of a worker carries it.

import { readFileSync } from "node:fs";
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

/** With the canary in its name, its topics and its texts. */
const ownTask = {
  name: `Signs of ${canary}`,
  family: "ner",
  labels: [{ name: "sign", description: "a sign of illness" }],
  topicList: { every: ["rash", canary] },
  examples: Object.fromEntries(
    ["train", "validation", "test"].map((set) => [
      set,
      Array.from({ length: 5 }, (_, i) => ({
        text: `Rash on day ${i} of ${set}, ${canary}.`,
        spans: [{ start: 0, end: 4, label: "sign" }],
      })),
    ]),
  ),
};

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
      await page.getByLabel("Files of a data set", { exact: true }).setInputFiles([...sets, file("label.txt", "Disease")]);
      await page.getByRole("link", { name: "Go on to Knowledge" }).click();
    },
  },
  {
    name: "gather knowledge, look a name up in the graph",
    async go(page) {
      await page.getByRole("button", { name: "Gather knowledge" }).click();
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Graphs" }).click();
      await page.getByLabel("Name or synonym", { exact: true }).fill(canary);
      await expect(page.getByText("No name or synonym is like this.")).toBeVisible();
      await page.goBack();
      await page.getByRole("link", { name: "Go on to Generate" }).click();
    },
  },
  {
    name: "save prompts for another machine, with the canary in them",
    async go(page) {
      await page.getByText("Have another machine write", { exact: true }).click();
      await page.getByLabel("Name of the model on that server", { exact: true }).fill("org/model");
      await page.getByLabel("Name of the model on that server", { exact: true }).blur();
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save prompts", exact: true }).click(),
      ]);
      expect(readFileSync(await saved.path(), "utf8")).toContain(canary); // by the user's hand, and by no request
    },
  },
  {
    name: "write examples, with the canary in each prompt",
    async go(page) {
      await page.getByLabel("Language model", { exact: true }).selectOption("scripted");
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
    name: "save the model as a page",
    async go(page) {
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Model page" }).click(),
      ]);
      expect(readFileSync(await saved.path(), "utf8").slice(0, 15)).toBe("<!doctype html>");
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
    name: "save the run as a capsule with the real rows, and open it",
    async go(page, url) {
      await page.getByRole("link", { name: /^Evaluate/ }).click();
      await page.getByLabel("With the real rows").check();
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save the capsule" }).click(),
      ]);
      const zip = await saved.path();
      expect(readFileSync(zip).includes(canary)).toBe(true);
      await page.goto(`${url}/#/`);
      await page
        .getByLabel("Capsule", { exact: true })
        .setInputFiles({ name: "run.zip", mimeType: "application/zip", buffer: readFileSync(zip) });
      await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
    },
  },
  {
    name: "read a task of one's own",
    async go(page, url) {
      await page.goto(`${url}/#/tasks`);
      await page.getByLabel("File of a task", { exact: true }).setInputFiles(file("task.json", JSON.stringify(ownTask)));
      await page.getByRole("link", { name: ownTask.name }).click();
      await expect(page.getByText("Nothing is missing.")).toBeVisible();
    },
  },
  {
    name: "fill an arena with that task",
    async go(page, url) {
      await page.goto(`${url}/#/arena`);
      await page.getByRole("button", { name: /Preset laptop/ }).click();
      for (const one of await page.getByRole("region", { name: "Tasks" }).getByRole("checkbox", { checked: true }).all())
        await one.uncheck();
      await page.getByRole("checkbox", { name: ownTask.name }).check();
      await page.getByText("Models, seeds and size").click();
      await page.getByLabel("Language model that writes", { exact: true }).selectOption("scripted");
      await page.getByLabel("Examples a cell", { exact: true }).fill("2");
      await page.getByLabel("Seeds", { exact: true }).fill("1");
      await page.getByRole("checkbox", { name: tinyEncoder }).check();
      await page.getByRole("button", { name: /^Fill \d+ cells?$/ }).click();
      await expect(page.getByText(/^\d+ cells?: \d+ done/)).toBeVisible({ timeout: 60_000 });
    },
  },
  {
    name: "apply the model to a pasted note",
    async go(page, url) {
      await page.goto(`${url}/#/apply`);
      await page.getByLabel("Text or note", { exact: true }).fill(`${canary} came with gout.`);
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
      for (const worker of ["generate", "train", "models", "analyse", "measure", "capsules"])
        await expect(findings).toContainText(`${worker} worker`);
      await expect(findings).toContainText("Yes, in each of 8 places");
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
