// A worker of a browser that has no writable streams: writes, replaces and fails to write files as the app does.

import { files } from "../../src/store/files.ts";
import { serve } from "../../src/workers/serve.ts";

Reflect.deleteProperty(FileSystemFileHandle.prototype, "createWritable");

const disk = (name: string) =>
  files(async () => (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true }));

const broken = () =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.error(new Error("the stream broke"));
    },
  });

const procedures = {
  write: async ({ root, path, text }: { root: string; path: string; text: string }) => disk(root).write(path, new Blob([text])),
  breakOff: async ({ root, path }: { root: string; path: string }) => disk(root).write(path, broken()),
  list: async ({ root }: { root: string }) => disk(root).list(),
  read: async ({ root, path }: { root: string; path: string }) => (await disk(root).read(path))?.text(),
};

export type HandleProcedures = typeof procedures;

serve(self, procedures);
