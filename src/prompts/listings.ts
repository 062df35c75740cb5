// The listings of Appendix F, word for word, as functions of their slots. Knows no task, no model and no answer form.

/** A listing in two parts: what is the same for every prompt of a task, and what a topic and a style change. */
export interface Listing {
  readonly fixed: string;
  readonly varying: string;
  /** Characters of `varying` before its first slot and the space there: all prompts of a task begin so. */
  readonly lead: number;
}

/** The listing as the paper prints it. */
export function whole({ fixed, varying }: Listing): string {
  return [fixed, varying].filter((part) => part !== "").join(/^\d/.test(varying) ? "\n" : " ");
}

/** Topic and style of a prompt; Table 3's ablations leave one of them out, and its item with it. */
export interface Steer {
  readonly topic?: string;
  readonly style?: string;
}

/** The slots of ClinGen's listings for one entity; none of a baseline's. */
export function steerOf({ topics, style }: { readonly topics?: readonly string[]; readonly style?: string }): Steer {
  const topic = topics?.[0];
  return { ...(topic === undefined ? {} : { topic }), ...(style === undefined ? {} : { style }) };
}

export const isSteered = ({ topic, style }: Steer): boolean => topic !== undefined || style !== undefined;

/** An item of a list in two parts: the words before its slot, and the rest. */
type Item = readonly [lead: string, rest: string];

/** Items numbered from `first`. Those that are left out leave no gap. */
function numbered(first: number, items: readonly (Item | undefined)[], end = ","): Pick<Listing, "varying" | "lead"> {
  const kept = items.filter((item) => item !== undefined);
  const lines = kept.map(([lead, rest], i) => `${first + i}. ${lead}${rest}${i === kept.length - 1 ? "." : end}`);
  return { varying: lines.join("\n"), lead: `${first}. ${kept[0]?.[0] ?? ""}`.length };
}

const mimic = (style: string | undefined, subject = "the sentence"): Item | undefined =>
  style === undefined ? undefined : [`${subject} should mimic the style of`, ` ${style}`];

/** Listing 2: NER with ClinGen. */
export function listing2(slots: { domain: string } & Steer): Listing {
  const { domain, style, topic } = slots;
  const mention: Item | undefined =
    topic === undefined ? undefined : [`the sentence should mention the ${domain} named`, ` ${topic}`];
  return {
    ...numbered(3, [mimic(style), mention]),
    fixed: [
      `Suppose you need to create a dataset for ${domain} recognition. Your task is to:`,
      `1. generate a sentence about ${domain},`,
      `2. output a list of named entity about ${domain} only,`,
    ].join("\n"),
  };
}

interface AttributeSlots {
  /** The listing's "clinical attributes". */
  readonly domain: string;
  readonly attributes: readonly string[];
}

/** Item 1 of Listing 3, which Listing 9 has as its whole task. */
function attributeTask({ domain, attributes }: AttributeSlots): string {
  const title = domain.replace(/(?<![\p{L}\p{N}])\p{Ll}/gu, (letter) => letter.toUpperCase());
  return [
    `generate a sentence about ${domain}, The ${title} you need to extract include ${attributes.map((a) => `"${a}"`).join(", ")}.`,
    "For each attribute class, please return a list of attributes within the class that occurs in the Sentence.",
  ].join(" ");
}

/** Listing 3: attributes of medications with ClinGen. */
export function listing3(slots: AttributeSlots & Steer): Listing {
  const { style, topic } = slots;
  return {
    ...numbered(2, [mimic(style), topic === undefined ? undefined : ["the sentence should be relevant to", ` ${topic}`]]),
    fixed: [
      `Suppose you need to create a dataset for ${slots.domain} recognition. Your task is to:`,
      `1. ${attributeTask(slots)}`,
    ].join("\n"),
  };
}

/** Listing 4: text classification with ClinGen. */
export function listing4(slots: { domain: string; className: string } & Steer): Listing {
  const { domain, className, topic, style } = slots;
  const discuss: Item | undefined =
    topic === undefined ? undefined : ["discuss about the subtopic of", ` ${topic} for ${className} in the ${domain}`];
  return {
    ...numbered(1, [[`give a synthetic ${domain} about`, ` ${className}`], discuss, mimic(style)], "."),
    fixed: `Suppose you are a writer for ${domain}. Your task is to:`,
  };
}

export interface RelationSlots {
  readonly domain: string;
  readonly className: string;
  /** Words for head and tail: "chemical", "disease". */
  readonly entities: readonly [head: string, tail: string];
  readonly labelDescription: string;
}

/** Listing 5: relation extraction with ClinGen. */
export function listing5(slots: RelationSlots & { topics?: readonly [head: string, tail: string]; style?: string }): Listing {
  const { domain, className, entities, topics, labelDescription, style } = slots;
  const lead = "1. give a sentence about";
  const [head, tail] = entities;
  const named = topics === undefined ? "" : `the ${head}: ${topics[0]} and ${tail}: ${topics[1]} with `;
  const discuss: Item = ["the sentence should discuss", ` ${named}the relation ${labelDescription}`];
  return {
    lead: lead.length,
    fixed: `Suppose you need to generate synthetic data for the biomedical ${domain} task. Your task is to:`,
    varying: [
      `${lead} ${className} relation between ${head} and ${tail}`,
      numbered(2, [discuss, mimic(style)], ".").varying,
    ].join("\n"),
  };
}

/** Listing 6: first sentence of a pair with ClinGen. */
export function listing6(slots: { content: string } & Steer): Listing {
  const { content, topic, style } = slots;
  const relevant: Item | undefined = topic === undefined ? undefined : [`the ${content} should be relevant to`, ` ${topic}`];
  return {
    ...numbered(2, [relevant, mimic(style, `The ${content}`)]),
    fixed: [
      `Suppose you need to create a set of ${content}. Your task is to:`,
      `1. generate one sentence for a ${content}.`,
    ].join("\n"),
  };
}

export interface SecondSentenceSlots {
  readonly domain: string;
  readonly className: string;
  readonly content: string;
  readonly firstSentence: string;
  readonly labelDescription: string;
}

/** Listing 7: second sentence of a pair with ClinGen. `styled: false` leaves out the style of the first sentence. */
export function listing7(slots: SecondSentenceSlots & { topic?: string; styled?: boolean }): string {
  const { content, topic, styled = true, labelDescription } = slots;
  const about = topic === undefined ? "" : ` about ${topic}`;
  return [
    `${pairHead(slots)} Your task is to:`,
    `1. generate one short ${content}${about} so that ${labelDescription}.`,
    ...(styled ? [`2. The ${content} should mimic the style of the first sentence.`] : []),
  ].join("\n");
}

/** Listing 8: NER with the baselines. */
export function listing8({ domain }: { domain: string }): Listing {
  const task = `generate a sentence about ${domain} and output a list of named entity about ${domain} only.`;
  return {
    fixed: `Suppose you need to create a dataset for ${domain} recognition. Your task is to ${task}`,
    varying: "",
    lead: 0,
  };
}

/** Listing 9: attributes of medications with the baselines. */
export function listing9(slots: AttributeSlots): Listing {
  return {
    fixed: `Suppose you need to create a dataset for ${slots.domain} recognition. Your task is to ${attributeTask(slots)}`,
    varying: "",
    lead: 0,
  };
}

/** Listing 10: text classification with the baselines. */
export function listing10({ domain, className }: { domain: string; className: string }): Listing {
  const lead = `give a synthetic ${domain} about`;
  return {
    fixed: `Suppose you are a writer for ${domain}. Your task is to`,
    varying: `${lead} ${className}.`,
    lead: lead.length,
  };
}

/** Listing 11: relation extraction with the baselines. */
export function listing11({ domain, className, entities, labelDescription }: RelationSlots): Listing {
  const lead = "give a sentence about";
  return {
    fixed: `Suppose you need to generate synthetic data for the biomedical ${domain} task. Your task is to`,
    varying: `${lead} ${className} relation between ${entities[0]} and ${entities[1]} so that ${labelDescription}.`,
    lead: lead.length,
  };
}

/** Listing 12: first sentence of a pair with the baselines. */
export function listing12({ content }: { content: string }): Listing {
  return {
    fixed: `Suppose you need to create a set of ${content}. Your task is to generate one sentence for a ${content}.`,
    varying: "",
    lead: 0,
  };
}

/** Listing 13: second sentence of a pair with the baselines. */
export function listing13(slots: SecondSentenceSlots): string {
  return `${pairHead(slots)} Your task is to generate one short ${slots.content} so that ${slots.labelDescription}.`;
}

function pairHead({ domain, className, content, firstSentence }: SecondSentenceSlots): string {
  const task = `Suppose you need to create a pair of sentences for the ${domain} task with the label '${className}'.`;
  return `${task} Given the ${content}: '${firstSentence}',`;
}
