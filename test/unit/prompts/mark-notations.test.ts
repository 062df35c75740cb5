// Marks as models write them where the form was not kept: each span is the entity alone, and no entity that was named goes unmarked.

import { describe, expect, it } from "vitest";
import { promptsOf } from "../../../src/prompts/families.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { casi } from "../../../src/tasks/casi.ts";
import type { Task } from "../../../src/tasks/task.ts";

const read = (task: Task<"ner"> | Task<"attribute">, answer: string, topic: readonly string[] = []) => {
  const parsed = promptsOf(task as Task<"ner">).read(task as Task<"ner">, task.labels[0]?.id ?? "", [answer], topic);
  if (!parsed.ok) return parsed.reason;
  const { text, spans } = parsed.value;
  return [text, ...spans.map(({ start, end, label }) => `${text.slice(start, end)}/${label}`)];
};

describe("entities of one kind", () => {
  const text = "A man with asthma and gout was seen.";
  const answers: string[] = [
    "A man with [disease: asthma] and [Disease: gout] was seen.",
    "A man with [diseases: asthma] and [entity: gout] was seen.",
    "A man with [asthma](disease) and [gout](Disease) was seen.",
    "A man with [asthma|disease] and [gout: disease] was seen.",
    "A man with [disease：asthma] and [disease=gout] was seen.",
    "A man with <disease>asthma</disease> and <Disease>gout</Disease> was seen.",
    "A man with 【asthma】 and 【gout】 was seen.",
    "A man with ［asthma］ and ［gout］ was seen.",
    "A man with [asthma] and [gout] was seen. [asthma, gout]",
    'A man with [asthma] and [gout] was seen. ["asthma"], ["gout"]',
    "A man with asthma and gout was seen.\nEntities: asthma, gout",
    "1. A man with asthma and gout was seen.\n2. asthma, gout",
    "1. A man with asthma and gout was seen.\n2. [asthma, gout]",
    "Sentence: A man with asthma and gout was seen.\n\n**Named entities:**\n- asthma\n- gout",
    "A man with asthma and gout was seen. Diseases: [asthma], [gout]",
    "A man with asthma and gout was seen. [asthma] [gout]",
  ];
  it.each(answers)("%j", (answer) => {
    const expected = [text, "asthma/Disease", "gout/Disease"];
    expect(read(bc5cdrDisease, answer)).toEqual(expected);
    expect(read(bc5cdrDisease, answer, ["asthma"])).toEqual(expected);
  });

  it("leaves quotes and a comma out of a span", () => {
    for (const mark of ['["asthma"]', "[“asthma”]", "['asthma']"])
      expect(read(bc5cdrDisease, `A man with ${mark} was seen.`)).toContain("asthma/Disease");
    expect(read(bc5cdrDisease, "A man with [asthma,] or [gout;]")).toEqual([
      "A man with asthma, or gout;",
      "asthma/Disease",
      "gout/Disease",
    ]);
    expect(read(bc5cdrDisease, "He had [Crohn's disease] and [E. coli O157 spp.] in the gut.")).toEqual([
      "He had Crohn's disease and E. coli O157 spp. in the gut.",
      "Crohn's disease/Disease",
      "E. coli O157 spp./Disease",
    ]);
  });

  it("takes marks at the end that the sentence does not name before for its own", () => {
    expect(read(bc5cdrDisease, "Assessment and plan: 1. [asthma] 2. [gout]")).toEqual([
      "Assessment and plan: 1. asthma 2. gout",
      "asthma/Disease",
      "gout/Disease",
    ]);
  });

  it("reads no kind out of the name of an entity", () => {
    expect(read(bc5cdrDisease, "She has [Crohn disease: ileitis] and [liver disease].")).toEqual([
      "She has Crohn disease: ileitis and liver disease.",
      "Crohn disease: ileitis/Disease",
      "liver disease/Disease",
    ]);
  });
});

describe("entities of several kinds", () => {
  const answers: string[] = [
    "Take [Medication：aspirin] [Dosage：81 mg] by mouth.",
    "Take [Medication=aspirin] [81 mg | Dosage] by mouth.",
    "Take <Medication>aspirin</Medication> <dosage>81 mg</dosage> by mouth.",
    "Take ［Medication: aspirin］ ［Dosage: 81 mg］ by mouth.",
  ];
  it.each(answers)("%j", (answer) => {
    expect(read(casi, answer)).toEqual(["Take aspirin 81 mg by mouth.", "aspirin/Medication", "81 mg/Dosage"]);
  });
});
