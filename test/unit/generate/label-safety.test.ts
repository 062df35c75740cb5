// Word substitution over every sample: labels stay, entities stay or get a name of their type, pairs change alike, nothing is denied anew.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import { withNumberAlike } from "../../../src/generate/augment/pair-numbers.ts";
import { withSynonym } from "../../../src/generate/augment/renaming.ts";
import { perturbed } from "../../../src/generate/word-substitution.ts";
import type { Substitutes } from "../../../src/knowledge/topic.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, PairExample } from "../../../src/tasks/example.ts";
import { labelsOf, spansOf, textsOf } from "../../../src/tasks/shapes.ts";

const samples = join(import.meta.dirname, "../../../public/samples");

async function rowsOf(task: (typeof tasks)[number]): Promise<Example[]> {
  const folder = join(samples, task.id);
  const files = new Map(readdirSync(folder).map((name) => [name, new Blob([readFileSync(join(folder, name))])]));
  const { train, validation, test } = await readDataset(task, files, rng("sample"));
  return [...train, ...validation, ...test];
}

const other = (word: string) => `kindred ${word}`;

/** Another name for each longer word of the texts, and two for each label. */
function substitutesFor(task: (typeof tasks)[number], rows: readonly Example[]): Substitutes {
  const words = new Set(
    rows.flatMap(textsOf).flatMap((text) => text.toLowerCase().match(/(?<![\p{L}\p{N}-])\p{Ll}{7,}(?![\p{L}\p{N}-])/gu) ?? []),
  );
  return {
    names: Object.fromEntries(task.labels.map(({ id }) => [id, [`${id.toLowerCase()} alpha`, `${id.toLowerCase()} beta`]])),
    synonyms: [...words].map((word) => [word, other(word)]),
  };
}

const surfaces = (example: Example): string[] => {
  if (example.kind === "relation") return [example.head, example.tail].map(({ start, end }) => example.text.slice(start, end));
  return spansOf(example).map(({ start, end }) => (textsOf(example)[0] as string).slice(start, end));
};

/** Denials outside the entities, whether contracted or not. */
const denials = (example: Example) =>
  textsOf(example).map((text) => denialsOf(surfaces(example).reduce((t, s) => t.replace(s, ""), text)));

const denialsOf = (text: string) =>
  text
    .replace(/cannot/gi, "can not")
    .replace(/n't/gi, " not")
    .match(/\b(no|not|never|without|neither|nor|none|negative|absent|denie[sd])\b/gi)?.length ?? 0;

describe.each(tasks.map((task) => [task.id, task] as const))("%s", async (_, task) => {
  const rows = await rowsOf(task);
  const substitutes = substitutesFor(task, rows);

  it("keeps labels, denials and entities", () => {
    for (const [i, row] of rows.entries()) {
      for (let draw = 0; draw < 4; draw++) {
        const made = perturbed(row, substitutes, rng("safe", task.id, i, draw));
        expect(labelsOf(made)).toEqual(labelsOf(row));
        expect(denials(made)).toEqual(denials(row));
        const [before, after] = [surfaces(row), surfaces(made)];
        expect(after).toHaveLength(before.length);
        for (const [k, surface] of after.entries()) {
          const names = made.kind === "token" ? (substitutes.names[made.spans[k]?.label as string] ?? []) : [];
          expect([before[k], ...names, ...names.map((name) => name.charAt(0).toUpperCase() + name.slice(1))]).toContain(surface);
        }
      }
    }
  });

  it("names a thing otherwise in all of its places, of both texts alike, and never in an entity", () => {
    let changed = 0;
    for (const [i, row] of rows.entries()) {
      if (row.kind === "token") continue;
      const made = withSynonym(row, substitutes.synonyms, rng("synonym", task.id, i));
      if (!made) continue;
      changed++;
      expect(surfaces(made)).toEqual(surfaces(row));
      for (const [of, text] of textsOf(made).entries()) {
        expect(text).not.toBe(textsOf(row)[of]);
        expect(text.replace(/kindred /gi, "").toLowerCase()).toBe(textsOf(row)[of]?.toLowerCase());
      }
    }
    expect(changed > 0).toBe(task.shape !== "token");
  });
});

describe("numbers of a pair", () => {
  const pair = (first: string, second: string): PairExample => ({ kind: "pair", first, second, label: "x" });
  const draws = (of: PairExample) => Array.from({ length: 60 }, (_, i) => withNumberAlike(of, rng("pair", i)));

  it("change in both texts alike", () => {
    const made = draws(pair("He is 50 now.", "A man of 50 and 50.")).filter((example) => example !== undefined);
    expect(made.length).toBeGreaterThan(10);
    for (const { first, second } of made) {
      const [n] = first.match(/\d+/) as RegExpMatchArray;
      expect(second).toBe(`A man of ${n} and ${n}.`);
      expect(n).not.toBe("50");
    }
  });

  it("stay where one text alone has them", () => {
    expect(new Set(draws(pair("He is 50 now.", "A man of 60.")))).toEqual(new Set([undefined]));
  });

  it("never meet or pass another number, of any form", () => {
    for (const example of draws(pair("A dose of 10 mg.", "More than 9 mg, less than 10.5 mg: 10 mg."))) {
      expect(example).toBeUndefined();
    }
  });
});
