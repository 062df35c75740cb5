// The last part of a file's path, and its stem. Knows no file.

/** The name without its folders. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The name before its first dot, in lower case. */
export const stemOf = (path: string): string => (nameOf(path).split(".")[0] as string).toLowerCase();
