// Options of the command lines: given twice, and whole numbers.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main as analyse } from "../../../scripts/analyse.ts";
import { main as apply } from "../../../scripts/apply.ts";
import { main as capsule } from "../../../scripts/capsule.ts";
import { readDemoOptions } from "../../../scripts/demo-options.ts";
import { main as kg } from "../../../scripts/kg.ts";
import { plainArguments, readOptions, wholeNumber } from "../../../scripts/options.ts";
import { batch } from "./batch-server.ts";

const options = { out: { type: "string" }, seed: { type: "string" }, set: { type: "string", multiple: true } } as const;
const read = (...args: string[]) => readOptions({ args, options, allowPositionals: true });
const nowhere = () => undefined;

describe("options", () => {
  it("takes one value of each, several where several are meant, and paths", () => {
    const { values, positionals } = read("a", "--out=x", "--set", "1", "b", "--set", "2", "--seed", "3");
    expect({ ...values }).toEqual({ out: "x", set: ["1", "2"], seed: "3" });
    expect(positionals).toEqual(["a", "b"]);
  });

  it.each([
    [["--out", "x", "--out", "y"], '--out is given twice and takes one value: "x", "y"'],
    [["--out", "", "--out=y"], '--out is given twice and takes one value: "", "y"'],
    [["--seed", "1", "--out", "x", "--seed", "1"], "--seed is given twice"],
  ])("%j", (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it("leaves what follows -- alone", () => {
    expect(read("--out", "x", "--", "--out", "y").positionals).toEqual(["--out", "y"]);
  });

  const twice = (option: string) => [option, "/no/such/one", option, "/no/such/other"];
  it.each<[string, () => unknown, string]>([
    ["analyse", () => analyse(["--synthetic", "s", ...twice("--real")], nowhere, nowhere), "--real"],
    ["apply", () => apply(["model", "note", ...twice("--out")], nowhere, nowhere), "--out"],
    ["capsule", () => capsule(twice("--check"), nowhere), "--check"],
    ["demo", async () => readDemoOptions(twice("--data")), "--data"],
    ["kg", () => kg(["/no/such", ...twice("--query")], nowhere, nowhere), "--query"],
  ])("%s refuses a second value", async (_, run, option) => {
    await expect(run()).rejects.toThrow(`${option} is given twice`);
  });

  it("batch refuses a second folder, and writes nothing", async () => {
    const { code, last } = await batch("--in", "/no/such/one", "--in", "/no/such/other");
    expect([code, last.error?.code]).toEqual([1, "bad-arguments"]);
    expect(last.error?.message).toMatch("--in is given twice");
  });
});

describe("a whole number", () => {
  it.each(["", " ", "x", "1.5", "-1", "1e999"])("is not %j", (value) => {
    expect(() => wholeNumber("seed", value, 0)).toThrow(
      `--seed takes a whole number of at least 0; got ${JSON.stringify(value)}`,
    );
  });

  it("is one of at least so much, or absent", () => {
    expect(wholeNumber("count", "12", 1)).toBe(12);
    expect(wholeNumber("count", undefined, 1)).toBeUndefined();
    expect(() => wholeNumber("count", "0", 1)).toThrow("at least 1");
    expect(wholeNumber("size", "100", 1, 100)).toBe(100);
    expect(() => wholeNumber("size", "1e9", 1, 100)).toThrow('--size takes a whole number from 1 to 100; got "1e9"');
  });

  it("is no seed of the demo where nothing stands", () => {
    expect(() => readDemoOptions(["--seed", ""])).toThrow("--seed takes a whole number");
  });
});

describe("a verb without options of values", () => {
  it("takes its paths and flags, and asks for the usage", () => {
    const takes = { paths: 1, flags: ["slow"] };
    expect(plainArguments(["dist", "--slow"], takes)).toEqual({ paths: ["dist"], flags: new Set(["slow"]) });
    expect(plainArguments([], takes)).toEqual({ paths: [], flags: new Set() });
    for (const help of ["--help", "-h"]) expect(plainArguments([help], takes)).toBe("help");
    expect(() => plainArguments(["--slwo"], takes)).toThrow("--slwo");
    expect(() => plainArguments(["dist", "more"], takes)).toThrow('"more" is an argument too many');
  });

  it.each(["test", "start", "first-load", "starter-graph", "models"])(
    "%s refuses an option that it does not know before it works",
    (name) => {
      const script = join(import.meta.dirname, `../../../scripts/${name}.ts`);
      const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", script, "--nothing"], { encoding: "utf8" });
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: "bad-arguments", message: expect.stringContaining("--nothing") },
      });
    },
  );
});
