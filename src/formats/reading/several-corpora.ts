// The refusal of a folder that holds more than one corpus. Knows no format.

import { ClinfuseError } from "../../base/errors.ts";
import { nameOf } from "./paths.ts";

/** Two folders both have the file: `format-several`. `what` names the format. */
export function severalCorpora(folders: readonly [string, string], path: string, what: string): ClinfuseError {
  const [one, other] = folders.map((folder) => folder || "its own files");
  const message = `the folder holds several data sets: ${one} and ${other} both have ${nameOf(path)}; choose one of them`;
  return new ClinfuseError("format-several", message, { file: path, what });
}
