// One write to the database: all of it or nothing, with the browser's refusals as ClinfuseErrors. Knows no record.

import type { IDBPTransaction, StoreNames } from "idb";
import type { Db, Schema } from "./db.ts";
import { storageError } from "./storage-error.ts";

export type StoreName = StoreNames<Schema>;

/**
 * Runs `body` in one readwrite transaction and resolves once it is committed. Whatever `body` throws undoes what it wrote.
 * `body` must await nothing but requests of this transaction. `doing` completes "could not ...".
 * Throws `quota-exceeded`, `storage-unavailable`, or what `body` threw.
 */
export async function write<const Names extends readonly StoreName[], T>(
  db: Db,
  stores: Names,
  doing: string,
  body: (
    tx: IDBPTransaction<Schema, Names extends readonly (infer N extends StoreName)[] ? N[] : never, "readwrite">,
  ) => Promise<T>,
): Promise<T> {
  let tx: IDBPTransaction<Schema, StoreName[], "readwrite">;
  try {
    tx = db.transaction([...stores], "readwrite");
  } catch (error) {
    throw storageError(error, doing);
  }
  const committed = tx.done.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  );
  try {
    const result = await body(tx as Parameters<typeof body>[0]);
    const failed = await committed;
    if (failed) throw failed.reason;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // already aborted or committed
    }
    // Ended by the quota, the requests say AbortError, and only the transaction says why.
    const failed = await committed;
    const why = failed?.reason instanceof Error && failed.reason.name !== "AbortError" ? failed.reason : error;
    throw storageError(why, doing);
  }
}

/** A read, with the browser's refusals as ClinfuseErrors. */
export async function read<T>(doing: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw storageError(error, doing);
  }
}
