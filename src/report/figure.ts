// A figure as data: what is drawn on which axes, and the table behind it. Knows no product and no renderer.

export interface FigurePoint {
  readonly x: number;
  readonly y: number;
  /** A ring around it with these words above: what a reader should look at. */
  readonly ring?: string;
}

/** Colour of a series, the same in every figure: real data alone, or synthetic data too. */
export type FigureTone = "few" | "synthetic";

export interface Mark {
  readonly kind: "line" | "dots";
  readonly tone: FigureTone;
  /** Written beside the mark, so a few words; absent where another mark of the tone has it. */
  readonly name?: string;
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
}

export interface FigureTable {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly numeric?: true }[];
  readonly rows: readonly (readonly string[])[];
}

export interface Figure {
  readonly title: string;
  /** Words of a screen reader in place of the picture. */
  readonly label: string;
  readonly axes: { readonly x: Axis; readonly y: Axis };
  readonly marks: readonly Mark[];
  /** Vertical bars, such as a standard deviation. */
  readonly intervals?: readonly { readonly tone: FigureTone; readonly x: number; readonly low: number; readonly high: number }[];
  readonly table: FigureTable;
}
