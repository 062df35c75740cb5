// A figure as data: what is drawn on which axes, and the table behind it. Knows no product and no renderer.

export interface FigurePoint {
  readonly x: number;
  readonly y: number;
  /** A ring around it with these words above: what a reader should look at. */
  readonly ring?: string;
}

/** Colour of a series, the same in every figure: real data alone, or synthetic data too; two more for methods side by side; none, for what is not ours. */
export type FigureTone = "few" | "synthetic" | "third" | "fourth" | "plain";

/** `line`: joined points. `dots`: joined, each with its dot. `points`: dots alone. `hollow`: circles alone, for numbers of others. */
export type MarkKind = "line" | "dots" | "points" | "hollow";

export interface Mark {
  readonly kind: MarkKind;
  readonly tone: FigureTone;
  /** Written beside the mark, so a few words; absent where another mark of the tone has it. */
  readonly name?: string;
  /** A broken line, so that two series differ without colour. */
  readonly broken?: true;
  /** The name stands beside the last point: for marks that begin together. Absent: beside the first. */
  readonly nameAt?: "end";
  /** In order of x. */
  readonly points: readonly FigurePoint[];
}

export interface Axis {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** Ticks at whole numbers alone. */
  readonly whole?: true;
  /** Ticks with words of their own. On the vertical axis they are rows: the words stand above the row's line. */
  readonly ticks?: readonly { readonly at: number; readonly text: string }[];
}

export interface FigureTable {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly numeric?: true }[];
  readonly rows: readonly (readonly string[])[];
}

/** Bar from `low` to `high`, such as a standard deviation: upright at an x, or lying at a y. */
export type FigureInterval = { readonly tone: FigureTone; readonly low: number; readonly high: number } & (
  | { readonly x: number }
  | { readonly y: number }
);

export interface Figure {
  readonly title: string;
  /** Words of a screen reader in place of the picture. */
  readonly label: string;
  readonly axes: { readonly x: Axis; readonly y: Axis };
  readonly marks: readonly Mark[];
  readonly intervals?: readonly FigureInterval[];
  /** An upright line through the picture, such as a baseline's score. */
  readonly at?: number;
  /** Pixels, for a figure of rows; absent: the renderer's own. */
  readonly height?: number;
  readonly table: FigureTable;
}
