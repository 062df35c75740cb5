// Order of doubt, and one word said of all examples like it.

import { describe, expect, it } from "vitest";
import { copiesAmong, doubts, draftOf, isNarrow, saidOfAlike } from "../../../src/experiment/review.ts";
import { changedTo, decided, decisionsOf, type Trust, takenAs, trainedOn } from "../../../src/experiment/trust.ts";
import { rejectReasons } from "../../../src/generate/source.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";

const token = (text: string, ...words: string[]): TokenExample => ({
  kind: "token",
  text,
  spans: words.map((word) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length, label: "Disease" })),
});
const place = (confidence: number, correctness: number) => ({ confidence, variability: 0, correctness });
const trust: Trust = {
  places: [place(0.9, 1), place(0.2, 1), place(0.1, 0), place(0.8, 1), place(0.3, 0)],
  agrees: [true, true, false, true, false],
  baseline: [],
  dropped: [],
  kept: [],
};
const none = new Map<number, number>();

it("puts those with the most charges first, and among equals the least confident", () => {
  expect(doubts(trust, none).map(({ index }) => index)).toEqual([2, 4, 1, 3, 0]);
  const order = doubts(trust, new Map([[4, 0]]));
  expect(order[0]).toEqual({ index: 4, charges: ["training", "agreement", "copy"] });
});

it("charges the later of two near copies", () => {
  const texts = ["She has gout of the left foot .", "He had fever for a week .", "She has gout of the right foot ."];
  expect([...copiesAmong(texts.map((text) => token(text)))]).toEqual([]); // 3 runs of 9 are shared
  const copy = ["She was seen today for gout of the left foot", "She was seen today for gout of the left knee"];
  expect([...copiesAmong(copy.map((text) => token(text)))]).toEqual([[1, 0]]);
});

describe("the same said of all alike", () => {
  const texts = [
    "She has severe gout .",
    "severe pain",
    "Her severe gout is back .",
    "no severe signs",
    "Gout, not severe goutiness",
  ];
  const examples = [
    token(texts[0] as string, "severe gout"),
    token(texts[1] as string, "severe pain"),
    token(texts[2] as string, "severe gout"),
    token(texts[3] as string),
    token(texts[4] as string),
  ];
  const order = doubts(trust, none);

  it("drops those with the same charges and labels, and nobody's else", () => {
    const labelled = (label: string): Example => ({ kind: "sentence", text: "x", labels: [label] });
    const set = ["a", "a", "a", "b", "a"].map(labelled);
    const dropped = decided(trust, 2, "drop");
    const said = saidOfAlike(dropped, order, set, 2);
    expect(said.touched).toEqual([4]);
    expect(said.trust.dropped).toEqual([2, 4]);
    expect(saidOfAlike(decided(dropped, 4, "keep"), order, set, 2).touched).toEqual([]); // it was decided on
    expect(saidOfAlike(trust, order, set, 2).touched).toEqual([]); // no word was said
    expect(saidOfAlike(decided(trust, 0, "keep"), order, set, 0).touched).toEqual([]); // nothing is against it: nothing is like it
  });

  it("marks the same words anew wherever they carry the same mark, and never inside a word", () => {
    const after = token(texts[0] as string, "gout");
    const said = saidOfAlike(changedTo(trust, 0, { by: "edit", example: after }), order, examples, 0);
    expect(said.touched).toEqual([2]);
    expect(said.trust.changed?.[2]).toEqual({ by: "edit", example: token(texts[2] as string, "gout") });
    expect(decisionsOf(said.trust)).toMatchObject({ edited: 2, relabelled: 0 });
  });

  it("takes a mark away from the same words alone", () => {
    const after = token(texts[1] as string);
    expect(saidOfAlike(changedTo(trust, 1, { by: "edit", example: after }), order, examples, 1).touched).toEqual([]);
  });

  it("gives the label of one to those of the same label and charges", () => {
    const set: Example[] = ["a", "a", "a", "b", "a"].map((label) => ({ kind: "pair", first: "x", second: "y", label }));
    const changed = changedTo(trust, 2, { by: "label", example: { kind: "pair", first: "x", second: "y", label: "b" } });
    expect(saidOfAlike(changed, order, set, 2).trust.changed?.[4]?.example).toEqual({ ...set[4], label: "b" });
  });
});

it("a rejected attempt that was taken is trained on behind the others, until it is rejected again", () => {
  const examples = [token("one"), token("two"), token("three"), token("four"), token("five")];
  const taken = takenAs(trust, 7, token("seven"));
  expect(trainedOn(taken, examples, ["map"]).map((e) => (e as TokenExample).text)).toEqual(["one", "two", "four", "seven"]);
  expect(decisionsOf(taken).taken).toBe(1);
  expect(takenAs(taken, 7, undefined)).toEqual(trust);
});

it("offers what a rule missed by little, and no refusal, copy or empty text", () => {
  expect(rejectReasons.filter(isNarrow)).toEqual([
    "unbalanced-marks",
    "no-entity",
    "entity-absent",
    "topic-absent",
    "too-short",
    "labels-differ",
    "copies-first",
  ]);
});

it("drafts hold the sentence without its JSON and its marks", () => {
  expect(draftOf('{"label": "x", "sentence": "She has [gout](Disease) ."}')).toBe("She has gout .");
  expect(draftOf("She has <Disease>gout</Disease> and [fever] .\nSecond line")).toBe("She has gout and fever .");
  expect(draftOf("BP < 90 and > 40")).toBe("BP < 90 and > 40");
  expect(draftOf("")).toBe("");
});
