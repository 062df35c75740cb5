// Places of a node's neighbours in a drawing: those that it points at on the right, those that point at it on the left. Pure.

import type { NodeCard } from "../../knowledge/graph-lookup.ts";

export interface DrawnNeighbour {
  readonly name: string;
  readonly relation: string;
  readonly way: "out" | "in";
  readonly type: string;
  readonly ordinal: number;
  readonly x: number;
  readonly y: number;
  /** The first of its relation on its side: the relation's name stands above it. */
  readonly first: boolean;
}

export interface NeighbourLayout {
  readonly width: number;
  readonly height: number;
  readonly centre: { readonly x: number; readonly y: number };
  /** Some of those that are listed: the list has them all. */
  readonly nodes: readonly DrawnNeighbour[];
}

const rowHeight = 24;
const headHeight = 20;
const padding = 12;

/** At most `most` neighbours a side. Lengths in CSS pixels. */
export function neighbourLayout(
  { neighbours: { listed } }: Pick<NodeCard, "neighbours">,
  width: number,
  most = 10,
): NeighbourLayout {
  const sides = (["in", "out"] as const).map((way) => {
    const some = listed.filter((neighbour) => neighbour.way === way).slice(0, most);
    const relations = [...new Set(some.map(({ relation }) => relation))];
    const own = relations.flatMap((relation) => some.filter((neighbour) => neighbour.relation === relation));
    let y = padding;
    let before: string | undefined;
    const nodes = own.map(({ relation, node }): DrawnNeighbour => {
      const first = relation !== before;
      before = relation;
      y += rowHeight + (first ? headHeight : 0);
      const { name, type, ordinal } = node;
      return { name, relation, way, type, ordinal, x: way === "in" ? width * 0.34 : width * 0.66, y: y - rowHeight / 2, first };
    });
    return { nodes, height: y + padding };
  });
  const height = Math.max(80, ...sides.map((side) => side.height));
  // The shorter side stands in the middle of the height.
  const nodes = sides.flatMap((side) => side.nodes.map((node) => ({ ...node, y: node.y + (height - side.height) / 2 })));
  return { width, height, centre: { x: width / 2, y: height / 2 }, nodes };
}

/** A name cut to the room that it has, by a mean width of letters. */
export function fitted(name: string, pixels: number, letter = 7.7): string {
  const letters = Math.max(4, Math.floor(pixels / letter));
  return [...name].length <= letters
    ? name
    : `${[...name]
        .slice(0, letters - 1)
        .join("")
        .trimEnd()}…`;
}
