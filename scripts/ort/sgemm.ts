// The two kernels under every float32 product of onnxruntime (MLAS's SgemmKernelZero and SgemmKernelAdd), as WebAssembly text with relaxed SIMD's
// fused multiply-add: C = alpha A B, and C += alpha A B.
//
// A is row-major [m, k], rows `lda` apart; C [m, n], rows `ldc` apart; B is packed by the caller in panels of 16 columns, each [k, 16], the last
// one filled with zeros. A call computes the first rows, as many as it likes, and says how many.
//
// In a call each element is one chain of fused multiply-adds over k, however many rows are computed together: so a row's numbers do not depend on
// the rows beside it.

/** Vectors of four columns in a panel. */
const panelVectors = 4;
/** Steps of k between two jumps. */
const unrolled = 4;

interface Tile {
  readonly rows: number;
  /** Vectors of four columns each. Accumulators, B's vectors and one of A have to fit into 16 registers. */
  readonly vectors: 2 | 4;
}

const tiles: readonly Tile[] = [
  { rows: 6, vectors: 2 },
  { rows: 5, vectors: 2 },
  { rows: 4, vectors: 2 },
  { rows: 3, vectors: 2 },
  { rows: 2, vectors: 4 },
  { rows: 1, vectors: 4 },
];

const get = (name: string) => `(local.get $${name})`;
const set = (name: string, value: string) => `(local.set $${name} ${value})`;
const plus = (a: string, b: string | number) => `(i32.add ${a} ${typeof b === "number" ? `(i32.const ${b})` : b})`;
const moved = (name: string, by: string | number) => set(name, plus(get(name), by));
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const accumulator = ({ vectors }: Tile, row: number, vector: number) => `c${row * vectors + vector}`;
const each = ({ rows, vectors }: Tile, make: (row: number, vector: number) => string) =>
  times(rows, (row) => times(vectors, (vector) => make(row, vector))).flat();

/** The module: `zero` and `add`, each (a b c k m n lda ldc: i32, alpha: f32) -> i32, over an imported memory and without any other import. */
export function sgemmText(): string {
  return `(module (import "env" "memory" (memory 1 65536 shared))\n${kernel("zero", false)}\n${kernel("add", true)})`;
}

function kernel(name: string, adds: boolean): string {
  const locals = [
    ...times(12, (i) => `(local $c${i} v128)`),
    ...times(panelVectors, (i) => `(local $b${i} v128)`),
    ...times(6, (i) => `(local $a${i} i32)`),
    "(local $x v128) (local $factor v128) (local $i i32) (local $column i32) (local $panel i32) (local $out i32) (local $left i32)",
  ];
  return [
    `(func (export "${name}") (param $a i32) (param $b i32) (param $c i32) (param $k i32) (param $m i32) (param $n i32)`,
    "(param $lda i32) (param $ldc i32) (param $alpha f32) (result i32)",
    ...locals,
    set("factor", `(f32x4.splat ${get("alpha")})`),
    ...["lda", "ldc"].map((stride) => set(stride, `(i32.shl ${get(stride)} (i32.const 2))`)), // in bytes
    // Seven and eight rows are better halved than six and what is left.
    set("m", `(select (i32.const 4) ${get("m")} (i32.eq (i32.shr_u ${plus(get("m"), 1)} (i32.const 1)) (i32.const 4)))`),
    ...tiles.map((tile) => `(if (i32.ge_u ${get("m")} (i32.const ${tile.rows})) (then ${rowsOf(tile, adds)}))`),
    "(i32.const 0))",
  ].join("\n");
}

/** All columns of the tile's rows, panel by panel, and the panel in as many parts as the tile is narrower. */
function rowsOf(tile: Tile, adds: boolean): string {
  const width = 4 * tile.vectors;
  const inBytes = (column: string) => `(i32.shl ${column} (i32.const 2))`;
  return [
    "(loop $panels",
    set("column", "(i32.const 0)"),
    "(loop $parts",
    set("panel", plus(get("b"), inBytes(get("column")))),
    set("out", plus(get("c"), inBytes(get("column")))),
    set("left", `(i32.sub ${get("n")} ${get("column")})`),
    ...products(tile),
    ...stores(tile, adds),
    moved("column", width),
    `(br_if $parts (i32.and (i32.lt_s ${get("column")} (i32.const ${4 * panelVectors})) (i32.lt_s ${get("column")} ${get("n")}))))`,
    moved("b", `(i32.shl ${get("k")} (i32.const 6))`), // 16 numbers of 4 bytes for each k
    moved("c", 16 * panelVectors),
    `(br_if $panels (i32.gt_s (local.tee $n (i32.sub ${get("n")} (i32.const 16))) (i32.const 0))))`,
    `(return (i32.const ${tile.rows}))`,
  ].join("\n");
}

/** The accumulators: factor times the sum over k. */
function products(tile: Tile): string[] {
  const steps = (count: number) => [
    ...times(count, (step) => multiplyAdds(tile, step)).flat(),
    moved("panel", 16 * panelVectors * count),
    ...times(tile.rows, (row) => moved(`a${row}`, 4 * count)),
  ];
  const i = get("i");
  return [
    ...each(tile, (row, vector) => set(accumulator(tile, row, vector), "(v128.const i32x4 0 0 0 0)")),
    ...times(tile.rows, (row) => set(`a${row}`, row === 0 ? get("a") : plus(get(`a${row - 1}`), get("lda")))),
    set("i", `(i32.sub ${get("k")} (i32.const ${unrolled}))`),
    `(block $few (br_if $few (i32.lt_s ${i} (i32.const 0)))`,
    "(loop $next",
    ...steps(unrolled),
    `(br_if $next (i32.ge_s (local.tee $i (i32.sub ${i} (i32.const ${unrolled}))) (i32.const 0)))))`,
    moved("i", unrolled),
    `(block $none (br_if $none (i32.le_s ${i} (i32.const 0)))`,
    "(loop $next",
    ...steps(1),
    `(br_if $next (i32.gt_s (local.tee $i (i32.sub ${i} (i32.const 1))) (i32.const 0)))))`,
    ...each(tile, (row, vector) => {
      const sum = accumulator(tile, row, vector);
      return set(sum, `(f32x4.mul ${get("factor")} ${get(sum)})`);
    }),
  ];
}

/** One k, `step` after where the addresses stand. */
function multiplyAdds(tile: Tile, step: number): string[] {
  const { rows, vectors } = tile;
  return [
    ...times(vectors, (v) => set(`b${v}`, `(v128.load offset=${16 * (panelVectors * step + v)} ${get("panel")})`)),
    ...times(rows, (row) => [
      set("x", `(v128.load32_splat offset=${4 * step} ${get(`a${row}`)})`),
      ...times(vectors, (v) => {
        const sum = accumulator(tile, row, v);
        return set(sum, `(f32x4.relaxed_madd ${get("x")} ${get(`b${v}`)} ${get(sum)})`);
      }),
    ]).flat(),
  ];
}

/** The accumulators to C; column by column where fewer are left than the tile has. */
function stores(tile: Tile, adds: boolean): string[] {
  const { rows, vectors } = tile;
  const out = get("out");
  const nextRow = (row: number) => (row < rows - 1 ? [moved("out", get("ldc"))] : []);
  const whole = (offset: number, x: string) =>
    `(v128.store offset=${offset} ${out} ${adds ? `(f32x4.add ${x} (v128.load offset=${offset} ${out}))` : x})`;
  const one = (offset: number, x: string) =>
    `(f32.store offset=${offset} ${out} ${adds ? `(f32.add ${x} (f32.load offset=${offset} ${out}))` : x})`;
  const oneByOne = (row: number) =>
    times(4 * vectors, (column) => {
      const lane = `(f32x4.extract_lane ${column % 4} ${get(accumulator(tile, row, Math.floor(column / 4)))})`;
      return `(br_if $done (i32.le_s ${get("left")} (i32.const ${column}))) ${one(4 * column, lane)}`;
    });
  return [
    `(if (i32.ge_s ${get("left")} (i32.const ${4 * vectors})) (then`,
    ...times(rows, (row) => [...times(vectors, (v) => whole(16 * v, get(accumulator(tile, row, v)))), ...nextRow(row)]).flat(),
    ") (else",
    ...times(rows, (row) => ["(block $done", ...oneByOne(row), ")", ...nextRow(row)]).flat(),
    "))",
  ];
}
