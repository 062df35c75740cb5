// Addresses: each is read back as the route that wrote it, and a broken one is no fault.

import { expect, it, vi } from "vitest";
import type { Route } from "../../../src/ui/route.svelte.ts";

vi.stubGlobal("$state", { raw: <T>(value: T) => value });
const { addressOf, parseRoute } = await import("../../../src/ui/route.svelte.ts");

it.each<Route>([
  { page: "run", id: "a/b 100%", step: "train" },
  { page: "arena" },
  { page: "arena", id: "x#y" },
  { page: "task", id: "new" },
  { page: "learn" },
])("reads back %o", (route) => {
  expect(parseRoute(addressOf(route))).toEqual(route);
});

it.each<[string, Route]>([
  ["", { page: "runs" }],
  ["#/nothing", { page: "runs" }],
  ["#/run/%E0%A4/train", { page: "run", id: "%E0%A4", step: "train" }],
  ["#/run/r1/%", { page: "run", id: "r1", step: "task" }],
])("reads %s", (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});
