// The sentence that says how many texts may be copied, for page and report. Pure.

import { type Leakage, leastHeldOut } from "../analyse/leakage.ts";
import { counted } from "./report-html.ts";

/** Says as much as the texts never shown allow. A text that repeats another word for word is said whatever they allow. */
export function copyHeading({ judged = true, copied, verbatim = 0, heldOut }: Leakage, shown: string): string {
  const same = `${counted(verbatim, "text")} ${verbatim === 1 ? "repeats" : "repeat"} one of ${shown} word for word`;
  if (!judged) {
    const least = `${leastHeldOut} are needed`;
    return verbatim > 0
      ? `${same}; of the others nothing can be told beside ${counted(heldOut, "real text")}, ${least}`
      : `Whether texts were copied from ${shown} cannot be told beside ${counted(heldOut, "real text")}; ${least}`;
  }
  if (copied === 0) return verbatim > 0 ? same : `No text was copied from ${shown}`;
  const more = verbatim > 0 ? `, and ${counted(verbatim, "text")} ${verbatim === 1 ? "is" : "are"} the same word for word` : "";
  return `${counted(copied, "text")} may be copied from ${shown}${more}`;
}
