// Numbers as a reader sees them, at the edges where units change.

import { describe, expect, it } from "vitest";
import { bytes, count, counted, duration, score, share, small, timeLeft } from "../../../../src/ui/parts/numbers.ts";

describe("numbers", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [98_362_432, "98 MB"],
    [999_600_000, "1.0 GB"],
    [3e12, "3.0 TB"],
  ])("%i bytes", (n, text) => expect(bytes(n)).toBe(text));

  it.each([
    [400, "0 s"],
    [59_400, "59 s"],
    [60_000, "1 min"],
    [200_000, "3 min 20 s"],
    [3_900_000, "1 h 5 min"],
  ])("a duration of %i ms", (n, text) => expect(duration(n)).toBe(text));

  it.each([
    [3000, "a few seconds"],
    [47_000, "about 50 s"],
    [200_000, "about 3 min"],
    [7_000_000, "about 2 h"],
  ])("%i ms left", (n, text) => expect(timeLeft(n)).toBe(text));

  it("counts, shares and scores", () => {
    expect(count(1234567)).toBe("1,234,567");
    expect(counted(1, "example")).toBe("1 example");
    expect(counted(0, "example")).toBe("0 examples");
    expect([0, 0.004, 0.005, 0.666, 0.994, 0.997, 1].map(share)).toEqual(
      ["0 %", "under 1 %", "1 %", "67 %", "99 %", "over 99 %", "100 %"], // 0 and 100 are none and all
    );
    expect(score(0.3339)).toBe("0.334");
    expect(score(undefined)).toBe("–");
    expect(score(Number.NaN)).toBe("–");
    expect(small(0.0003)).toBe("3e-4");
    expect(small(0.05)).toBe("0.05");
    expect(small(0)).toBe("0");
  });
});
