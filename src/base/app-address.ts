// Addresses of the app's own files, whatever folder of whatever server the app lies in. Knows no file.

/** "/" in development; "./" in a build, whose scripts all lie one folder below the app's. */
const base = import.meta.env?.BASE_URL ?? "/";
const script = import.meta.url;

/** Beginning of the names of the caches that hold the app itself: deleting what the user made keeps them. */
export const appCachePrefix = "clinfuse-app:";

/** The path, from the server's root, of a file whose path in the app's folder is given. "" is the folder itself. */
export function appAddress(path: string): string {
  return base.startsWith("/") ? `${base}${path}` : new URL(`../${path}`, script).pathname;
}
