import { describe, expect, it } from "vitest";
import { annotate, lexiconOf } from "../../../src/generate/annotate.ts";

const lexicon = lexiconOf(["hypertension", "portal hypertension", "pain", "parkinson's disease", "graft-versus-host disease"]);

function marked(text: string, names: readonly string[] = []) {
  const spans = names.map((name) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length, label: "Disease" }));
  const { spans: all } = annotate({ kind: "token", text, spans }, lexicon, "Disease");
  return all.map((s) => text.slice(s.start, s.end));
}

describe("annotate", () => {
  it("marks whole words, whatever their case, the longest name at each place", () => {
    expect(marked("Hypertension and Portal Hypertension caused PAIN.")).toEqual(["Hypertension", "Portal Hypertension", "PAIN"]);
  });

  it("marks plurals, and no more of a longer name than its last word allows", () => {
    expect(marked("Pains, portal hypertensions and parkinson's diseases")).toEqual([
      "Pains",
      "portal hypertensions",
      "parkinson's diseases",
    ]);
    expect(marked("portals hypertension")).toEqual(["hypertension"]);
  });

  it("marks no part of a word", () => {
    expect(marked("Antihypertensive painkillers; prehypertension.")).toEqual([]);
  });

  it("marks names with punctuation, with or without spaces around it", () => {
    expect(marked("Parkinson's disease and graft - versus - host disease")).toEqual([
      "Parkinson's disease",
      "graft - versus - host disease",
    ]);
  });

  it("leaves the model's own marks alone, and marks nothing that touches them", () => {
    const text = "severe portal hypertension, hypertension and pain";
    expect(marked(text, ["severe portal hypertension"])).toEqual(["severe portal hypertension", "hypertension", "pain"]);
  });

  it("keeps spans in order and without overlap", () => {
    const text = "pain, cough, pain";
    const start = text.indexOf("cough");
    const { spans } = annotate({ kind: "token", text, spans: [{ start, end: start + 5, label: "Disease" }] }, lexicon, "Disease");
    for (let i = 1; i < spans.length; i++) expect(spans[i]!.start).toBeGreaterThanOrEqual(spans[i - 1]!.end);
    expect(spans).toHaveLength(3);
  });
});
