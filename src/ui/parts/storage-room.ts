// Bytes that this browser keeps and may keep, as far as it tells. Knows no component.

export interface StorageRoom {
  readonly usage: number;
  readonly quota: number;
  /** The browser promised not to delete it by itself. */
  readonly persisted: boolean;
}

/** Undefined where the browser tells nothing, as in some private windows and before Safari 17. */
export async function storageRoom(): Promise<StorageRoom | undefined> {
  try {
    const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([
      navigator.storage.estimate(),
      navigator.storage.persisted(),
    ]);
    return { usage, quota, persisted };
  } catch {
    return undefined;
  }
}

/** Asks the browser to keep what is stored. False where it does not promise, or cannot. */
export async function keepStorage(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}
