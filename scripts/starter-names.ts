// How the starter graph writes names: MeSH's inverted headings turned round, lower case except acronyms and names of people.

/** "Purpura, Thrombocytopenic, Idiopathic" -> "Idiopathic Thrombocytopenic Purpura". */
export function uninverted(heading: string): string {
  return heading.split(", ").reverse().join(" ");
}

/** Words of MeSH headings and drug names that keep their capitals: people, a place, acronyms, numerals, letters. */
const capitals = new Map(
  (
    "Adie Alice Wonderland Broca Brown-Sequard Cheyne-Stokes Coffin-Lowry Down Gerstmann Horner Huntington Kearns-Sayre Kleine-Levin " +
    "Korsakoff Lange Lesch-Nyhan Machado-Joseph Menkes Prader-Willi REM Rett Rubinstein-Taybi Schnitzler Schoenlein-Henoch Susac Urbach " +
    "Wiethe Usher WAGR Waterhouse-Friderichsen Wernicke Williams Wolfram II IIb X X-linked L-DOPA WF10 C"
  )
    .split(" ")
    .map((word) => [word.toLowerCase(), word]),
);

export function lowerCase(name: string): string {
  return name
    .split(" ")
    .map((word) => capitals.get(word.toLowerCase()) ?? word.toLowerCase())
    .join(" ");
}

/** Words that the Disease Ontology capitalises by slip here and there; its other capitals are names of people, places and species. */
const slips =
  /\b(Syndrome|Disease|Cor|Senile|Phlegmonous|Chilblain|Cryptococcal|Coronavirus|Cytomegalovirus|Hantavirus|Boomerang|Plica|Dyslexia|Transient)\b/g;

export function fixCase(name: string): string {
  return name
    .trim()
    .replace(/\s+/g, " ")
    .replace(slips, (word) => word.toLowerCase());
}
