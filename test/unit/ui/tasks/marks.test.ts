// Marks by selection: trimmed to what can be seen, never overlapping, taken away by caret or selection.

import { describe, expect, it } from "vitest";
import { inTextarea, placeInText, withMark, withoutMarks } from "../../../../src/ui/tasks/marks.ts";

const text = "She had fever and a rash.";
const fever = { start: 8, end: 13, label: "finding" };
const rash = { start: 20, end: 24, label: "finding" };

describe("withMark", () => {
  it("trims a selection with blanks at its ends, as a double click makes it, and keeps the order", () => {
    expect(withMark(text, [rash], 7, 14, "finding")).toEqual([fever, rash]);
  });

  it("takes a selection made backwards", () => {
    expect(withMark(text, [], 13, 8, "finding")).toEqual([fever]);
  });

  it("replaces the marks that it overlaps", () => {
    expect(withMark(text, [fever, rash], 8, 24, "course")).toEqual([{ start: 8, end: 24, label: "course" }]);
  });

  it("makes no mark of blanks", () => {
    expect(withMark(text, [rash], 7, 8, "finding")).toEqual([rash]);
  });
});

describe("withoutMarks", () => {
  it.each([
    [8, "before its first letter"],
    [10, "inside"],
    [13, "after its last letter"],
  ])("takes away the mark that a caret at %i stands at (%s)", (caret) => {
    expect(withoutMarks([fever, rash], caret, caret)).toEqual([rash]);
  });

  it("takes away all that a selection touches, and nothing beside it", () => {
    expect(withoutMarks([fever, rash], 0, 25)).toEqual([]);
    expect(withoutMarks([fever, rash], 13, 20)).toEqual([fever, rash]);
  });
});

describe("placeInText", () => {
  it.each([
    "No line ends here.",
    "One.\nTwo.\n",
    "One.\r\nShe had fever.\r\n\r\nAnd cough.\r\n",
    "\r\nOne.\rTwo.\n\rThree.\r\r\nFour.",
  ])("finds each character of %j where the textarea has it", (text) => {
    const shown = inTextarea(text);
    for (let place = 0; place < shown.length; place++) {
      const there = text.slice(placeInText(text, place), placeInText(text, place + 1));
      expect(inTextarea(there)).toBe(shown[place]);
    }
    expect([placeInText(text, 0), placeInText(text, shown.length)]).toEqual([0, text.length]);
  });
});
