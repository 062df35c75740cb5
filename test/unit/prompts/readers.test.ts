import { describe, expect, it } from "vitest";
import { readMarkedSentence } from "../../../src/prompts/ner.ts";
import { readPair } from "../../../src/prompts/pair.ts";
import { rejectReasons } from "../../../src/prompts/rejections.ts";
import { readSentence } from "../../../src/prompts/sentence.ts";

const names = (text: string, topic?: string) => {
  const parsed = readMarkedSentence(text, "Disease", topic);
  return parsed.ok ? parsed.value.spans.map((s) => parsed.value.text.slice(s.start, s.end)) : parsed.reason;
};

describe("a marked sentence", () => {
  it("gives the plain text and exact spans", () => {
    const parsed = readMarkedSentence("Acute [confusion] after [high-dose toxicity] of drugs.", "Disease");
    expect(parsed).toEqual({
      ok: true,
      value: {
        kind: "token",
        text: "Acute confusion after high-dose toxicity of drugs.",
        spans: [
          { start: 6, end: 15, label: "Disease" },
          { start: 22, end: 40, label: "Disease" },
        ],
      },
    });
  });

  it("counts UTF-16 code units, and leaves white space out of spans", () => {
    expect(names("Après 😀 the [ naïve seizure ] stopped soon.")).toEqual(["naïve seizure"]);
  });

  it("takes the first line, without quotes, and the answer out of a JSON line", () => {
    expect(names('"He had [asthma] for years."\nNote: done')).toEqual(["asthma"]);
    expect(names('{"sentence":"He had \\"mild\\" [asthma] for years."}')).toEqual(["asthma"]);
  });

  it("marks the topic where the model forgot to, whatever its case, and not inside words", () => {
    expect(names("Gout and [gout] flares; goutweed is no cure for Gout.", "gout")).toEqual(["Gout", "gout", "Gout"]);
    expect(names("Severe headaches came back after the headache.", "headache")).toEqual(["headaches", "headache"]);
    expect(names("The [gouty arthritis] came back again.", "gout")).toBe("topic-absent");
    expect(names("Patients with C++ disease (type 2) improved.", "c++ disease (type 2)")).toEqual(["C++ disease (type 2)"]);
  });

  const rejected: [completion: string, topic: string | undefined, reason: string][] = [
    ["  \n ", undefined, "empty"],
    ['""', undefined, "empty"],
    ['{"sentence": "cut off', undefined, "malformed"],
    ['{"text":"a [b] c d e"}', undefined, "malformed"],
    ['{"__proto__":{"sentence":"He had [asthma] for years."}}', undefined, "malformed"],
    ["Acute [confusion after infusion of drugs.", undefined, "unbalanced-marks"],
    ["Acute confusion] after infusion of drugs.", undefined, "unbalanced-marks"],
    ["Acute [severe [confusion]] after infusion.", undefined, "unbalanced-marks"],
    ["Acute [ ] after infusion of drugs.", undefined, "unbalanced-marks"],
    ["The [asthma].", undefined, "too-short"],
    ["He had no disease at all.", undefined, "no-entity"],
    ["He had [asthma] for many years.", "gout", "topic-absent"],
    ["The [asthma] asthma asthma asthma was bad.", undefined, "repetitive"],
    ["it was a [rash] it was a rash it was a rash", undefined, "repetitive"],
  ];
  it.each(rejected)("%j with topic %s is %s", (completion, topic, reason) => {
    expect(names(completion, topic)).toBe(reason);
  });
});

describe("a loop", () => {
  it.each([
    "SARS-CoV-2 RNA was found in stool, SARS-CoV-2 IgG in serum, and no SARS-CoV-2 in urine.",
    "The ratio was 0.05 at 24 h, 0.05 at 48 h and 0.05 at 72 h.",
  ])("is none in names and values: %s", (text) => {
    expect(readSentence("classification", text)).toEqual({ ok: true, value: text });
  });

  it.each(["The cough-cough-cough was bad at night.", "it was a rash, it was a cough, it was a fever"])("is one: %s", (text) => {
    expect(readSentence("classification", text)).toEqual({ ok: false, reason: "repetitive" });
  });
});

describe("a pair", () => {
  it("is two sentences and the label", () => {
    expect(readPair("Is my cough asthma?", ' "Could this cough be asthma?" ', "equivalent")).toEqual({
      ok: true,
      value: { kind: "pair", first: "Is my cough asthma?", second: "Could this cough be asthma?", label: "equivalent" },
    });
  });

  it("does not tell its label in the words of the label's description; a description of few words comes up by chance", () => {
    const descriptions = ["it has the same meaning as the first sentence", "is my cough"];
    const read = (second: string) => readPair("Do I have asthma?", second, "equivalent", { descriptions });
    expect(read("Asthma? It has the same meaning as the first sentence.")).toEqual({ ok: false, reason: "echoes-prompt" });
    expect(read("Is my cough asthma?")).toMatchObject({ ok: true });
  });

  it("is no pair when both sentences are one, whatever case and punctuation", () => {
    expect(readPair("Is my cough asthma?", "is my cough ASTHMA", "equivalent")).toEqual({ ok: false, reason: "identical-pair" });
  });

  it("takes hypotheses and questions of three words, as real pairs have them", () => {
    expect(readPair("He was given insulin.", "Patient has diabetes", "entail")).toMatchObject({ ok: true });
    expect(readPair("He was given insulin.", "Has diabetes", "entail")).toEqual({ ok: false, reason: "too-short" });
    expect(readSentence("classification", "Patient has diabetes")).toEqual({ ok: false, reason: "too-short" });
  });

  it("counts the words of a script without spaces", () => {
    expect(readSentence("classification", "患者有高血压病史。")).toMatchObject({ ok: true });
    expect(readSentence("classification", "ผู้ป่วยเป็นโรคเบาหวาน")).toMatchObject({ ok: true });
    expect(readSentence("classification", "高血压")).toEqual({ ok: false, reason: "too-short" });
  });

  it.each([
    "The health news should be relevant to hemianopsia.",
    "2. the health news should be relevant to a medical emergency",
    "The clinical trial report should mimic the style of medical literature.",
  ])("takes no item of a listing for a sentence, whatever the task calls its texts: %s", (text) => {
    expect(readSentence("pair", text)).toEqual({ ok: false, reason: "echoes-prompt" });
  });

  it("takes a sentence that says what should be for one", () => {
    expect(readSentence("pair", "The daily dose should be reduced in renal failure.")).toMatchObject({ ok: true });
    expect(readSentence("pair", "The health news should have told of hemianopsia.")).toMatchObject({ ok: true });
  });

  it("needs sentences of some words, without loops", () => {
    expect(readSentence("relation", "Yes.")).toEqual({ ok: false, reason: "too-short" });
    expect(readSentence("classification", "no no no no, never again")).toEqual({ ok: false, reason: "repetitive" });
  });
});

it("names no reason twice", () => {
  expect(new Set(rejectReasons).size).toBe(rejectReasons.length);
});
