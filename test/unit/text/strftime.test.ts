// Days against Python's own strftime.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { strftime } from "../../../src/text/strftime.ts";

const file = join(import.meta.dirname, "../../fixtures/chat-template/strftime.json");
const golden = JSON.parse(readFileSync(file, "utf8")) as [format: string, date: string, text: string][];

it.each(golden)("%s of %s is %s", (format, date, text) => {
  expect(strftime(format, date)).toBe(text);
});

it("leaves a conversion that it does not know as it is", () => {
  expect(strftime("%Q %Y", "2026-11-27")).toBe("%Q 2026");
});
