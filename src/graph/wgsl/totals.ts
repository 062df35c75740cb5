// Sums and maxima over the threads of a workgroup: by a tree, or by subgroups where there are any. Either way in one order. Knows no kernel.

/** Names of the entry point's numbers of subgroups, which functions read; `subgroupEntry` sets them. */
const numbers = ["subgroupLane", "subgroupIndex", "subgroupCount"] as const;

/** Code that totals by subgroups need before everything else, among the entry point's parameters, and at its beginning. */
export const subgroupEntry = {
  before: ["enable subgroups;", ...numbers.map((name) => `var<private> ${name}: u32;`)],
  parameters: "@builtin(subgroup_invocation_id) siv: u32, @builtin(subgroup_id) sid: u32, @builtin(num_subgroups) snum: u32",
  main: ["subgroupLane = siv;", "subgroupIndex = sid;", "subgroupCount = snum;"],
} as const;

const ways = {
  addAll: { join: (x: string, y: string) => `${x} + ${y}`, subgroup: "subgroupAdd" },
  maxAll: { join: (x: string, y: string) => `max(${x}, ${y})`, subgroup: "subgroupMax" },
} as const;

/** Functions `addAll` and `maxAll` of a thread's index and number, over so many threads. To be called by all of them. */
export function totals(lanes: number, subgroups: boolean): string[] {
  const shared = `var<workgroup> sh: array<f32, ${lanes}>;`;
  return [shared, ...Object.entries(ways).map(([name, way]) => (subgroups ? bySubgroups(name, way) : byTree(name, way, lanes)))];
}

type Way = (typeof ways)[keyof typeof ways];

const byTree = (name: string, { join }: Way, lanes: number) => `fn ${name}(lane: u32, own: f32) -> f32 {
  workgroupBarrier();
  sh[lane] = own;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { sh[lane] = ${join("sh[lane]", "sh[lane + half]")}; }
    workgroupBarrier();
  }
  return sh[0];
}`;

/** Two barriers: between them each subgroup leaves its own total, and every thread joins those in order. */
const bySubgroups = (name: string, { join, subgroup }: Way) => `fn ${name}(lane: u32, own: f32) -> f32 {
  let part = ${subgroup}(own);
  workgroupBarrier();
  if (subgroupLane == 0u) { sh[subgroupIndex] = part; }
  workgroupBarrier();
  var all = sh[0];
  for (var i = 1u; i < subgroupCount; i++) { all = ${join("all", "sh[i]")}; }
  return all;
}`;
