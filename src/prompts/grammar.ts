// Output grammars, in the subset of EBNF that GBNF (llama.cpp) and XGrammar share. No free white space: small models run away in it.

/** A quoted terminal. */
export function literal(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

// Plain text is one rule that repeats one class of characters. The same language with a class more, or with a counted repetition, costs XGrammar
// some 50 ms a token instead of 3.
const sentenceRules = ['mark ::= "[" plain "]"', 'plain ::= [^.\\[\\]\\n"]+'];

/**
 * One sentence whose brackets are entities; its full stop ends it. It holds the form alone and not the topic: a small model that is made to
 * write the topic at a set place writes broken text around it, and the encoder learns less from ten such sentences than from the five that
 * mention it of their own accord (measured; the parser sees to the mention).
 */
export const markedSentence = ['root ::= ( plain | mark )+ "."', ...sentenceRules].join("\n");

/** The same with an entity within the first nine words: for a prompt that names no topic nothing else would mark one. */
export const markedSentenceWithMark = [
  'root ::= ( word " " ){0,8} mark ( plain | mark )* "."',
  'word ::= [^ .\\[\\]\\n"]+',
  ...sentenceRules,
].join("\n");

/** One line of text, of one to three sentences or questions. */
export const oneLine = ["root ::= piece piece? piece?", 'piece ::= [^.?!\\n"]+ [.?!]'].join("\n");

/** One sentence; its first full stop ends it. */
export const oneSentence = 'root ::= [^.?!\\[\\]\\n"]+ "."';

/** One line with one mark of each word in it, `[chemical: aspirin]`, in either order. */
export function sentenceWithBoth(words: readonly [string, string]): string {
  const mark = (word: string) => `${literal(`[${word}: `)} plain "]"`;
  return [
    'root ::= plain? ( head plain? tail | tail plain? head ) plain? "."',
    `head ::= ${mark(words[0])}`,
    `tail ::= ${mark(words[1])}`,
    'plain ::= [^.\\[\\]\\n"]+',
  ].join("\n");
}

/** One sentence with a mark of some of these words, `[Dosage: 2.5 mg]`; its first full stop outside a mark ends it. */
export function sentenceWithTyped(words: readonly string[]): string {
  return [
    'root ::= plain? mark ( plain | mark )* "."',
    'mark ::= "[" word ": " name "]"',
    `word ::= ${words.map(literal).join(" | ")}`,
    'name ::= [^\\[\\]\\n"]+',
    'plain ::= [^.\\[\\]\\n"]+',
  ].join("\n");
}

/** The same inside the JSON object of the released code's demonstrations. */
export function asJson(grammar: string, field: string): string {
  const inner = grammar.replace(/^root ::=/, "answer ::=");
  return `root ::= ${literal(`{"${field}":"`)} answer ${literal('"}')}\n${inner}`;
}
