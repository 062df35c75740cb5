// Errors of the browser's storage, as the two that a user can act on. Knows no store.

import { ClinfuseError } from "../base/errors.ts";

/**
 * `quota-exceeded` when the browser refuses to store more, `storage-unavailable` when it refuses to store at all; any other
 * error is given back as it is. `doing` completes "could not ...".
 */
export function storageError(error: unknown, doing: string): unknown {
  if (error instanceof ClinfuseError || !(error instanceof Error)) return error;
  switch (error.name) {
    case "QuotaExceededError":
      return new ClinfuseError(
        "quota-exceeded",
        `could not ${doing}: the browser's storage for this site is full. Delete runs or models, or free disk space, and try again.`,
        { what: doing },
        { cause: error },
      );
    case "SecurityError":
    case "NotAllowedError":
    case "InvalidStateError":
    case "UnknownError":
    case "VersionError":
    case "NoModificationAllowedError":
      return new ClinfuseError(
        "storage-unavailable",
        `could not ${doing}: the browser gives this page no storage (${error.name})`,
        { what: doing, got: error.name },
        { cause: error },
      );
    default:
      return error;
  }
}

/** The error of opening the storage. It always means that there is none: browsers name it in many ways. */
export function refusal(error: unknown, doing: string): ClinfuseError {
  const known = storageError(error, doing);
  if (known instanceof ClinfuseError) return known;
  const why = error instanceof Error ? error.message : String(error);
  const sentence = `could not ${doing}: the browser gives this page no storage (${why})`;
  return new ClinfuseError("storage-unavailable", sentence, { what: doing }, { cause: error });
}
