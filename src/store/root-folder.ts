// The root of the origin private file system, or why the browser gives none. Knows no file.

import { ClinfuseError } from "../base/errors.ts";
import { refusal } from "./storage-error.ts";

/** Remedy where files are refused: the database may still be there, and with it a part of the app. */
const remedy =
  "Leave the private window, or allow site data for this address, and reload. Until then examples can be written, but no model can be kept: neither a download nor a trained one.";

/** Throws `storage-unavailable`, whatever the browser throws. */
export async function rootFolder(): Promise<FileSystemDirectoryHandle> {
  const doing = "open the browser's file system";
  try {
    if (!navigator.storage?.getDirectory) throw new Error("this browser has none");
    return await navigator.storage.getDirectory();
  } catch (error) {
    const { message, place, cause } = refusal(error, doing);
    throw new ClinfuseError("storage-unavailable", message, { ...place, remedy }, { cause });
  }
}
