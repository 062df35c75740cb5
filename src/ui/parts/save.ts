// A file for the user's disk, made in the page. Knows no run.

export interface Download {
  readonly name: string;
  readonly blob: Blob;
}

/** Starts the download; the browser asks where to, if at all. */
export function save({ name, blob }: Download): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replaceAll("/", "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
