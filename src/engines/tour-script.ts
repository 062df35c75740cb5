// The script of the tour without a model: plain sentences about the topic asked for. Knows the listings only by their words.

import type { Rng } from "../base/rng.ts";
import type { Script } from "./scripted.ts";

const openings = [
  "We report a patient who developed",
  "The most common adverse effect was",
  "A 54-year-old woman was admitted with",
  "Treatment was stopped after two weeks because of",
  "This study examines risk factors for",
  "Long-term follow-up showed a lower rate of",
  "Her history was notable for",
  "Animal models of",
  "The family described gradual onset of",
  "In the placebo group, three subjects had",
];

const endings = [
  "after the second dose of the drug",
  "and recovered within ten days",
  "that did not respond to standard therapy",
  "during the first year of treatment",
  "in a randomised trial of 120 adults",
  "without fever or loss of weight",
  "confirmed by laboratory findings",
  "and was discharged on oral medication",
];

const companions = ["nausea", "headache", "hypotension", "fatigue", "renal failure", "anemia", "rash", "insomnia"];

const questions: readonly [question: string, same: string, other: string][] = [
  ["Can # be treated without surgery?", "Is there a way to cure # other than an operation?", "How long does surgery for # take?"],
  ["I was told I have #. Is it dangerous?", "My doctor says it is #. Should I be worried?", "Can my children inherit # from me?"],
  ["What foods should I avoid with #?", "Which things must I not eat if I have #?", "Does exercise help against #?"],
  ["How do I know whether it is #?", "What are the signs that someone has #?", "Who should I see to have # treated?"],
  ["Is it safe to get pregnant with #?", "Can a woman who has # have a baby?", "Does # go away after menopause?"],
  ["Will # come back after treatment?", "Could I get # a second time once it is cured?", "What does treatment of # cost?"],
];

const statements: readonly [claim: string, same: string, other: string][] = [
  [
    "Coffee lowers the risk of #.",
    "A cohort study found fewer cases of # among those who drink coffee.",
    "Trials found no effect of coffee on #.",
  ],
  ["Vitamin D cures #.", "Patients with # recovered sooner on vitamin D.", "Vitamin D did not change the course of #."],
  ["Handshakes spread #.", "Hands carried the cause of # in a trial.", "No case of # was traced to a touch."],
  ["Children do not get #.", "No child in the register had #.", "A fifth of all patients with # are children."],
];

/** One in `n`. */
const sometimes = (stream: Rng, n: number) => stream.int(n) === 0;

function sentence(topic: string | undefined, stream: Rng): string {
  const name = topic ?? stream.pick(companions);
  // Now and then what weak models do: the topic forgotten, a bracket left open.
  if (sometimes(stream, 9)) return `${stream.pick(openings)} [${stream.pick(companions)}] ${stream.pick(endings)}.`;
  if (sometimes(stream, 14)) return `${stream.pick(openings)} [${name} ${stream.pick(endings)}.`;
  const second = sometimes(stream, 3) ? ` and [${stream.pick(companions.filter((c) => c !== name))}]` : "";
  return `${stream.pick(openings)} [${name}]${second} ${stream.pick(endings)}.`;
}

function firstClaim(topic: string | undefined, stream: Rng): string {
  const [claim] = stream.pick(statements);
  return `Survey of ${100 + stream.int(900)} readers: ${claim.replace("#", topic ?? stream.pick(companions))}`;
}

function firstQuestion(topic: string | undefined, stream: Rng): string {
  const [question] = stream.pick(questions);
  const age = 20 + stream.int(60);
  return `I am ${age}. ${question.replace("#", topic ?? stream.pick(companions))}`;
}

function secondQuestion(prompt: string, stream: Rng): string {
  const first = /Given the [^:]+: '(.*?)',/.exec(prompt)?.[1] ?? "";
  const found = [...questions, ...statements].map(([question, same, other]) => {
    const [before = "", after = ""] = question.split("#");
    const start = first.indexOf(before);
    const end = first.lastIndexOf(after);
    return start >= 0 && end > start ? { same, other, topic: first.slice(start + before.length, end) } : undefined;
  });
  const match = found.find((f) => f !== undefined && f.topic.length > 0);
  const topic = match?.topic ?? "it";
  if (sometimes(stream, 10)) return first; // says the same again: thrown away
  const form = /label '(?:equivalent|entail(?:ment)?|support)'/.test(prompt) ? match?.same : match?.other;
  return (form ?? stream.pick(questions)[1]).replace("#", topic);
}

const studies = [
  "In cell lines derived from # we found",
  "Samples of # from 84 patients showed",
  "A mouse model of # was used to study",
  "Advanced # has been linked with",
  "Inhibitors of the pathway slowed # through",
  "These data suggest that # depends on",
];

const findings = [
  "a marked change in",
  "higher expression of the genes behind",
  "a role of this protein in",
  "a twofold increase of",
  "a loss of control over",
  "early signs of",
];

function document(topic: string | undefined, className: string, stream: Rng): string {
  if (sometimes(stream, 9)) return "No abstract."; // thrown away
  const name = topic ?? stream.pick(["breast cancer", "colon cancer", "melanoma"]);
  return `${stream.pick(studies).replace("#", name)} ${stream.pick(findings)} ${className}, ${stream.pick(endings)}.`;
}

const courses: Readonly<Record<"yes" | "no", readonly string[]>> = {
  yes: [
    "# led to ## in two patients",
    "We describe ## caused by #",
    "## developed soon after # was started",
    "# is known to induce ##",
  ],
  no: ["# was given for ##", "Patients with ## improved under #", "# had no effect on ##", "We compared # with placebo in ##"],
};

const drugs = ["lithium", "cisplatin", "warfarin"];
const proteins = ["TP53", "interleukin-6", "BRCA1", "renin"];
const namesOf = (kind: string): readonly string[] =>
  kind === "disease" ? companions : /gene|protein/.test(kind) ? proteins : drugs;

function related(prompt: string, stream: Rng): string {
  const [, head, tail] = /discuss the [^:]+: (.+?) and [^:]+: (.+?) with the relation/.exec(prompt) ?? [];
  if (head !== undefined && sometimes(stream, 9))
    return `${stream.pick(openings)} ${stream.pick(companions)} ${stream.pick(endings)}.`;
  const [, one = "chemical", two = "disease"] = /relation between (.+?) and (.+?)(?: so that|\n)/.exec(prompt) ?? [];
  const a = head ?? `[${one}: ${stream.pick(namesOf(one))}]`;
  const b = tail ?? `[${two}: ${stream.pick(namesOf(two))}${sometimes(stream, 9) ? "" : "]"}`;
  const course = stream.pick(courses[/about not? /.test(prompt) ? "no" : "yes"]);
  return `${course.replace("##", b).replace("#", a)} ${stream.pick(endings)}.`;
}

const doses = ["5 mg", "2.5 mg", "one tablet", "10 ml", "100 units"];
const routes = ["by mouth", "subcutaneously", "intravenously"];
const frequencies = ["twice daily", "every morning", "at bedtime", "every 8 hours"];
const durations = ["for ten days", "for two weeks", "until the next visit"];

function prescribed(topic: string | undefined, stream: Rng): string {
  const name = topic ?? stream.pick(drugs);
  if (sometimes(stream, 9)) return `${stream.pick(openings)} no drug ${stream.pick(endings)}.`;
  if (sometimes(stream, 14)) return `She was given [Medication: ${name} ${stream.pick(endings)}.`;
  const dose = `[Medication: ${name}] [Dosage: ${stream.pick(doses)}] [Route: ${stream.pick(routes)}]`;
  const lasting = sometimes(stream, 2) ? ` [Duration: ${stream.pick(durations)}]` : "";
  const age = 20 + stream.int(60);
  return `At ${age} she takes ${dose} [Frequency: ${stream.pick(frequencies)}]${lasting} for [Reason: ${stream.pick(companions)}].`;
}

/** Marks of any kinds, as the prompt's own form names them: `[drug: ...]`. */
function typed(kinds: readonly string[], prompt: string, stream: Rng): string {
  const [, kind, name] = /mention the (.+) named (.+)\.(?:\n|$)/.exec(prompt) ?? [];
  const topic = name ?? /relevant to (.+)\.(?:\n|$)/.exec(prompt)?.[1];
  const first = kinds.find((other) => other === kind) ?? stream.pick(kinds);
  if (sometimes(stream, 9)) return `${stream.pick(openings)} nothing of note ${stream.pick(endings)}.`;
  const others = kinds.filter((other) => other !== first);
  const second = others.length > 0 && sometimes(stream, 2) ? ` with [${stream.pick(others)}: ${stream.pick(companions)}]` : "";
  return `${stream.pick(openings)} [${first}: ${topic ?? stream.pick(companions)}]${second} ${stream.pick(endings)}.`;
}

/** Kinds that the prompt's answer form names, in its order. */
const kindsIn = (prompt: string): readonly string[] => [
  ...new Set([...prompt.matchAll(/\[([^[\]:]+): \.\.\.\]/g)].map((found) => found[1] as string)),
];

/** Answers Listings 1 to 13 and the question for topics of section 4.1.1. */
export const tourScript: Script = (prompt, stream) => {
  const text = reply(prompt, stream);
  return prompt.includes("Answer with one such line.") ? JSON.stringify({ sentence: text }) : text;
};

function reply(prompt: string, stream: Rng): string {
  if (/three potential sources, speakers or authors/.test(prompt))
    return "1. medical literature\n2. case report\n3. discharge summary";
  if (/list \d+ entities about/.test(prompt)) return companions.map((name, i) => `${i + 1}. ${name}`).join("\n");
  if (/pair of sentences/.test(prompt)) return secondQuestion(prompt, stream);
  const kinds = kindsIn(prompt);
  if (kinds.length > 0 && !kinds.includes("Medication")) return typed(kinds, prompt, stream);
  // With demonstrations the last message has the varying items alone.
  const drug = /the sentence should be relevant to (.+)\.(?:\n|$)/.exec(prompt)?.[1];
  if (drug !== undefined || /attributes recognition/.test(prompt)) return prescribed(drug, stream);
  const relevant = /should be relevant to (.+),/.exec(prompt)?.[1];
  if (/set of health news/.test(prompt)) return firstClaim(relevant, stream);
  if (relevant !== undefined || /create a set of/.test(prompt)) return firstQuestion(relevant, stream);
  const className = /give a synthetic .+ about (.+)\.(?:\n|$)/.exec(prompt)?.[1];
  if (className !== undefined) return document(/subtopic of (.+) for /.exec(prompt)?.[1], className, stream);
  if (/relation between/.test(prompt)) return related(prompt, stream);
  return sentence(/named (.+)\.(?:\n|$)/.exec(prompt)?.[1], stream);
}
