import { describe, expect, it } from "vitest";
import { detokenised, markedText, readMarked } from "../../../src/prompts/marked.ts";

const example = (text: string, ...names: string[]) =>
  ({
    kind: "token",
    text,
    spans: names.map((n) => ({ start: text.indexOf(n), end: text.indexOf(n) + n.length, label: "Disease" })),
  }) as const;

describe("marks", () => {
  it("come back as they went in", () => {
    for (const e of [
      example("Acute confusion, then sepsis", "confusion", "sepsis"),
      example("none here"),
      example("gout", "gout"),
    ])
      expect(readMarked(markedText(e), "Disease")).toEqual(e);
  });

  it("are not mistaken for brackets of the text", () => {
    expect(markedText(example("Levels [mg] in gout", "gout"))).toBe("Levels (mg) in [gout]");
  });
});

describe("a tokenised text", () => {
  it("is joined as one would write it, marks and all", () => {
    const tokenised = "A 78 - year - old , with [ hypertension ] ( [NIDDM] ) and Crohn ' s [colitis] .";
    expect(detokenised(tokenised.replace("[ hypertension ]", "[hypertension]"))).toBe(
      "A 78-year-old, with [hypertension] ([NIDDM]) and Crohn's [colitis].",
    );
  });
});
