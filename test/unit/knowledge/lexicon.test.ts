import { describe, expect, it } from "vitest";
import { annotate, lexiconOf } from "../../../src/knowledge/lexicon.ts";

const lexicon = lexiconOf(["hypertension", "portal hypertension", "pain", "parkinson's disease", "graft-versus-host disease"]);

function marked(text: string, topics: readonly string[] = []) {
  const { spans } = annotate(text, [lexicon, lexiconOf(topics)], "Disease");
  for (let i = 1; i < spans.length; i++) expect(spans[i]!.start).toBeGreaterThanOrEqual(spans[i - 1]!.end);
  return spans.map((s) => text.slice(s.start, s.end));
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

  it("marks the topic where the lexicon does not have it, and the longer of the two where both fit", () => {
    const text = "severe portal hypertension, hypertension and odd cough";
    expect(marked(text, ["severe portal hypertension"])).toEqual(["severe portal hypertension", "hypertension"]);
    expect(marked(text, ["portal"])).toEqual(["portal hypertension", "hypertension"]);
    expect(marked(text, ["odd cough"])).toEqual(["portal hypertension", "hypertension", "odd cough"]);
  });
});
