// A whole run in Firefox, on the processor: what the app asks of a browser is not Chromium's alone. Skipped aloud where there is no Firefox.

import { existsSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Firefox, findFirefox } from "./firefox.ts";
import { serveBuilt, tinyEncoder } from "./own-server.ts";

/** Acts of a reader, as functions of the page: each waits up to two and a half minutes for its control, and throws with its name. */
const hands = `
  const within = async (what, look) => {
    for (let i = 0; i < 1500; i++) {
      const found = look();
      if (found) return found;
      await new Promise((later) => setTimeout(later, 100));
    }
    throw new Error(what + " did not come; the page says: " + (document.querySelector("main") ?? document.body).innerText.slice(0, 2000));
  };
  const named = (selector, words) => () =>
    [...document.querySelectorAll(selector)].find((e) => words.test(e.textContent.trim()) && !e.matches(":disabled"));
  const press = async (words) => (await within(String(words), named("a, button", words))).click();
  const field = async (words) => {
    const label = await within(String(words), named("label", words));
    return label.control ?? document.getElementById(label.htmlFor);
  };
  const fill = async (words, value) => {
    const control = await field(words);
    control.value = value;
    for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true }));
  };
  const read = async (words, selector) => (await within(String(words), named(selector, words))).textContent.trim();
`;

const fromStartToScores = `
  await press(/^Start a run$/);
  await press(/^Use the sample$/);
  await press(/^Go on to Knowledge/);
  await press(/^Gather knowledge$/);
  await press(/^Go on to Generate/);
  await fill(/^Language model/, "scripted");
  await fill(/^Examples to make/, "20");
  await press(/^Generate 20 examples$/);
  await press(/^Go on to Train/);
  await fill(/^Encoder/, ${JSON.stringify(tinyEncoder)});
  (await field(/Processor/)).click();
  await press(/^Train on/);
  await press(/^Go on to Evaluate/);
`;

const scoreRow = String.raw`return await read(/^F1\s*[01]\.\d{3}/, "tr")`;

// A headless Firefox on a crowded machine sometimes never ends a training, and no cause was found: a fresh one has a second try, which is counted aloud.
test.describe.configure({ retries: 1 });

test("a run from five examples to scores, and again after a reload", async () => {
  const path = findFirefox();
  test.skip(path === undefined, "no Firefox on this machine: install it, or name it by CLINFUSE_FIREFOX");
  const server = await serveBuilt();
  const firefox = await Firefox.start(path ?? "");
  const act = (steps: string) => firefox.evaluate(`(async () => { ${hands} ${steps} })()`);
  try {
    await firefox.goto(`${server.url}/`);
    expect(await firefox.evaluate("String(crossOriginIsolated)")).toBe("true");
    await act(fromStartToScores);
    const scores = await act(scoreRow);
    expect(scores).toMatch(/^F1\s*[01]\.\d{3}/);
    await firefox.reload();
    expect(await act(scoreRow)).toBe(scores);
    expect(await act("return await read(/Left this origin/, 'a')")).toMatch(/Left this origin: 0/);
  } finally {
    await firefox.stop();
    await server.cut();
  }
});

test("one visit to a server without headers, then its cut: a second visit and a whole run, isolated and under the policy", async () => {
  const path = findFirefox();
  test.skip(path === undefined, "no Firefox on this machine: install it, or name it by CLINFUSE_FIREFOX");
  const server = await serveBuilt({}, { under: "clinfuse/" });
  const firefox = await Firefox.start(path ?? "");
  const act = (steps: string) => firefox.evaluate(`(async () => { ${hands} ${steps} })()`);
  try {
    await firefox.goto(`${server.url}/#/models`);
    await act("await press(/^Keep a copy in this browser/); await read(/^in this browser$/, 'span, p, strong')");
    await firefox.goto(`${server.url}/#/device`);
    await act("await read(/^All of the app is in this browser/, 'p')");
    await server.cut();

    await firefox.goto("about:blank");
    await firefox.goto(`${server.url}/`);
    expect(await firefox.evaluate("String(crossOriginIsolated)")).toBe("true");
    await act(fromStartToScores);
    expect(await act(scoreRow)).toMatch(/^F1\s*[01]\.\d{3}/);
    await firefox.goto(`${server.url}/#/privacy`);
    await act("await press(/^Check now$/)");
    expect(await act("return await read(/^Does the browser forbid it/, 'p, li')")).toMatch(/Does the browser forbid it\?\s+Yes/);
    expect(await act("return await read(/^Was that tried/, 'p, li')")).toMatch(/Was that tried\?\s+Yes/);
  } finally {
    await firefox.stop();
    await server.cut();
  }
});

test("a language model that is read from a file writes", { tag: "@slow" }, async ({ baseURL }) => {
  const path = findFirefox();
  test.skip(path === undefined, "no Firefox on this machine: install it, or name it by CLINFUSE_FIREFOX");
  const writer = "models/smollm2-135m-instruct";
  test.skip(!existsSync(writer), `${writer} is not there: npm run models`);
  const firefox = await Firefox.start(path ?? "");
  const act = (steps: string) => firefox.evaluate(`(async () => { ${hands} ${steps} })()`);
  try {
    await firefox.goto(`${baseURL}/`);
    await act(`
      await press(/^Start a run$/);
      await press(/^Use the sample$/);
      await press(/^Go on to Knowledge/);
      await press(/^Gather knowledge$/);
      await press(/^Go on to Generate/);
      await fill(/^Examples to make/, "2");
      await press(/^Generate 2 examples$/);
      await press(/^Go on to Train/);
    `);
    expect(await act("return await read(/^Train$/, 'h1')")).toBe("Train");
  } finally {
    await firefox.stop();
  }
});
