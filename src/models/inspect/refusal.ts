// The refusal of a file by a check: an error whose sentence says what it is and whose remedy says what to do. Knows no file.

import { ClinfuseError, type ErrorCode, isAbort, type Place } from "../../base/errors.ts";

/** `why` names the file. */
export function refusal(code: ErrorCode, why: string, remedy: string, place: Place = {}): ClinfuseError {
  return new ClinfuseError(code, why, { ...place, remedy });
}

export const again = {
  fetch: "Download that file once more, whole, and import it again.",
  other: "Choose another model.",
} as const;

/** A reader's own error with a remedy for files that the user picked; other errors, and those that have one, as they are. */
export function withRemedy(error: unknown): unknown {
  if (!(error instanceof ClinfuseError) || isAbort(error) || error.place.remedy !== undefined) return error;
  const remedy = remedies[error.code];
  return remedy === undefined
    ? error
    : new ClinfuseError(error.code, error.message, { ...error.place, remedy }, { cause: error });
}

const remedies: Partial<Record<ErrorCode, string>> = {
  "model-truncated": again.fetch,
  "model-missing": "Add the missing file to the folder and import it again.",
  "file-missing": "Add the missing file to the folder and import it again.",
  "file-malformed": "Fetch that file again from where the model comes from, and import the folder once more.",
  "model-unsupported": again.other,
};
