// Totals of a workgroup: by subgroups where they are asked for, by a tree alone where not.

import { expect, it } from "vitest";
import { toWgsl } from "../../../../src/graph/wgsl.ts";
import { modelOf, modes } from "../../../browser/program-cases.ts";

const { model } = modelOf(modes[0] as (typeof modes)[0]);
const graph = model.training({ batch: 8, tokens: 20 });
const codes = (subgroups: boolean) => toWgsl(graph, { subgroups }).shaders;

it("rows and long sums go by subgroups where the device has them, and every such kernel enables them first", () => {
  const found = codes(true).filter(({ code }) => code.includes("subgroup"));
  expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(["rows", "sum"]));
  for (const { code } of found) {
    expect(code.startsWith("enable subgroups;")).toBe(true);
    expect(code).not.toContain("half > 0u");
  }
  expect(codes(true).filter(({ kind }) => kind === "rows")).toHaveLength(found.filter(({ kind }) => kind === "rows").length);
});

it("nothing names a subgroup elsewhere, and other kernels are the same", () => {
  const [without, by] = [codes(false), codes(true)];
  expect(without.some(({ code }) => code.includes("subgroup"))).toBe(false);
  expect(by.filter(({ kind }) => kind === "product")).toEqual(without.filter(({ kind }) => kind === "product"));
});
