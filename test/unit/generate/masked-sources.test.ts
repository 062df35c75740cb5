// DA-Transformer and MELM over a filler of known ranks: how many places, which fillings, what stays as it is, and where spans lie afterwards.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { presetSource } from "../../../src/experiment/presets.ts";
import { type Filling, withFillings } from "../../../src/generate/augment/filled-text.ts";
import { conditionalMlm, placesToMask } from "../../../src/generate/conditional-mlm.ts";
import type { MaskFiller } from "../../../src/generate/mask-filler.ts";
import { melm, piecesToMask } from "../../../src/generate/melm.ts";
import type { Attempt, Context, Tools } from "../../../src/generate/source.ts";
import { suits } from "../../../src/generate/sources.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example, TokenExample } from "../../../src/tasks/example.ts";
import { spansOf, textsOf } from "../../../src/tasks/shapes.ts";

const never = new AbortController().signal;
const wordsIn = (text: string) =>
  [...text.matchAll(/\p{L}+|\S/gu)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));

/** Places are the words that `isFree` allows, of halves where they are long; the fillings of a place are "r1" to "r9". */
function ranked(
  isFree: (example: Example, text: number, start: number) => boolean = () => true,
): MaskFiller & { readonly masked: number[][] } {
  const asked: number[][] = [];
  return {
    masked: asked,
    places(example) {
      const places = textsOf(example).flatMap((text, of) =>
        wordsIn(text).flatMap(({ start, end }, word) => {
          const middle = end - start > 4 ? start + 3 : end;
          const parts =
            middle < end
              ? [
                  [start, middle],
                  [middle, end],
                ]
              : [[start, end]];
          return parts.map(([from, to]) => ({
            text: of,
            start: from as number,
            end: to as number,
            word,
            begins: from === start,
            ends: to === end,
          }));
        }),
      );
      return {
        length: places.length + 3,
        condition: 1,
        places: places.filter(({ text, start }) => isFree(example, text, start)),
      };
    },
    async fill(_, masked) {
      asked.push([...masked]);
      return masked.map(() => ({
        drawn: (u: number) => `r${1 + Math.floor(u * 9)}`,
        likeliest: (count: number) => Array.from({ length: count }, (_, i) => `r${i + 1}`),
      }));
    },
  };
}

const contextOf = (
  task: string,
  demonstrations: readonly Example[],
  kind: "melm" | "conditional-mlm",
  over = {},
): Context<never> =>
  ({
    config: { ...presetSource("small", kind), ...over },
    task: taskById(task),
    demonstrations,
    gold: [],
    knowledge: knowledgeOf(noKnowledge),
    feedback: [],
  }) as never;

const attemptOf = async (kind: "melm" | "conditional-mlm", i: number, context: Context<never>, tools: Tools) =>
  (kind === "melm" ? melm : conditionalMlm).attempt(i, context as never, tools, rng("attempt", i), never);

function exampleOf<E extends Example>(attempt: Attempt | undefined): E {
  if (!attempt?.parsed.ok) throw new Error("expected an example");
  return attempt.parsed.value as E;
}

const text = "Acute renal failure followed heparin, and later";
const sentence: TokenExample = {
  kind: "token",
  text,
  spans: [
    { start: 0, end: 19, label: "Disease" },
    { start: 29, end: 36, label: "Disease" },
  ],
};
const inEntity = (example: Example, _: number, start: number) =>
  spansOf(example).some((span) => start >= span.start && start < span.end);

describe("places to mask", () => {
  it("of a text are a seventh of it without [CLS] and label, one at least (Kumar et al. 2020)", () => {
    expect(placesToMask(32, 1)).toBe(4);
    expect(placesToMask(14, 1)).toBe(1);
    expect(placesToMask(5, 3)).toBe(1);
  });

  it("of an entity's word are round(Normal(n / 2, 1)), drawn again until one to n (Zhou et al. 2022)", () => {
    // Closed form: differences of the normal distribution's function at n/2 +- half steps, over their sum.
    const expected = [[1], [0.613, 0.387], [0.417, 0.417, 0.166], [0.2608, 0.4131, 0.2608, 0.0654]];
    const draws = 20_000;
    for (const [i, shares] of expected.entries()) {
      const stream = rng("pieces", i);
      const counts = new Array<number>(i + 1).fill(0);
      for (let k = 0; k < draws; k++) counts[piecesToMask(i + 1, () => stream.next()) - 1]!++;
      for (const [k, share] of shares.entries()) expect(Math.abs((counts[k] as number) / draws - share)).toBeLessThan(0.012);
    }
  });
});

describe("MELM", () => {
  it("fills with ranks 2 to 5 alone, each of them, and masks one piece or more of each entity's word", async () => {
    const fill = ranked(inEntity);
    const found = new Set<string>();
    const context = contextOf("bc5cdr-disease", [sentence], "melm");
    for (let i = 0; i < 1000; i++) {
      const attempt = await attemptOf("melm", i, context, { fill });
      const value = exampleOf<TokenExample>(attempt);
      for (const [rank] of value.text.matchAll(/r\d/gi)) found.add(rank.toLowerCase());
      expect(value.text).toMatch(/ followed \S+ and later$/);
    }
    expect([...found].sort()).toEqual(["r2", "r3", "r4", "r5"]);
    const words = fill.places(sentence).places;
    for (const masked of fill.masked) expect(new Set(masked.map((i) => words[i]?.word)).size).toBe(4);
  }, 30_000);

  it("carries the spans along: each holds what was filled into its words, and the rest of the text is as it was", async () => {
    const context = contextOf("bc5cdr-disease", [sentence], "melm");
    for (let i = 0; i < 300; i++) {
      const attempt = await attemptOf("melm", i, context, { fill: ranked(inEntity) });
      const made = exampleOf<TokenExample>(attempt);
      const [first, second] = made.spans;
      expect(made.spans).toHaveLength(2);
      const outside = made.text.slice(first?.end, second?.start) + made.text.slice(second?.end);
      expect(outside).toBe(" followed , and later");
      expect(made.text.slice(first?.start, first?.end).split(" ")).toHaveLength(3);
      expect(first?.start).toBe(0);
      expect(attempt).toMatchObject({ label: "Disease", origin: { kind: "derived", from: [0], by: "MELM" } });
    }
  });

  it("takes sentences with entities alone, in turn, and ends where there are none", async () => {
    const bare: TokenExample = { kind: "token", text: "Nothing here", spans: [] };
    const context = contextOf("bc5cdr-disease", [bare, sentence, bare, sentence], "melm");
    const origins = await Promise.all(
      [0, 1, 2].map(async (i) => (await attemptOf("melm", i, context, { fill: ranked(inEntity) }))?.origin),
    );
    expect(origins).toMatchObject([{ from: [1] }, { from: [3] }, { from: [1] }]);
    expect(await attemptOf("melm", 0, contextOf("bc5cdr-disease", [bare], "melm"), { fill: ranked() })).toBeUndefined();
  });

  it("filtered, throws away what a classifier labels otherwise, and asks it without the labels", async () => {
    const context = contextOf("bc5cdr-disease", [sentence], "melm", { filter: true });
    const asked: Example[] = [];
    const label = (spans: (made: Example) => TokenExample["spans"]) => async (example: Example) => {
      asked.push(example);
      return { ...example, spans: spans(example) } as Example;
    };
    const agreeing = await attemptOf("melm", 0, contextOf("bc5cdr-disease", [sentence], "melm"), { fill: ranked(inEntity) });
    const made = exampleOf<TokenExample>(agreeing);
    const same = await attemptOf("melm", 0, context, { fill: ranked(inEntity), label: label(() => made.spans) });
    const other = await attemptOf("melm", 0, context, { fill: ranked(inEntity), label: label(() => made.spans.slice(1)) });
    expect([same?.parsed, other?.parsed]).toEqual([
      { ok: true, value: made },
      { ok: false, reason: "labels-differ" },
    ]);
    expect(asked.map(spansOf)).toEqual([[], []]);
  });
});

describe("DA-Transformer", () => {
  it("keeps label and entities, draws by the stream, and changes at most a seventh of the pieces", async () => {
    const relation: Example = {
      kind: "relation",
      text: "After heparin some patients had fever for weeks or even months",
      head: { start: 6, end: 13, label: "Chemical" },
      tail: { start: 32, end: 37, label: "Disease" },
      label: "induce",
    };
    const isFree = (_: Example, __: number, start: number) => !(start >= 6 && start < 13) && !(start >= 32 && start < 37);
    const context = contextOf("cdr", [relation], "conditional-mlm");
    const texts = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const fill = ranked(isFree);
      const attempt = await attemptOf("conditional-mlm", i, context, { fill });
      const value = exampleOf<typeof relation>(attempt);
      expect(value.text.slice(value.head.start, value.head.end)).toBe("heparin");
      expect(value.text.slice(value.tail.start, value.tail.end)).toBe("fever");
      expect([value.label, value.head.label, value.tail.label]).toEqual(["induce", "Chemical", "Disease"]);
      const { length, condition } = fill.places(relation);
      expect(fill.masked[0]?.length).toBeLessThanOrEqual(placesToMask(length, condition));
      const again = await attemptOf("conditional-mlm", i, context, { fill: ranked(isFree) });
      expect(again).toEqual(attempt);
      texts.add(value.text);
    }
    expect(texts.size).toBeGreaterThan(50);
  });

  it("masks in both texts of a pair", async () => {
    const pair: Example = { kind: "pair", first: "one two three four", second: "five six seven eight", label: "equivalent" };
    const changed = { first: 0, second: 0 };
    for (let i = 0; i < 60; i++) {
      const attempt = await attemptOf("conditional-mlm", i, contextOf("mqp", [pair], "conditional-mlm"), { fill: ranked() });
      const value = exampleOf<typeof pair>(attempt);
      if (value.first !== pair.first) changed.first++;
      if (value.second !== pair.second) changed.second++;
    }
    expect(Math.min(changed.first, changed.second)).toBeGreaterThan(10);
  });

  it("gives a text back as it is where it has no place to mask", async () => {
    const one: Example = { kind: "sentence", text: "All unknown", labels: ["inducing angiogenesis"] };
    const attempt = await attemptOf("conditional-mlm", 0, contextOf("hoc", [one], "conditional-mlm"), {
      fill: ranked(() => false),
    });
    expect(attempt?.parsed).toEqual({ ok: true, value: one });
  });

  it("is for whole texts, relations and pairs, as MELM is for marked ones", () => {
    const suiting = (kind: "melm" | "conditional-mlm") =>
      ["bc5cdr-disease", "casi", "hoc", "cdr", "mqp"].filter((id) => suits({ kind }, taskById(id)));
    expect([suiting("melm"), suiting("conditional-mlm")]).toEqual([
      ["bc5cdr-disease", "casi"],
      ["hoc", "cdr", "mqp"],
    ]);
  });
});

describe("a text with pieces replaced", () => {
  const at = (text: string, piece: string, filling: string, over: Partial<Filling> = {}): Filling => {
    const start = text.indexOf(piece);
    return { text: 0, start, end: start + piece.length, begins: true, ends: true, filling, ...over };
  };
  const filled = (text: string, ...fillings: Filling[]) =>
    (withFillings({ kind: "sentence", text, labels: [] }, fillings) as { text: string }).text;

  it.each([
    ["a hyphen by a word", "beta-blocker", [["-", "and"]], "beta and blocker"],
    ["a word by a hyphen", "one, two", [["two", "-"]], "one, -"],
    [
      "words beside a slash",
      "mg/kg",
      [
        ["mg", "ml"],
        ["kg", "l"],
      ],
      "ml/l",
    ],
    [
      "all three of a slash",
      "mg/kg",
      [
        ["mg", "ml"],
        ["/", "per"],
        ["kg", "l"],
      ],
      "ml per l",
    ],
    ["a word at the start", "Aspirin helps", [["Aspirin", "ibuprofen"]], "Ibuprofen helps"],
    ["an abbreviation", "ACE rises", [["ACE", "it"]], "it rises"],
    ["a word after two spaces and a line", "the\n\n  patient", [["patient", "woman"]], "the\n\n  woman"],
  ] as const)("%s: %s", (_, text, fillings, expected) => {
    expect(filled(text, ...fillings.map(([piece, filling]) => at(text, piece, filling)))).toBe(expected);
  });

  it("a part of a word stays a part of it, with the rest as it was written", () => {
    expect(filled("NephroPathy today", at("NephroPathy", "Pathy", "tic", { begins: false }))).toBe("Nephrotic today");
    expect(filled("Nephropathy today", at("Nephropathy", "Nephro", "neuro", { ends: false }))).toBe("Neuropathy today");
  });

  it("a space that a filling needs lies outside of the entity beside it, and inside of the entity that it is in", () => {
    const text = "heparin-induced x-ray fever";
    const spans = [
      { start: 0, end: 7, label: "A" },
      { start: 8, end: 15, label: "B" },
      { start: 16, end: 21, label: "C" },
    ];
    const example: TokenExample = { kind: "token", text, spans };
    const hyphens = [at(text, "-", "and"), { ...at(text, "-", "or"), start: 17, end: 18 }];
    const made = withFillings(example, hyphens) as TokenExample;
    expect(made.text).toBe("heparin and induced x or ray fever");
    expect(made.spans.map(({ start, end }) => made.text.slice(start, end))).toEqual(["heparin", "induced", "x or ray"]);
  });

  it("an edge of a span within a replaced piece moves to that piece's edge", () => {
    const example: TokenExample = { kind: "token", text: "antidiabetic drug", spans: [{ start: 4, end: 10, label: "A" }] };
    const made = withFillings(example, [at("antidiabetic", "antidiabetic", "new")]) as TokenExample;
    expect(made.spans).toEqual([{ start: 0, end: 3, label: "A" }]);
  });
});
