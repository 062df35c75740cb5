// The line of a fault in JSON, and the name that a misspelt one stands for.

import { describe, expect, it } from "vitest";
import { field } from "../../../src/base/json-field.ts";
import { readJsonText } from "../../../src/base/json-text.ts";
import { nearestName } from "../../../src/base/nearest-name.ts";

it("reads JSON, also behind a byte order mark", () => {
  expect(readJsonText('\uFEFF{"a": [1]}\n', "x.json")).toEqual({ a: [1] });
});

it.each([
  ["a word", '{\n "a": 1,\n "b": nope,\n "c": 2\n}', 3],
  ["a comma too many", '{\n "a": [1,\n 2,\n ]\n}', 4],
  ["a comma too few", '{\n "a": 1\n "b": 2\n}', 3],
  ["an open text", '{\n "a": "x,\n "b": 2\n}', 2],
  ["a file that is cut off", '{\n "a": [1,\n 2', 3],
  ["nothing", "", 1],
  ["more behind it", '{"a": 1}\n\n{"b": 2}\n', 3],
])("names the line of %s", (_, text, line) => {
  expect(() => readJsonText(text, "x.json")).toThrow(
    expect.objectContaining({ code: "file-malformed", place: expect.objectContaining({ file: "x.json", line }) }),
  );
});

describe("a misspelt name", () => {
  const known = ["tasks", "sources", "models", "encoders", "keepModels", "licences", "bc5cdr-disease", "mqp"];

  it.each([
    ["task", "tasks"],
    ["Sources", "sources"],
    ["modles", "models"],
    ["keep_models", "keepModels"],
    ["licenses", "licences"],
    ["BC5CDR_Disease", "bc5cdr-disease"],
    ["mpq", "mqp"],
  ])("%s stands for %s", (given, meant) => {
    expect(nearestName(given, known)).toBe(meant);
  });

  it.each(["", "temperature", "x"])("%j stands for none", (given) => {
    expect(nearestName(given, known)).toBeUndefined();
  });

  it("is told of fields and of values", () => {
    expect(() => field("plan.json", { seeed: 1 }).object(["seeds", "size"])).toThrow(/seeed is no field.*did you mean "seeds"\?/);
    expect(() => field("plan.json: preset", "labtop").oneOf(["small", "laptop"])).toThrow(
      /it is "labtop"; did you mean "laptop"\?/,
    );
    expect(() => field("plan.json: size", 5).oneOf(["small"])).toThrow(/it is 5$/);
  });
});
