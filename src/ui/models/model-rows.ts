// Words of the page for a model's files that are still to come. Knows no component.

import type { ModelRow } from "../../procedures/models.ts";
import { bytes } from "../parts/numbers.ts";

/** Tells whether its download has begun. The small files of a model that was added from the hub are here before that. */
export const isBegun = ({ stored, bytes, vouched }: ModelRow) => (vouched.by === "hub" ? stored / bytes >= 0.01 : stored > 0);

/** Words of the button that fetches the rest from there. */
export function downloadVerb(row: ModelRow, { source, host }: ModelRow["sources"][number]): string {
  const left = bytes(row.bytes - row.stored);
  if (isBegun(row)) return `Resume, ${left} left, from ${host}`;
  return source === "server" ? `Keep a copy in this browser (${left})` : `Download ${left} from ${host}`;
}
