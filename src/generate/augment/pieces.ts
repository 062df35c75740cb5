// A text cut into sentences, and these into pieces that a translator can hold, as UDA's back translation cuts them (Xie et al. 2020).

/** A piece of so many characters or more is cut again. */
const long = 300;
/** Characters after which a piece is cut, one round each, and how far behind the piece's start they are searched. */
const rounds = [
  { after: ".", from: 5 },
  { after: ";", from: 5 },
  { after: ",", from: 5 },
  { after: " ", from: 100 },
] as const;
/** Length of the pieces of a text that has none of these. */
const hard = 101;

/** Put together they are the text. */
export function sentencesOf(text: string): string[] {
  return Array.from(new Intl.Segmenter("en", { granularity: "sentence" }).segment(text), ({ segment }) => segment);
}

/** Put together they are the sentence. */
export function piecesOf(sentence: string): string[] {
  let pieces = [sentence];
  for (const { after, from } of rounds)
    pieces = pieces.flatMap((piece) => (piece.length < long ? [piece] : cutAfter(piece, after, from)));
  return pieces.flatMap((piece) => (piece.length < long ? [piece] : cutEach(piece, hard)));
}

function cutAfter(piece: string, character: string, from: number): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = piece.indexOf(character, from); at >= 0; at = piece.indexOf(character, start + from)) {
    parts.push(piece.slice(start, at + 1));
    start = at + 1;
  }
  return start < piece.length ? [...parts, piece.slice(start)] : parts;
}

/** A character may be two code units, and is not cut. */
function cutEach(piece: string, length: number): string[] {
  const characters = [...piece];
  const count = Math.ceil(characters.length / length);
  return Array.from({ length: count }, (_, i) => characters.slice(i * length, (i + 1) * length).join(""));
}
