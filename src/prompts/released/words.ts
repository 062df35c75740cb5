// Words of ClinGen's released code where they differ from the paper's, by task. A task without a row has its own. Knows no prompt.

import type { Family } from "../../tasks/families.ts";
import { labelOf, type Task } from "../../tasks/task.ts";

interface Described {
  /** By the label's id; absent: the task's own. Full stops are the code's, and some prompts get two. */
  readonly descriptions?: Readonly<Record<string, string>>;
}

export interface ReleasedWords {
  readonly ner: { readonly domain: string };
  readonly attribute: { readonly domain: string };
  readonly classification: { readonly domain: string };
  readonly relation: Described & {
    readonly domain: string;
    readonly head: string;
    readonly tail: string;
    /** Asks for placeholders in place of the two names. */
    readonly replaces?: true;
  };
  readonly pair: Described & {
    readonly firstContent: string;
    /** Name of the first sentence in the second prompt. */
    readonly givenContent: string;
    readonly secondContent: string;
    /** Ends the second prompt without a row to complete. */
    readonly open?: true;
  };
}

const disease: ReleasedWords["ner"] = { domain: "Disease" };
const chemical: ReleasedWords["ner"] = { domain: "Chemical" };
const inference: ReleasedWords["pair"] = { firstContent: "claim", givenContent: "premise", secondContent: "hypothesis" };
const verification: ReleasedWords["pair"] = { firstContent: "health news", givenContent: "claim", secondContent: "evidence" };

type Rows<F extends Family> = Readonly<Record<string, ReleasedWords[F]>>;

const rows: { readonly [F in Family]: Rows<F> } = {
  ner: { "bc5cdr-disease": disease, "ncbi-disease": disease, "bc5cdr-chemical": chemical, chemdner: chemical },
  attribute: { casi: { domain: "Clinical Attributes" } },
  classification: {},
  relation: {
    gad: { domain: "Disease Gene Relation", head: "Disease", tail: "Gene", replaces: true },
    cdr: { domain: "Chemical Disease Relation", head: "Chemical", tail: "Disease" },
    chemprot: {
      domain: "Protein Chemical Relation",
      head: "Chemical",
      tail: "Protein",
      descriptions: {
        upregulator: "the chemical Activates expression of the protein",
        antagonist: "the chemical diminishing its normal activity or interaction with its natural ligand.",
        not: "There's no relation between the chemical and the protein from the generated sentence.",
      },
    },
  },
  pair: {
    mednli: inference,
    "mediqa-nli": inference,
    "mediqa-rqe": {
      firstContent: "consumer health queries",
      givenContent: "question A",
      secondContent: "question B",
      descriptions: {
        not_entail: "the answer to the question B is not a answer to the question A.",
        entail: "every answer to the question B is also a complete or partial answer to the question A.",
      },
    },
    pubhealth: verification,
    healthver: verification,
    mqp: { firstContent: "claim", givenContent: "question", secondContent: "question", open: true },
  },
};

/** Words of a task that the released code does not have. */
const own: { readonly [F in Family]: (task: Task<F>) => ReleasedWords[F] } = {
  ner: ({ domain }) => ({ domain }),
  attribute: ({ domain }) => ({ domain }),
  classification: ({ domain }) => ({ domain }),
  relation: ({ domain, head, tail }) => ({ domain, head: head.type, tail: tail.type }),
  pair: ({ firstContent, secondContent }) => ({ firstContent, givenContent: firstContent, secondContent }),
};

export function releasedWords<F extends Family>(task: Task<F>): ReleasedWords[F] {
  const family: F = task.family;
  const known = rows[family];
  return (Object.hasOwn(known, task.id) ? known[task.id] : own[family](task)) as ReleasedWords[F];
}

/** [label_desc]. The code ends a pair's with a full stop, to which its prompt adds one. */
export function releasedDescription(task: Task, { descriptions }: Described, id: string): string {
  const written = descriptions && Object.hasOwn(descriptions, id) ? descriptions[id] : undefined;
  return written ?? `${labelOf(task, id).description}${task.family === "pair" ? "." : ""}`;
}
