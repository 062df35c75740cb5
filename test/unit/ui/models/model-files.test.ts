import { expect, it } from "vitest";
import { matchPicked } from "../../../../src/ui/models/model-files.ts";

const file = (name: string) => new File([], name);
const several = { name: "Toy", missing: ["config.json", "vocab.txt"] };

it("knows picked files by their names, and the last missing one under any name", () => {
  const [config, vocab] = [file("config.json"), file("vocab.txt")];
  expect(matchPicked(several, [vocab, config])).toEqual([
    { name: "vocab.txt", file: vocab },
    { name: "config.json", file: config },
  ]);
  const renamed = file("vocab (1).txt");
  expect(matchPicked({ name: "Toy", missing: ["vocab.txt"] }, [renamed])).toEqual([{ name: "vocab.txt", file: renamed }]);
});

it("refuses the lot when one of them is none of the missing files, and names both", () => {
  const pick = () => matchPicked(several, [file("config.json"), file("notes.txt")]);
  expect(pick).toThrow(expect.objectContaining({ code: "file-not-the-model" }));
  expect(pick).toThrow("notes.txt is not one of config.json, vocab.txt");
});
