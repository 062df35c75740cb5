// The one open model: asked for again, in place of another, refused, left on the way.

import { describe, expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import type { OpenOptions, Speeds } from "../../../src/engines/catalogue.ts";
import { openScripted } from "../../../src/engines/scripted.ts";
import { tourScript } from "../../../src/engines/tour-script.ts";
import { type OpenedEngine, openModel } from "../../../src/procedures/open-model.ts";
import type { Measurements } from "../../../src/store/measurements.ts";
import { collect, memoryModel, memoryModels, never, noMeasurements } from "./memory-ports.ts";

const weights = new Blob(["GGUF and numbers"]);
const [first, second] = await Promise.all(
  ["first", "second"].map((id) => memoryModel(id, "language-model", { "w.gguf": weights })),
);

/** An engine that reads the first file of a model; "auto" comes to "fast". */
function setUp(measured: () => Promise<Measurements> = async () => noMeasurements) {
  const log: string[] = [];
  const speeds: Speeds[] = [];
  const openEngine = async (id: string, { entry, read, onLoad }: OpenOptions, known: Speeds): Promise<OpenedEngine> => {
    speeds.push(known);
    const blob = await read(entry.files[0]!);
    if (id === "refusing") throw new ClinfuseError("model-unsupported", "it is of another kind");
    onLoad?.(blob.size, blob.size);
    const engine = id === "auto" ? "fast" : id;
    log.push(`open ${entry.id} with ${engine}`);
    const model = {
      ...openScripted({ script: tourScript }),
      id: `${engine}/${entry.id}`,
      close: async () => {
        log.push(`close ${entry.id}`);
        if (engine === "clinging") throw new Error("the device is gone");
      },
    };
    return { engine: { id: engine, runsOn: async () => "a device" }, model };
  };
  const opened = openModel({ models: memoryModels(first!, second!), measurements: measured, openEngine });
  return { ...opened, log, speeds };
}

describe("opening a model", () => {
  it("tells its files and its way onto the device, then what it is", async () => {
    const { open, current } = setUp();
    const events = await collect(open({ model: "first", engine: "auto" }, never));
    expect(events.at(-1)).toMatchObject({ type: "opened", model: { id: "fast/first", engine: "fast", runsOn: "a device" } });
    const told = events.flatMap((event) => (event.type === "progress" ? [event] : []));
    expect(told.at(-1)).toEqual({ type: "progress", what: "The first, onto the device", done: 16, total: 16 });
    expect(current().id).toBe("fast/first");
  });

  it("that is open opens nothing, by the name that it was asked for or that it came to", async () => {
    const { open, log } = setUp();
    for (const engine of ["auto", "auto", "fast"]) {
      const events = await collect(open({ model: "first", engine }, never));
      expect(events.at(-1)).toMatchObject({ type: "opened", model: { engine: "fast" } });
    }
    expect(log).toEqual(["open first with fast"]);
  });

  it("closes the one before, also by another engine, and though that refuses to be closed", async () => {
    const { open, log, current } = setUp();
    await collect(open({ model: "first", engine: "fast" }, never));
    await collect(open({ model: "first", engine: "clinging" }, never));
    await collect(open({ model: "second", engine: "fast" }, never));
    expect(log.filter((line) => line.startsWith("close"))).toEqual(["close first", "close first"]);
    expect(current().id).toBe("fast/second");
  });

  it("that is refused leaves none open, and says why", async () => {
    const { open, current } = setUp();
    await collect(open({ model: "first", engine: "fast" }, never));
    await expect(collect(open({ model: "second", engine: "refusing" }, never))).rejects.toMatchObject({
      code: "model-unsupported",
    });
    expect(current).toThrow(expect.objectContaining({ code: "model-missing" }));
    await expect(collect(open({ model: "third", engine: "fast" }, never))).rejects.toMatchObject({ code: "not-found" });
  });

  it("that nobody waits for any more is closed again", async () => {
    const { open, log, current } = setUp();
    const controller = new AbortController();
    const opening = collect(open({ model: "first", engine: "fast" }, controller.signal));
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: "aborted" });
    expect(log).toEqual(["open first with fast", "close first"]);
    expect(current).toThrow(expect.objectContaining({ code: "model-missing" }));
  });

  it("goes by what was measured with it, and without where the storage refuses", async () => {
    const speed = (model: string, engine: string, tokensPerSecond: number) =>
      ({ kind: "engine", model, engine, tokensPerSecond, measuredAt: 1 }) as const;
    const engines = [speed("first", "fast", 80), speed("second", "fast", 9), speed("first", "slow", 2)];
    const known = setUp(async () => ({ engines, training: [] }));
    await collect(known.open({ model: "first", engine: "auto" }, never));
    expect(known.speeds).toEqual([{ fast: 80, slow: 2 }]);
    const unknown = setUp(async () => Promise.reject(new ClinfuseError("storage-unavailable", "no")));
    await collect(unknown.open({ model: "first", engine: "auto" }, never));
    expect(unknown.speeds).toEqual([{}]);
  });
});
