// A tour of ten minutes and exercises with their answers, as data. Knows no component.

export interface Stop {
  readonly title: string;
  readonly minutes: number;
  /** Clicks, in order. */
  readonly todo: readonly string[];
  /** Questions that the screen answers. */
  readonly look: string;
}

/** On the sample of BC5CDR-Disease, with the small models, on a laptop without a graphics processor. */
export const tour: readonly Stop[] = [
  {
    title: "Task",
    minutes: 1,
    todo: [
      "Open Runs and press Start a run, or New run where there is one already.",
      "Leave BC5CDR-Disease chosen and press Use the sample.",
    ],
    look: "Five sentences with their diseases marked are all that a clinic has to give. The 60 test sentences are never shown to any model that learns.",
  },
  {
    title: "Knowledge",
    minutes: 1,
    todo: ["Leave ClinGen chosen.", "Press Gather knowledge."],
    look: "Each topic is a disease of a graph that experts curated, with its source and licence. Styles say who writes: a nurse's note reads unlike an abstract.",
  },
  {
    title: "Generate",
    minutes: 3,
    todo: [
      "Set Examples to make to 20. On a slow laptop choose the scripted writer.",
      "Press Generate.",
      "Open How it works under one sentence, and with a real writer show what could have come at each token.",
    ],
    look: "Topic and style are coloured in the prompt; what the grammar forbids at a token is struck. Look at what was thrown away, and why: a sentence without its topic teaches nothing.",
  },
  {
    title: "Train",
    minutes: 3,
    todo: ["Choose all-MiniLM-L6-v2 and Processor.", "Press Train.", "Open How it works when it has ended."],
    look: "Stage I learns the five real sentences, stage II the synthetic ones. The loss falls in both; the epoch that validates best is kept. One test example shows what its loss and gradient are after each stage.",
  },
  {
    title: "Evaluate",
    minutes: 1,
    todo: ["Read F1 before and after the synthetic text, with its interval.", "Open How it works."],
    look: "The score is worked out from hits, misses and false alarms on this very test set. Below, try the model on a sentence of your own.",
  },
  {
    title: "Analyse",
    minutes: 1,
    todo: ["Press Measure.", "Open How it works below the table."],
    look: "The column Real says how far two halves of the real text lie apart by chance. No synthetic text can be expected to come nearer.",
  },
];

export interface Exercise {
  readonly question: string;
  readonly answer: readonly string[];
}

export const exercises: readonly Exercise[] = [
  {
    question: "A model finds 50 spans. 30 of them are among the 60 that the test set has. What are precision, recall and F1?",
    answer: [
      "Precision is 30 / 50 = 0.600, recall 30 / 60 = 0.500.",
      "F1 is their harmonic mean, 2 x 30 / (50 + 60) = 0.545: nearer to the lower of the two.",
    ],
  },
  {
    question:
      "Make 20 examples by ClinGen and 20 by ZeroGen on the same sample. Which set names more diseases, and which is more like itself?",
    answer: [
      "ClinGen's: each prompt brings another disease of the graph. ZeroGen's prompts are all alike, so that the model writes of the few diseases that it thinks of first.",
      "Analyse shows it twice: more different entities for ClinGen, and a higher similarity of all pairs for ZeroGen.",
    ],
  },
  {
    question:
      "ClinGen's sentences are marked by the graph's names. What does a classifier learn of a disease that the graph lacks?",
    answer: [
      "A mention that the graph does not name stays unmarked in the training text, so it is learnt as no disease: recall suffers.",
      "Synonyms help, and so does a graph of the field at hand. Review by hand, under Doubtful examples in Analyse, mends what is left.",
    ],
  },
  {
    question: "One source scores 0.42 and another 0.45 on 60 test sentences. Their intervals overlap. Is the second better?",
    answer: [
      "Nobody can tell from that. Both were scored on the same sentences, so a paired test asks more: draw sentences with replacement and count how often the second is ahead.",
      "The Arena does so, and corrects for the number of pairs compared. With 60 sentences a difference of 0.03 is mostly noise; more test sentences help, more decimals do not.",
    ],
  },
  {
    question: "Could CMD between synthetic and real text be 0?",
    answer: [
      "Only if both sets had the same mean and the same central moments in every dimension: in practice, if they were the same texts. Two halves of the real text already differ by chance; that number stands beside it.",
      "A value below that of the halves would be a reason to look for copies, not to be glad.",
    ],
  },
  {
    question: "The writer repeats one of the five real sentences with a word changed. Why is that bad, and where is it seen?",
    answer: [
      "The classifier has that sentence already, so nothing is learnt. If the sentence is a patient's, it has left the clinic in a file that was called synthetic.",
      "Analyse names the texts nearest to an example that was shown. It judges them against real sentences that were never shown, for two real sentences are alike by chance too.",
    ],
  },
  {
    question: "Prove that nothing left this laptop.",
    answer: [
      "A whole run with the cable out shows that no network is needed. It does not show what would be sent with the cable in.",
      "So put it in, open Privacy and press Check now: it asks another host from the page and from each worker, and the browser must refuse each.",
      "The header counts requests to other hosts. Sealed mode forbids even those that would fetch a model.",
    ],
  },
];
