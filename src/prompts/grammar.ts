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

/**
 * One sentence whose brackets are entities. It holds the form alone and not the topic: a small model that is made to write the topic
 * at a set place writes broken text around it, and the encoder learns less from ten such sentences than from the five that mention it
 * of their own accord (measured; the parser sees to the mention).
 */
export const markedSentence = ['root ::= ( word | mark ) rest "."', ...sentenceRules].join("\n");

/** The same with an entity within the first nine words: for a prompt that names no topic nothing else would mark one. */
export const markedSentenceWithMark = ['root ::= ( word " " ){0,8} mark rest "."', ...sentenceRules].join("\n");

/** One line of text, of one to three sentences or questions. */
export const oneLine = ['root ::= piece ( " " piece ){0,2}', 'piece ::= [^ .?!\\n"] [^.?!\\n"]{4,200} [.?!]'].join("\n");

/** The same inside the JSON object of the released code's demonstrations. */
export function asJson(grammar: string, field: string): string {
  const inner = grammar.replace(/^root ::=/, "answer ::=");
  return `root ::= ${literal(`{"${field}":"`)} answer ${literal('"}')}\n${inner}`;
}
