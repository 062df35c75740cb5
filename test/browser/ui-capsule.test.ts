// A capsule on the page: saved from a run, opened in a browser that has nothing, refused where it was changed. Found by role and label.

import { beforeEach, expect, it, vi } from "vitest";
import { page } from "vitest/browser";
import { render } from "vitest-browser-svelte";
import { openCapsule, runCapsule } from "../../src/report/capsule.ts";
import type { RunRecord } from "../../src/report/run-record.ts";
import App from "../../src/ui/App.svelte";
import { sampleRecord } from "../unit/report/sample-record.ts";
import { fakeServices } from "./fake-services.ts";

const never = new AbortController().signal;
const button = (name: string | RegExp) => page.getByRole("button", { name });

beforeEach(() => {
  location.hash = "";
});

async function capsuleOf(record: RunRecord, rows = true): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await runCapsule("c.zip", record, { rows, writtenAt: Date.UTC(2025, 5, 1) }, never);
  return new Uint8Array(await blob.arrayBuffer());
}

function pick(bytes: Uint8Array<ArrayBuffer>, name = "ward.zip") {
  const input = document.querySelector<HTMLInputElement>('input[aria-label="Capsule"]') as HTMLInputElement;
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

it("opens with its scores, its texts and its analysis, where neither models nor runs are", async () => {
  const fake = fakeServices();
  fake.models = [];
  await render(App, { services: fake.services });
  await expect.element(button("Open a capsule")).toBeVisible();
  pick(await capsuleOf(await sampleRecord()));
  await expect.element(page.getByRole("heading", { name: /F1/ }).first()).toBeVisible();
  await expect.element(page.getByRole("table").first()).toHaveTextContent("0.625");
  await expect.element(page.getByText(/Opened from the capsule ward.zip/)).toBeVisible();
  await expect.element(page.getByText(/these models are missing here: .*MiniLM/)).toBeVisible();
  const [id] = [...fake.saved.keys()];
  expect([fake.saved.size, id === "n1"]).toEqual([1, false]);
  await expect.element(page.getByText(/The trained model is not here\.\s+Train again/)).toBeVisible();
  await expect.element(page.getByRole("heading", { name: /^Errors first/ })).toBeVisible();
  location.hash = `#/run/${id}/generate`;
  await expect.element(page.getByText(/treated for/).first()).toBeVisible();
  location.hash = `#/run/${id}/analyse`;
  await expect.element(page.getByText("Distance from real text, whole sets (CMD)")).toBeVisible();
  location.hash = `#/run/${id}/train`;
  await expect.element(page.getByRole("heading", { name: "On the test set" })).toBeVisible();
  expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
});

it("names the file of a changed byte, stores nothing unasked, and opens what fits on demand", async () => {
  const fake = fakeServices();
  await render(App, { services: fake.services });
  await expect.element(button("Open a capsule")).toBeVisible();
  const bytes = await capsuleOf(await sampleRecord());
  const at = new TextDecoder("latin1").decode(bytes).indexOf("report.html", 2000); // its header, before its content
  bytes[at + 900] = (bytes[at + 900] as number) ^ 1;
  pick(bytes);
  await expect.element(page.getByRole("alert")).toHaveTextContent("report.html was changed: its SHA-256 is not the manifest's");
  expect(fake.saved.size).toBe(0);
  await button("Open it all the same").click();
  await expect.element(page.getByText("1 thing in the capsule did not fit")).toBeVisible();
  expect(fake.saved.size).toBe(1);
});

it("says that a cut file is none, and keeps no part of it", async () => {
  const fake = fakeServices();
  await render(App, { services: fake.services });
  await expect.element(button("Open a capsule")).toBeVisible();
  pick((await capsuleOf(await sampleRecord())).slice(0, 5000), "half.zip");
  await expect.element(page.getByRole("alert")).toHaveTextContent("half.zip is not as it was written");
  await expect.element(button("Open it all the same")).not.toBeInTheDocument();
  expect(fake.saved.size).toBe(0);
});

it("without the real rows opens with its scores, and says what it lacks", async () => {
  const fake = fakeServices();
  await render(App, { services: fake.services });
  await expect.element(button("Open a capsule")).toBeVisible();
  pick(await capsuleOf(await sampleRecord(), false));
  await expect.element(page.getByText(/The real rows were left out of it/)).toBeVisible();
  await expect.element(page.getByRole("table").first()).toHaveTextContent("0.625");
  expect(document.body.textContent).not.toMatch(
    /NaN|Infinity|undefined|has gone on since|models are missing|overlapping spans|Errors first|taken for what/,
  );
  await expect.element(page.getByText(/The trained model is not here\.\s+Without the real rows it cannot/)).toBeVisible();
  await expect.element(button("Read it")).not.toBeInTheDocument();
  await expect.element(button("Model page")).not.toBeInTheDocument();
  const [id] = [...fake.saved.keys()];
  location.hash = `#/run/${id}/generate`;
  await expect.element(page.getByText(/treated for/).first()).toBeVisible(); // the log is read
  expect(document.body.textContent).not.toContain("These results are out of date");
  await expect.element(button(/^(Extend|Resume|Generate)/)).not.toBeInTheDocument();
  for (const step of ["task", "knowledge", "generate", "train", "analyse"]) {
    location.hash = `#/run/${id}/${step}`;
    await expect.element(page.getByText(/Opened from the capsule/)).toBeVisible();
    await expect.element(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  await expect.element(page.getByText("Without the real rows nothing can be measured or mapped here.")).toBeVisible();
  await expect.element(page.getByText("Distance from real text, whole sets (CMD)")).toBeVisible();
  expect(document.body.textContent).not.toMatch(/the 0 examples|0 real|in no real text|carries this label/);
  await expect.element(button(/^(Measure|Draw|Look)/)).not.toBeInTheDocument();
  location.hash = `#/run/${id}/train`;
  await expect.element(page.getByRole("heading", { name: "On the test set" })).toBeVisible();
  await expect.element(button(/^Train/)).not.toBeInTheDocument();
  await expect.element(page.getByRole("link", { name: "Go on to Evaluate" })).toBeVisible(); // its scores are here, if not its model
  location.hash = `#/run/${id}/task`;
  await expect.element(page.getByText(/its rows were left out of the capsule/)).toBeVisible();
  await expect.element(page.getByText(/0 (examples|to validate|test examples)/)).not.toBeInTheDocument();
});

it("is saved from a run: without the rows unless they are asked for, as it says before, and with intervals", async () => {
  const record = await sampleRecord();
  const fake = fakeServices({ ...record.notebook, id: "r1" });
  fake.log.set(record.notebook.run as string, (record.log?.entries ?? []) as never);
  const saved: Blob[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const url = vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    saved.push(blob as Blob);
    return "blob:none";
  });
  location.hash = "#/run/r1/evaluate";
  await render(App, { services: fake.services });
  await expect.element(page.getByText(/It will hold none of the 4 real rows/)).toBeVisible();
  await button("Save the capsule").click();
  await expect.poll(() => saved.length).toBe(1);
  await page.getByRole("checkbox", { name: "With the real rows" }).click();
  await expect.element(page.getByText(/It will hold the 4 real rows/)).toBeVisible();
  await button("Save the capsule").click();
  await expect.poll(() => saved.length).toBe(2);
  const [bare, whole] = await Promise.all(saved.map((blob) => openCapsule(blob, "c.zip")));
  expect([bare?.faults, whole?.faults]).toEqual([[], []]);
  expect([bare?.manifest?.facts.rows, whole?.manifest?.facts.rows]).toEqual([false, true]);
  expect(whole?.record?.notebook.data).toEqual(record.notebook.data);
  expect(await whole?.files.get("report.html")?.text()).toContain("95 % interval");
  click.mockRestore();
  url.mockRestore();
});

it("shows a case study: a text of the run beside a real one, new words marked", async () => {
  const record = await sampleRecord();
  const fake = fakeServices({ ...record.notebook, id: "r1" }, { ...record.notebook, id: "r2", run: "other", title: "Another" });
  fake.log.set(record.notebook.run as string, (record.log?.entries ?? []) as never);
  fake.log.set("other", (record.log?.entries ?? []).slice(0, 1) as never);
  location.hash = "#/run/r1/analyse";
  await render(App, { services: fake.services });
  await expect.element(page.getByRole("heading", { name: "Case study" })).toBeVisible();
  const cells = page.getByRole("region", { name: "Case study" }).getByRole("listitem");
  await expect.element(cells.nth(1)).toHaveTextContent(/This run: ClinGen.*3 texts with this label/);
  await button("Other sources of this task").click();
  await expect.element(cells.nth(2)).toHaveTextContent(/“Another”.*vertigo/);
  await expect.element(cells.nth(2)).toHaveTextContent("7 words of 9 in no real text"); // of its words, the real texts have "the" and "was"
});
