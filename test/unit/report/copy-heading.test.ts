import { describe, expect, it } from "vitest";
import { copyHeading } from "../../../src/report/copy-heading.ts";

const leakage = { texts: [], judged: true, copied: 0, verbatim: 0, level: 0.01, heldOut: 300, p: 1 };
const shown = "the 5 examples shown";

describe("the heading over copies", () => {
  it.each([
    [{}, "No text was copied from the 5 examples shown"],
    [{ copied: 2 }, "2 texts may be copied from the 5 examples shown"],
    [{ verbatim: 1 }, "1 text repeats one of the 5 examples shown word for word"],
    [{ copied: 3, verbatim: 2 }, "3 texts may be copied from the 5 examples shown, and 2 texts are the same word for word"],
    [
      { judged: false, heldOut: 4 },
      "Whether texts were copied from the 5 examples shown cannot be told beside 4 real texts; 19 are needed",
    ],
    [
      { judged: false, verbatim: 2, heldOut: 4 },
      "2 texts repeat one of the 5 examples shown word for word; of the others nothing can be told beside 4 real texts, 19 are needed",
    ],
  ])("of %o", (some, words) => expect(copyHeading({ ...leakage, ...some }, shown)).toBe(words));

  it("of what was kept before verbatim copies were counted", () => {
    const { verbatim: _, ...before } = leakage;
    expect(copyHeading(before, shown)).toBe("No text was copied from the 5 examples shown");
  });
});
