// Words for how often topics are drawn. Knows no component.

import { type LabelDraws, timesOf } from "../../../generate/planned-draws.ts";
import { count, counted } from "../../parts/numbers.ts";
import { topicWords } from "../../parts/words.ts";

/** Different counts that are told one by one. */
const mostCounts = 4;

const spelt = [
  "once",
  "twice",
  "three times",
  "four times",
  "five times",
  "six times",
  "seven times",
  "eight times",
  "nine times",
];

/** Small numbers are spelt: "4 three times" is read at once, "4 3 times" is not. */
const timesWords = (times: number): string => spelt[times - 1] ?? `${count(times)} times`;

/** "187 topics once, 6 twice"; for many different counts their range. */
export function oftenWords({ drawn, attempts }: LabelDraws): string {
  const [first, ...rest] = [...timesOf(drawn)].reverse();
  if (!first) return "none";
  if (rest.length >= mostCounts) {
    const least = first[0];
    const most = rest.at(-1)?.[0] ?? least;
    return `${counted(drawn.length, "topic")} ${count(least)} to ${count(most)} times, ${(attempts / drawn.length).toFixed(1)} on average`;
  }
  return [first, ...rest]
    .map(([n, of], i) => `${i === 0 || n > spelt.length ? counted(of, "topic") : count(of)} ${timesWords(n)}`)
    .join(", ");
}

/** Topics that are named of each label. */
const mostNamed = 3;

/** "gout (3), asthma (2) and 91 more". */
export function mostDrawn({ drawn }: LabelDraws): string {
  const named = drawn.slice(0, mostNamed).map(({ topic, times }) => `${topicWords(topic)} (${count(times)})`);
  const more = drawn.length - named.length;
  return more > 0 ? `${named.join(", ")} and ${count(more)} more` : named.join(", ");
}
