// Output grammars, in the subset of EBNF that GBNF (llama.cpp) and XGrammar share. No free white space: small models run away in it.

/** A quoted terminal. */
function literal(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const sentenceRules = [
  // A full stop ends the sentence unless something other than a space follows it, as in 0.5.
  'rest ::= ( [^.\\[\\]\\n"] | "." [^ .\\[\\]\\n"] | mark )*',
  'mark ::= "[" [^ .\\[\\]\\n"] [^.\\[\\]\\n"]{1,59} "]"',
  'word ::= [^ .\\[\\]\\n"]{1,24}',
];

/** One sentence with at least one bracketed entity. With a topic, the first mark is the topic, after at most eight words (Listing 2, item 4). */
export function markedSentence(topic?: string): string {
  const first = topic === undefined ? "mark" : `"[" ( ${literal(topic)} | ${literal(capitalised(topic))} ) "]"`;
  return [`root ::= ( word " " ){0,8} first rest "."`, `first ::= ${first}`, ...sentenceRules].join("\n");
}

/** One line of text, of one to three sentences or questions. */
export const oneLine = ['root ::= piece ( " " piece ){0,2}', 'piece ::= [^ .?!\\n"] [^.?!\\n"]{4,200} [.?!]'].join("\n");

/** The same inside the JSON object of the released code's demonstrations. */
export function asJson(grammar: string, field: string): string {
  const inner = grammar.replace(/^root ::=/, "answer ::=");
  return `root ::= ${literal(`{"${field}":"`)} answer ${literal('"}')}\n${inner}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
