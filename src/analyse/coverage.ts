// Coverage of what could be asked for: topics, styles and their pairs that the texts of each label were written with. Knows no text and no graph.

/** Topic and style of one text's prompt, by their names. */
export interface Drawn {
  readonly label: string;
  readonly topic?: string;
  readonly style?: string;
}

/** Candidates that prompts draw from. */
export interface Offered {
  readonly topics: Readonly<Record<string, readonly string[]>>; // by label
  readonly styles: readonly string[];
}

/** Different ones that were used, of those that there are. */
export interface Used {
  readonly used: number;
  readonly of: number;
}

export interface LabelCoverage {
  readonly label: string;
  readonly texts: number;
  readonly topics: Used;
  readonly styles: Used;
  /** Topic and style together: topics alone without styles, and styles alone without topics. */
  readonly pairs: Used;
  /** Different pairs that as many even draws would use: their mean, and the range of 95 % of such draws. */
  readonly even: { readonly mean: number; readonly low: number; readonly high: number };
}

/** Empty where nothing is drawn from. A draw that is none of the candidates counts for its label alone. */
export function coverageOf(drawn: readonly Drawn[], { topics, styles }: Offered): readonly LabelCoverage[] {
  const labels = [...new Set([...Object.keys(topics), ...drawn.map(({ label }) => label)])];
  const ofStyles = new Set(styles);
  return labels.flatMap((label): LabelCoverage[] => {
    const ofTopics = new Set(topics[label] ?? []);
    if (ofTopics.size === 0 && ofStyles.size === 0) return [];
    const own = drawn.filter((each) => each.label === label);
    const known = own.flatMap(({ topic, style }) => {
      const isTopic = topic !== undefined && ofTopics.has(topic);
      const isStyle = style !== undefined && ofStyles.has(style);
      return [{ topic: isTopic ? topic : undefined, style: isStyle ? style : undefined }];
    });
    const whole = known.filter(
      ({ topic, style }) => (topic !== undefined || ofTopics.size === 0) && (style !== undefined || ofStyles.size === 0),
    );
    const pairs = Math.max(1, ofTopics.size) * Math.max(1, ofStyles.size);
    return [
      {
        label,
        texts: own.length,
        topics: { used: different(known.map(({ topic }) => topic)), of: ofTopics.size },
        styles: { used: different(known.map(({ style }) => style)), of: ofStyles.size },
        pairs: { used: different(whole.map(({ topic, style }) => JSON.stringify([topic, style]))), of: pairs },
        even: evenDraws(whole.length, pairs),
      },
    ];
  });
}

const different = (names: readonly (string | undefined)[]): number => new Set(names.filter((name) => name !== undefined)).size;

/** Different cells that `n` even draws of `cells` fill: mean and variance of the occupancy (Johnson & Kotz 1977), the range by the normal. */
export function evenDraws(n: number, cells: number): LabelCoverage["even"] {
  const empty = (1 - 1 / cells) ** n;
  const bothEmpty = cells < 2 ? 0 : (1 - 2 / cells) ** n;
  const mean = cells * (1 - empty);
  const variance = Math.max(0, cells * (cells - 1) * bothEmpty + cells * empty - (cells * empty) ** 2);
  const half = 1.96 * Math.sqrt(variance);
  const low = Math.max(Math.min(n, 1), mean - half);
  return { mean, low, high: Math.max(low, Math.min(cells, n, mean + half)) };
}
