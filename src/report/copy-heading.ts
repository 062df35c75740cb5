// The sentence that says how many texts may be copied, for page and report. Pure.

import { type Leakage, leastHeldOut } from "../analyse/leakage.ts";
import { counted } from "./report-html.ts";

/** Says as much as the texts never shown allow. */
export function copyHeading({ judged = true, copied, heldOut }: Leakage, shown: string): string {
  if (!judged)
    return `Whether texts were copied from ${shown} cannot be told beside ${counted(heldOut, "real text")}; ${leastHeldOut} are needed`;
  return `${copied === 0 ? "No text was copied" : `${counted(copied, "text")} may be copied`} from ${shown}`;
}
