// Gaps that a model left for somebody to fill in, told from entities and from the brackets of clinical text. Knows no task but its slot words.

import { bareWords } from "../../base/word-runs.ts";

/** Words for which a sentence has the thing itself. In brackets they are a form, never an entity. */
const formWords =
  "name|names|full name|first name|last name|surname|initials|age|ages|sex|gender|date|dates|dob|duration|number|amount|value|values|dose|dosage|frequency|location|address|hospital name|doctor name|author|speaker|patient name|patients name|patient id|id|mrn|phone|email|topic|topics|entity|entities|named entity|style|sentence|text|label|class|content|claim|question|answer|example|placeholder|blank|redacted|removed|unknown|mask|masked|tbd|todo|n a|x|y|z|xx|xxx|xxxx|pronoun|he she|his her|occupation|relationship|body part|adjective|noun|verb|word|phrase";

const form = new RegExp(
  `^(?:the |a |an |his |her |your |patients? |some |any |specific |certain |relevant |other )*(?:${formWords})(?: \\d+| here| [a-z])?$`,
);

/** "[insert disease here]", "[name of the drug]", "[your hospital]". */
const phrase =
  /^(?:insert|enter|add|fill|specify|choose|select|replace|your|e g|eg|name of|type of|list of|description of|specific|something|such as)\b|\b(?:here|goes here|to be (?:filled|added|determined)|of (?:the )?(?:patient|hospital|disease|drug|doctor)s? name|name|placeholder)$/;

/** Words that a listing uses for what an entity is, whatever the task. */
const kindWords =
  "disease symptom drug chemical gene protein medication medicine disorder condition illness syndrome treatment therapy procedure organ test result sign finding cause reason hospital clinic doctor physician nurse patient city state country time day month year specialty ethnicity race nationality".split(
    " ",
  );

const plain = (text: string): string => bareWords(text.replace(/['’]/g, "")).join(" ");

/** Chemicals whose names end so: "L-NAME" blocks nitric oxide synthase. */
const chemical = /^(?:[DLN]|N[\p{L}ω]?-?[DL])-NAME$/u;

/** Bracketed words that are nothing but a form, whatever stands around them. De-identification marks are forms too: "[**Last Name**]". */
function isForm(content: string): boolean {
  if (chemical.test(content.trim())) return false;
  const said = plain(content);
  if (/^(?:[.…_?*#]+|[-–—]{2,})$/.test(content.trim())) return true;
  return form.test(said) || (said.split(" ").length <= 6 && phrase.test(said)) || /_/.test(content);
}

/** Words after which a bare noun ("with [disease]") has been left for the name of one. */
const wantsName =
  /(?:^|[\s(,])(?:of|with|for|from|to|has|have|had|having|is|was|are|were|as|by|and|or|called|named|like|including|against|developed?|develops|causes?|caused|treats?|treated|treating|experienced|reported|presented|suffers?|suffering|diagnosed|due|after|before|about|on|in|takes?|taking|took|prescribed|given|received)$/i;

/** Words after a noun that no other noun goes on. */
const endsPhrase =
  /^\s*(?:$|[^\p{L}\p{N}\s(-]|(?:and|or|who|whose|that|which|is|are|was|were|has|have|had|in|at|on|of|for|to|by|from|with|without|after|before|since|during|due|when|while|but|as|may|can|will|should)\b)/iu;

/**
 * A slot word ("disease") where the name of one is wanted. "The [disease] progressed" and "kidney [disease]" are sentences that mark too
 * much; "a history of [disease]" and "[Disease] is common" are forms.
 */
function isSlot(content: string, before: string, after: string, slots: ReadonlySet<string>): boolean {
  const said = plain(content).replace(/^(?:specific|certain|some|name of|the name of|another|other) /, "");
  const word = said.replace(/(?: name| \d+| [a-z])$/, "");
  const isWord = [word, word.replace(/s$/, ""), `${word}s`].some((w) => slots.has(w));
  if (!isWord) return false;
  const lead = before.trimEnd();
  const begins = lead === "" || /[.!?:]$/.test(lead);
  if (word !== plain(content) || /^\p{Lu}{2}/u.test(content.trim()) || (!begins && /^\p{Lu}/u.test(content.trim()))) return true;
  if (!endsPhrase.test(after)) return false; // "a history of [drug] abuse"
  return begins || /[;,(]$/.test(lead) || wantsName.test(lead);
}

/** A mark that begins with its kind, "[dosage: 5]", is judged by what follows. A kind may hold colons: "[HP:0001250: seizures]". */
function withoutKind(inside: string, slots: ReadonlySet<string>): string {
  const ends = [...inside.matchAll(/:/g)].map((colon) => colon.index).toReversed();
  const end = ends.find((colon) => slots.has(plain(inside.slice(0, colon))));
  return end === undefined ? inside : inside.slice(end + 1);
}

/** Brackets of ordinary text: "[18F]FDG", "[sic]", intervals, chemical names are none of a form's. */
function hasBracketForm(text: string, slots: ReadonlySet<string>, marks: boolean): boolean {
  return [...text.matchAll(/\[([^[\]]*)\]/g)].some((found) => {
    const inside = found[1] as string;
    const content = marks ? withoutKind(inside, slots) : inside;
    if (content.trim() === "") return false; // an empty mark is told by its own reason
    if (isForm(content)) return true;
    const before = text.slice(0, found.index).replace(/[[\]]/g, "");
    const said = plain(content);
    const after = text.slice(found.index + found[0].length);
    return marks
      ? isSlot(content, before, after, slots)
      : slots.has(said) || slots.has(said.replace(/s$/, "").replace(/ name$/, ""));
  });
}

/** Greek letters in braces are how old abstracts write them. */
const greek =
  /^(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|pi|rho|sigma|tau|phi|chi|psi|omega|micro|degrees?|plus or minus)$/i;

const others: readonly RegExp[] = [
  /<\/?[a-z][a-z0-9 _-]*>/i, // <disease>
  /@[A-Z]+\$|\$\{|%s\b|\{\{/, // @DISEASE$, ${topic}
  /_{2,}/, // "Mr. ___ has"
  /(?<![\p{L}\p{N},;/])(?:X{3,}|x{3,})(?![\p{L}\p{N}])|(?<![\p{L}\p{N},])XX?[ -](?:years?|months?|days?|weeks?)[ -]?(?:old|ago)?\b|(?<![\p{L}\p{N},])XX+ ?(?:mg|ml|%|\/)/u, // "XX-year-old"; "46,XX" is a karyotype
  /\blorem ipsum\b|\bdolor sit amet\b/i,
  /\((?:insert|enter|fill in|your|topic|entity|name of|disease name|drug name|patient name)\b[^)]*\)/i,
  /\b(?:insert|enter|fill in) (?:the |a |an |your )?[\p{L}-]+(?: [\p{L}-]+)? here\b/iu,
  /\b(?:TODO|TBD)\b/,
];

/** Tells whether the text has a gap that somebody was to fill in. `marks`: its brackets are marks of entities; `slots`: the task's own words. */
export function hasPlaceholder(text: string, marks: boolean, slots: readonly string[]): boolean {
  const known = new Set([...kindWords, ...slots].map(plain));
  if (hasBracketForm(text, known, marks) || others.some((pattern) => pattern.test(text))) return true;
  return [...text.matchAll(/\{\s*(\p{L}[\p{L} _'’-]*)\s*\}/gu)].some((found) => !greek.test(found[1] as string));
}
