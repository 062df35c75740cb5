// Archives of graphs: zips in a zip are opened, and what they hold is named by the whole way.

import { describe, expect, it } from "vitest";
import { writeZip } from "../../../src/formats/zip.ts";
import { graphFilesIn } from "../../../src/procedures/graph-archives.ts";
import { never } from "./memory-ports.ts";

const zipOf = (files: Readonly<Record<string, Blob>>) =>
  writeZip(
    "a.zip",
    Object.entries(files).map(([path, content]) => ({ path, content })),
    never,
  );

const textOf = async (stream: ReadableStream<Uint8Array>) =>
  new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();

describe("a zip in a zip", () => {
  it("is opened, without the litter of systems", async () => {
    const inner = await zipOf({ "entity/drug_vocab.csv": new Blob(["primary,name\n"]), "__MACOSX/._x": new Blob(["x"]) });
    const outer = await zipOf({ "g/entity.zip": inner, "g/.DS_Store": new Blob(["x"]), "g/notes.txt": new Blob(["n"]) });
    const files = await graphFilesIn(new Map([["all.zip", outer]]));
    expect(files.map(({ name }) => name)).toEqual(["all.zip/g/entity.zip/entity/drug_vocab.csv", "all.zip/g/notes.txt"]);
    expect(await textOf((files[0] as (typeof files)[number]).data.stream())).toBe("primary,name\n");
  });

  it("that is damaged is named by the whole way", async () => {
    const inner = await zipOf({ "a.csv": new Blob(["primary,name\n"]) });
    const outer = await zipOf({ "g/entity.zip": inner.slice(0, inner.size - 20) });
    await expect(graphFilesIn(new Map([["all.zip", outer]]))).rejects.toMatchObject({
      code: "file-malformed",
      place: { file: "all.zip/g/entity.zip" },
    });
  });

  it("is opened once: one within is left as it is", async () => {
    const core = await zipOf({ "a.csv": new Blob(["x"]) });
    const outer = await zipOf({ "b.zip": await zipOf({ "c.zip": core }) });
    expect((await graphFilesIn(new Map([["all.zip", outer]]))).map(({ name }) => name)).toEqual(["all.zip/b.zip/c.zip"]);
  });
});
