import { describe, expect, it } from "vitest";
import { annotate, lexiconOf, mentions } from "../../../src/knowledge/lexicon.ts";

const lexicon = lexiconOf(["hypertension", "portal hypertension", "pain", "parkinson's disease", "graft-versus-host disease"]);

function marked(text: string, topics: readonly string[] = []) {
  const { spans } = annotate(text, [lexicon, lexiconOf(topics)], "Disease");
  for (let i = 1; i < spans.length; i++) expect(spans[i]!.start).toBeGreaterThanOrEqual(spans[i - 1]!.end);
  return spans.map((s) => text.slice(s.start, s.end));
}

/** Marks of the names alone, as they stand in the text. */
function by(names: readonly string[], text: string) {
  return annotate(text, [lexiconOf(names)], "Disease").spans.map((s) => text.slice(s.start, s.end));
}

describe("annotate", () => {
  it("marks whole words, whatever their case, the longest name at each place", () => {
    expect(marked("Hypertension and Portal Hypertension caused PAIN.")).toEqual(["Hypertension", "Portal Hypertension", "PAIN"]);
  });

  it("marks plurals, and no more of a longer name than its last word allows", () => {
    expect(marked("Pains, portal hypertensions and parkinson's diseases")).toEqual([
      "Pains",
      "portal hypertensions",
      "parkinson's diseases",
    ]);
    expect(marked("portals hypertension")).toEqual(["hypertension"]);
  });

  it("marks no part of a word", () => {
    expect(marked("Antihypertensive painkillers; prehypertension.")).toEqual([]);
  });

  it("marks names with punctuation, with or without spaces around it", () => {
    expect(marked("Parkinson's disease and graft - versus - host disease")).toEqual([
      "Parkinson's disease",
      "graft - versus - host disease",
    ]);
  });

  it("marks the topic where the lexicon does not have it, and the longer of the two where both fit", () => {
    const text = "severe portal hypertension, hypertension and odd cough";
    expect(marked(text, ["severe portal hypertension"])).toEqual(["severe portal hypertension", "hypertension"]);
    expect(marked(text, ["portal"])).toEqual(["portal hypertension", "hypertension"]);
    expect(marked(text, ["odd cough"])).toEqual(["portal hypertension", "hypertension", "odd cough"]);
  });
});

describe("the case of an abbreviation counts", () => {
  const names = ["ALL", "WAS", "CAN", "ICE", "COLD", "AIDS", "asthma"];

  it("tells it from the word of everyday", () => {
    const text = "All patients who was seen with asthma can walk on ice in the cold with a hearing aid and other aids.";
    expect(by(names, text)).toEqual(["asthma"]);
  });

  it("marks it where it stands in capitals, also in the plural", () => {
    expect(by(names, "He had ALL, then AIDS; COLD and WAS were ruled out.")).toEqual(["ALL", "AIDS", "COLD", "WAS"]);
    expect(by(["TIA"], "Two TIAs and a Tia Maria, with a tia.")).toEqual(["TIAs"]);
    expect(by(["CAT"], "The cat scan of a Cat")).toEqual([]);
  });

  it("says nothing where everything is in capitals", () => {
    expect(by(names, "ALL PATIENTS CAN WALK WITH ASTHMA.")).toEqual(["ASTHMA"]);
    expect(by(names, "ALL PATIENTS had asthma.")).toEqual(["asthma"]);
    expect(by(names, "HIV and AIDS, ALL, AML")).toEqual(["AIDS", "ALL"]);
  });

  it("counts within a name only where the word would be another", () => {
    expect(by(["ALL relapse"], "In all relapse was seen; one ALL relapse came late.")).toEqual(["ALL relapse"]);
    expect(by(["REM sleep disorder"], "A rem sleep disorder")).toEqual(["rem sleep disorder"]);
    expect(by(["COVID-19"], "Covid-19, covid 19 and COVID-19")).toEqual(["Covid-19", "covid 19", "COVID-19"]);
  });
});

describe("a name that marks nothing", () => {
  it("is a common word by itself, in lower case or as a title, and less than two characters", () => {
    const names = ["cold", "Fall", "C", "1", "x"];
    expect(by(names, "A cold, a Fall, vitamin C and 1 x a day. COLD")).toEqual([]);
    expect(by(["common cold"], "A common cold in the cold")).toEqual(["common cold"]);
  });

  it("is of two letters without a case of its own", () => {
    expect(by(["ms", "MS", "Pb", "ra"], "MS, Ms. Smith, 5 ms, Pb, pb, RA and ra")).toEqual(["MS", "Pb"]);
  });

  it("stands for none", () => {
    const names = ["NaN", "NULL", "NA", "N/A", "none", "None", "unknown", "nan", "-", "?", "<NA>", "not available", ""];
    expect(by(names, "NaN NULL NA N/A none None unknown nan - ? <NA> not available")).toEqual([]);
    expect(by(["Na"], "Na 140 mmol/L")).toEqual(["Na"]); // sodium
  });
});

describe("spellings of one name", () => {
  const same: [name: string, text: string, marks: string[]][] = [
    [
      "Crohn's disease",
      "Crohn’s disease, Crohn disease, Crohns disease, CROHN'S DISEASE",
      ["Crohn’s disease", "Crohn disease", "Crohns disease", "CROHN'S DISEASE"],
    ],
    ["Crohn disease", "Crohn's disease and Crohn ' s disease", ["Crohn's disease", "Crohn ' s disease"]],
    [
      "Graves' disease",
      "Graves disease, Graves’ disease, Graves's disease",
      ["Graves disease", "Graves’ disease", "Graves's disease"],
    ],
    ["Alzheimer's", "Alzheimer's, and Alzheimer’s", ["Alzheimer's", "Alzheimer’s"]],
    ["asthma", "asthma's course and asthma’s end", ["asthma", "asthma"]],
    [
      "graft-versus-host disease",
      "graft‑versus‑host disease, graft–versus–host disease, graft versus host disease",
      ["graft‑versus‑host disease", "graft–versus–host disease", "graft versus host disease"],
    ],
    ["T cell lymphoma", "T-cell lymphoma; T\u2011cell\u00a0lymphoma", ["T-cell lymphoma", "T\u2011cell\u00a0lymphoma"]],
    ["type 2 diabetes", "type\u202f2\u2009diabetes, type\n2 diabetes", ["type\u202f2\u2009diabetes", "type\n2 diabetes"]],
    ["Ménière's disease", "Me\u0301nie\u0300re\u2019s disease", ["Me\u0301nie\u0300re\u2019s disease"]],
    ["Me\u0301nie\u0300re disease", "the Ménière disease", ["Ménière disease"]],
    ["hypertension", "hyper\u00adtension and hyper\u200dtension.", ["hyper\u00adtension", "hyper\u200dtension"]],
    ["β-thalassemia", "beta-thalassemia, β thalassemia", ["beta-thalassemia", "β thalassemia"]],
    ["fibrosis", "ﬁbrosis", ["ﬁbrosis"]],
    ["o'nyong-nyong fever", "O’nyong‑nyong fever", ["O’nyong‑nyong fever"]],
    ["asthma", "asthma\u200battack, non-asthma, asthma-like", ["asthma", "asthma", "asthma"]],
  ];
  it.each(same)("%s in %s", (name, text, marks) => {
    expect(by([name], text)).toEqual(marks);
  });

  it("are none where the words only stand beside each other", () => {
    expect(by(["chest pain"], "No chest - pain in the leg; chest, pain.")).toEqual([]);
    expect(by(["asthma"], "asthmatic, antiasthma, asthmas")).toEqual(["asthmas"]);
    expect(by(["naive"], "naïve")).toEqual([]);
  });

  it("count offsets in UTF-16 code units of the text as given", () => {
    const text = "😀 Me\u0301nie\u0300re\u2019s disease";
    expect(annotate(text, [lexiconOf(["ménière's disease"])], "D").spans).toEqual([{ start: 3, end: text.length, label: "D" }]);
  });
});

describe("mentions of the topic", () => {
  const found = (text: string, name: string) => mentions(text, name).map((m) => text.slice(m.start, m.end));

  it("are found as names of the lexicon are", () => {
    expect(found("Gout and gout flares; goutweed is no cure for Gouts.", "gout")).toEqual(["Gout", "gout", "Gouts"]);
    expect(found("Patients with C++ disease (type 2) improved.", "c++ disease (type 2)")).toEqual(["C++ disease (type 2)"]);
    expect(found("A case of Crohn’s disease.", "crohn's disease")).toEqual(["Crohn’s disease"]);
  });

  it("are in capitals where its lower case is another word", () => {
    expect(found("He uses hearing aids and died of AIDS.", "aids")).toEqual(["AIDS"]);
    expect(found("All had ALL.", "ALL")).toEqual(["ALL"]);
  });

  it("are found in scripts without spaces between words", () => {
    expect(found("患者有高血压病史，高血压控制不佳。", "高血压")).toEqual(["高血压", "高血压"]);
    expect(found("慢性B型肝炎の患者。", "b型肝炎")).toEqual(["B型肝炎"]);
    expect(found("慢性B型肝炎の患者。", "型肝")).toEqual(["型肝"]);
    expect(found("ผู้ป่วยเป็นโรคเบาหวานมานาน", "โรคเบาหวาน")).toEqual(["โรคเบาหวาน"]);
    expect(found("インスリンを投与した。", "インスリン")).toEqual(["インスリン"]);
    expect(found("診断は癌。", "癌")).toEqual(["癌"]);
    expect(found("患者有高血糖病史。", "高血压")).toEqual([]);
    expect(found("用阿司匹林aspirin治疗。", "aspirin")).toEqual(["aspirin"]);
  });

  it("begin and end with whole letters, marks included", () => {
    expect(found("กี", "ก")).toEqual([]);
  });
});
