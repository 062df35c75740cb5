// Findings of the self-check in words, signed JSON, and a page without anything to load.

import { expect, it } from "vitest";
import { findingsOf, isUnchanged, type PrivacyFacts, proofHtml, proofJson } from "../../../src/report/privacy-proof.ts";

const facts: PrivacyFacts = {
  app: "Clinfuse",
  address: "https://intranet.example/clinfuse/",
  checkedAt: "2026-01-02T03:04:05.000Z",
  browser: "A <b>browser</b>",
  isolated: true,
  serviceWorker: true,
  sealed: false,
  policies: [
    { place: "page", policy: "default-src 'none'", lets: [] },
    { place: "train worker", policy: "default-src 'none'", lets: [] },
  ],
  canary: { address: "https://canary.invalid/x", outcomes: [{ place: "page", outcome: "refused" }] },
  requests: { total: 12, foreign: [] },
  models: [{ name: "tiny", licence: "Apache-2.0", files: [{ name: "model.safetensors", sha256: "ab".repeat(32) }], fault: null }],
  kept: [{ what: "runs", where: "IndexedDB", count: 2 }],
  storage: null,
};
const broken = (change: Partial<PrivacyFacts>) => findingsOf({ ...facts, ...change }).filter(({ holds }) => !holds);

it("says that all holds only where all does", () => {
  expect(broken({})).toEqual([]);
  const foreign = (refused: boolean) => ({ total: 3, foreign: [{ url: "https://a.example/", by: "page", refused }] });
  expect(broken({ requests: foreign(true) })).toEqual([]); // nothing was sent
  expect(broken({ requests: foreign(false) })[0]?.answer).toContain("1 request of 3 went to another server");
  const [page] = facts.policies as [PrivacyFacts["policies"][number]];
  expect(broken({ policies: [page, { place: "train worker", policy: null, lets: ["*"] }] })[0]?.answer).toContain(
    "train worker has no policy",
  );
  expect(broken({ policies: [{ ...page, lets: ["*"] }] })).toHaveLength(1);
  const outcomes = (outcome: "failed" | "answered") => ({ ...facts.canary, outcomes: [{ place: "models worker", outcome }] });
  expect(broken({ canary: outcomes("failed") })[0]?.answer).toContain("not refused in models worker");
  expect(broken({ canary: { ...facts.canary, outcomes: [] } })).toHaveLength(1); // nobody tried
  expect(broken({ isolated: false })).toHaveLength(1);
  const altered = facts.models.map((model) => ({ ...model, fault: "another hash" }));
  expect(broken({ models: altered })[0]?.answer).toContain("tiny (another hash)");
});

it("signs the facts: a change of any of them shows, the order of their keys does not", async () => {
  const json = await proofJson(facts);
  expect(await isUnchanged(json)).toBe(true);
  expect(await isUnchanged(json.replace('"total": 12', '"total": 13'))).toBe(false);
  const { facts: signed, sha256 } = JSON.parse(json);
  const turned = Object.fromEntries(Object.entries(signed).reverse());
  expect(await isUnchanged(JSON.stringify({ sha256, facts: turned }))).toBe(true);
});

it("is a page that loads and runs nothing, names the hash, and escapes what it quotes", async () => {
  const page = await proofHtml(facts);
  expect(page).not.toMatch(/<script|<link|<img|src=|href=|@import|url\(/);
  expect(page).toContain(JSON.parse(await proofJson(facts)).sha256);
  expect(page).toContain("A &lt;b&gt;browser&lt;/b&gt;");
  expect(page).toContain("Limits of this check");
  expect(await proofHtml({ ...facts, models: [], policies: [] })).not.toMatch(/undefined|NaN/);
});
