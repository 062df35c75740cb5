// Body of a product in tiles: a workgroup holds strips of both sides in fours, each thread the sums of some rows and columns. Knows no epilogue.

import type { Operand, Reading } from "./operand.ts";

/** A workgroup's part of the output, a thread's part of that, and the length of a strip along the sum. All are multiples of four. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly each: readonly [rows: number, columns: number];
  readonly inner: number;
}

/** From the one with the most sums for each number that is read, to the one for the smallest outputs. */
export const tiles = [
  { rows: 128, columns: 128, each: [8, 8], inner: 8 },
  { rows: 64, columns: 64, each: [4, 4], inner: 16 },
  { rows: 32, columns: 32, each: [4, 4], inner: 16 },
] as const satisfies readonly Tile[];

export const threadsOf = ({ rows, columns, each }: Tile): number => (rows / each[0]) * (columns / each[1]);

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const components = ["x", "y", "z", "w"] as const;

/** The workgroup's strips of both sides. */
export const strips = ({ rows, columns, inner }: Tile): string[] => [
  `var<workgroup> ta: array<vec4f, ${(rows * inner) / 4}>;`,
  `var<workgroup> tb: array<vec4f, ${(columns * inner) / 4}>;`,
];

export interface Side {
  readonly operand: Operand;
  readonly reading: Reading;
}

/**
 * Lines from the sums' beginning to `finish(z, i, j, sum)` for each number. They stand after `z`, the number of the matrix, and `kBegin` and `kEnd`,
 * the part of the sum. Every number is added up in the order of the sum, whatever the tile. `paired`: `finish` takes two sums, of columns j and j + 1.
 */
export function tileLines(tile: Tile, a: Side, b: Side, paired: boolean): string[] {
  const { rows, columns, inner, each } = tile;
  const [tall, wide] = [each[0] / 4, each[1] / 4];
  const [down, across] = [rows / each[0], columns / each[1]];
  // A thread's fours lie apart, so that neighbours read neighbours.
  const fourOf = (thread: string, threads: number, n: number) => `${n * threads}u + ${thread}`;
  const sums = range(each[0]).flatMap((i) => range(wide).map((j) => [i, j] as const));
  const row = (i: number) => `row0 + 4u * (${fourOf("ty", down, Math.floor(i / 4))}) + ${i % 4}u`;
  const column = (j: number) => `column0 + 4u * (${fourOf("tx", across, j)})`;
  return [
    `let tx = lane % ${across}u;`,
    `let ty = lane / ${across}u;`,
    `let row0 = wid.y * ${rows}u;`,
    `let column0 = wid.x * ${columns}u;`,
    ...sums.map(([i, j]) => `var s${i}_${j} = vec4f();`),
    `for (var k0 = kBegin; k0 < kEnd; k0 += ${inner}u) {`,
    ...fill(a, "row0", rows, tile),
    ...fill(b, "column0", columns, tile),
    "workgroupBarrier();",
    `for (var k = 0u; k < ${inner}u; k++) {`,
    ...range(tall).map((i) => `let x${i} = ta[k * ${rows / 4}u + ${fourOf("ty", down, i)}];`),
    ...range(wide).map((j) => `let y${j} = tb[k * ${columns / 4}u + ${fourOf("tx", across, j)}];`),
    ...sums.map(([i, j]) => `s${i}_${j} = fma(vec4f(x${Math.floor(i / 4)}.${components[i % 4]}), y${j}, s${i}_${j});`),
    "}",
    "workgroupBarrier();",
    "}",
    ...sums.flatMap(([i, j]) =>
      paired
        ? ["xy", "zw"].map((pair, n) => `finish(z, ${row(i)}, ${column(j)} + ${2 * n}u, s${i}_${j}.${pair});`)
        : components.map((c, n) => `finish(z, ${row(i)}, ${column(j)} + ${n}u, s${i}_${j}.${c});`),
    ),
  ];
}

/** Fills an operand's strip: threads lie along whatever lies together in memory. Beyond the edges it is zero. */
function fill({ operand: { name, outer }, reading }: Side, begin: string, width: number, tile: Tile): string[] {
  const threads = threadsOf(tile);
  const { inner } = tile;
  const items = ((width * inner) / 4) * (reading.fours && reading.turned ? 1 / 4 : 1);
  const lines = reading.fours ? (reading.turned ? turnedFours : straightFours) : singles;
  return range(Math.ceil(items / threads)).map((i) => {
    const guard = threads * (i + 1) > items ? `if (lane + ${i * threads}u < ${items}u) ` : "";
    const own = lines({ name, outer, begin, width, inner, turned: reading.turned });
    return `${guard}{ let q = lane + ${i * threads}u; ${own} }`;
  });
}

interface Strip {
  readonly name: string;
  readonly outer: number;
  readonly begin: string;
  readonly width: number;
  readonly inner: number;
  readonly turned: boolean;
}

const straightFours = ({ name, outer, begin, width, inner: _ }: Strip) =>
  `let o = q % ${width / 4}u; let k = q / ${width / 4}u; var x = vec4f(); ` +
  `if (${begin} + 4u * o < ${outer}u && k0 + k < kEnd) { x = four_${name}(z, ${begin} + 4u * o, k0 + k); } t${name}[q] = x;`;

/** Four rows of four, turned on their way. Parts of a sum begin and end at multiples of four. */
const turnedFours = ({ name, outer, begin, width, inner }: Strip) => {
  const rows = range(4);
  return [
    `let o = ${begin} + 4u * (q / ${inner / 4}u); let k = 4u * (q % ${inner / 4}u);`,
    ...rows.map(
      (r) => `var r${r} = vec4f(); if (o + ${r}u < ${outer}u && k0 + k < kEnd) { r${r} = four_${name}(z, o + ${r}u, k0 + k); }`,
    ),
    ...components.map(
      (c, n) => `t${name}[(k + ${n}u) * ${width / 4}u + q / ${inner / 4}u] = vec4f(${rows.map((r) => `r${r}.${c}`).join(", ")});`,
    ),
  ].join(" ");
};

const singles = ({ name, outer, begin, width, inner, turned }: Strip) => {
  const [o, k] = turned ? [`q / ${inner}u`, `q % ${inner}u`] : [`q % ${width / 4}u`, `q / ${width / 4}u`];
  return [
    `let o = ${o}; let k = ${k}; let at = ${begin} + 4u * o; var x = vec4f();`,
    `if (k0 + k < kEnd) {`,
    ...components.map((c, n) => `if (at + ${n}u < ${outer}u) { x.${c} = load_${name}(z, at + ${n}u, k0 + k); }`),
    `} t${name}[k * ${width / 4}u + o] = x;`,
  ].join(" ");
};
