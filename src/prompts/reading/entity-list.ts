// The list of entities behind a sentence, for which Listings 2 and 8 ask beside it. Knows no task.

import { visible, withoutFence, withoutNextTurn } from "../../text/completion.ts";
import { withoutThoughts } from "../../text/thoughts.ts";

const title = (kinds: readonly string[]): string => {
  const words = kinds.map((kind) => `${kind.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}s?`).join("|");
  return `(?:list of )?(?:the )?(?:named |marked )?(?:entit(?:y|ies)${words === "" ? "" : `|${words}`})(?: list)?(?: mentioned)?`;
};

/** Names of a list: in brackets or quotes, apart by commas or on lines of their own. */
const namesIn = (list: string): string[] =>
  list
    .split(/[,;，、；\n]|\band\b/)
    .map((name) => name.replace(/^(?:\s*(?:\d{1,3}[.)]|[-*•]))?[\s["'“‘*`(]+|[\s\]"'”’*`).]+$/g, "").trim())
    .filter((name) => /\p{L}/u.test(name));

/** Names that an answer lists behind its sentence under a title ("Entities: ..."), in brackets alone or as its second number; none without a list. */
export function listedEntities(completion: string, kinds: readonly string[]): string[] {
  const said = withoutFence(withoutNextTurn(withoutThoughts(visible(completion)) ?? ""));
  const before = '(?:\\n|(?<=[.!?"”])[^\\S\\n]+)[\\s*_#>\\d.)-]*';
  const titled = new RegExp(
    `${before}${title(kinds)}[*_]*\\s*[:：][*_]*\\s*((?:[^\\n]+|\\n+(?=[^\\S\\n]*(?:\\d{1,3}[.)]|[-*•])\\s))*)`,
    "iu",
  );
  const alone = /(?:\n|(?<=[.!?"”])[^\S\n]+)(?:\s*2[.)])?\s*((?:\[[^[\]\n]+\][\s,;]*)+)$/u;
  const second = /^\s*1[.)][^\n]+\n+\s*2[.)]\s*([^\n.!?]+)[.]?\s*$/u;
  const list = titled.exec(said)?.[1] ?? alone.exec(said)?.[1] ?? second.exec(said)?.[1];
  return list === undefined ? [] : namesIn(list.replace(/\]\s*\[/g, "], ["));
}
