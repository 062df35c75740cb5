// Words for model files when they are picked: each case of test/fixtures/model-files is told by its bytes.

import { describe, expect, it } from "vitest";
import { inspectPicked } from "../../../src/models/inspect.ts";
import { type ModelFileCase, modelFileCases } from "../../fixtures/model-files/cases.ts";

const options = { signal: new AbortController().signal, onBytes: () => undefined };

const inspect = ({ files, picked }: ModelFileCase) => {
  const paths = Object.keys(files);
  return inspectPicked(
    {
      name: picked ?? paths[0]?.split("/")[0] ?? "",
      files: Object.entries(files).map(([path, content]) => ({ path, file: new Blob([content]) })),
    },
    options,
  );
};

describe("model files, when they are picked", () => {
  it.each(modelFileCases)("$title", async (given) => {
    const found = await inspect(given);
    const good = found.filter(({ refused }) => refused === undefined);
    const [model] = good.length > 0 ? good : found;
    const { message = "", place = {} } = model?.refused ?? {};
    if (given.refused) {
      expect(`${message} ${place.remedy}`).toMatch(given.refused);
      expect(place.remedy).toMatch(/[A-Z].*\.$/); // a sentence
      expect(message).not.toMatch(/SHA-256|hash/);
    } else expect(message).toBe("");
    expect(model?.kind).toBe(given.kind);
    expect(model?.remarks).toHaveLength(given.remarks?.length ?? 0);
    for (const [i, remark] of (given.remarks ?? []).entries()) expect(model?.remarks[i]).toMatch(remark);
    if (given.stored) expect(model?.parts.map(({ name }) => name)).toEqual(given.stored);
  });
});
