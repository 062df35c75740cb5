// Longest run of words that a text shares with any other of a set: a suffix automaton over all of them (Blumer et al. 1985). Knows no words but numbers.

export interface SharedSpan {
  /** Words. */
  readonly length: number;
  /** Position in the query of its first word. */
  readonly start: number;
  /** A text that has it too; -1 for none. */
  readonly owner: number;
}

/** Two texts that a run of words occurs in; -1 for none. */
type Owners = readonly [number, number];

/** Texts as numbers of words, added once and asked often. Memory: up to two states a word. */
export class SharedSpans {
  readonly #next: Map<number, number>[] = [new Map()];
  readonly #link: number[] = [-1];
  readonly #length: number[] = [0];
  readonly #first: number[] = [-1];
  readonly #second: number[] = [-1];

  constructor(texts: readonly Int32Array[]) {
    for (const [owner, words] of texts.entries()) {
      let last = 0; // each text begins anew, so that no run crosses from one to the next
      for (const word of words) last = this.#extend(last, word, owner);
    }
    this.#handUp();
  }

  /** The longest run that the query shares with a text other than `but`. */
  longest(query: Int32Array, but = -1): SharedSpan {
    let [state, length] = [0, 0];
    let best: SharedSpan = { length: 0, start: 0, owner: -1 };
    for (const [i, word] of query.entries()) {
      for (;;) {
        const to = this.#next[state]?.get(word);
        if (to !== undefined && this.#other(to, but) >= 0) {
          [state, length] = [to, length + 1];
          break;
        }
        if (state === 0) {
          length = 0;
          break;
        }
        state = this.#link[state] as number;
        length = this.#length[state] as number;
      }
      if (length > best.length) best = { length, start: i - length + 1, owner: this.#other(state, but) };
    }
    return best;
  }

  #other(state: number, but: number): number {
    const first = this.#first[state] as number;
    return first !== but ? first : (this.#second[state] as number);
  }

  #extend(last: number, word: number, owner: number): number {
    const known = this.#next[last]?.get(word);
    if (known !== undefined) {
      const state = this.#length[known] === (this.#length[last] as number) + 1 ? known : this.#clone(last, word, known);
      this.#own(state, owner);
      return state;
    }
    const state = this.#add((this.#length[last] as number) + 1, new Map());
    this.#own(state, owner);
    let at = last;
    while (at >= 0 && !this.#next[at]?.has(word)) {
      this.#next[at]?.set(word, state);
      at = this.#link[at] as number;
    }
    if (at < 0) this.#link[state] = 0;
    else {
      const to = this.#next[at]?.get(word) as number;
      this.#link[state] = this.#length[to] === (this.#length[at] as number) + 1 ? to : this.#clone(at, word, to);
    }
    return state;
  }

  /** The shorter runs of a state as a state of their own. */
  #clone(from: number, word: number, of: number): number {
    const state = this.#add((this.#length[from] as number) + 1, new Map(this.#next[of]));
    this.#link[state] = this.#link[of] as number;
    this.#link[of] = state;
    [this.#first[state], this.#second[state]] = [this.#first[of] as number, this.#second[of] as number];
    for (let at = from; at >= 0 && this.#next[at]?.get(word) === of; at = this.#link[at] as number)
      this.#next[at]?.set(word, state);
    return state;
  }

  #add(length: number, next: Map<number, number>): number {
    this.#next.push(next);
    this.#link.push(0);
    this.#length.push(length);
    this.#first.push(-1);
    this.#second.push(-1);
    return this.#next.length - 1;
  }

  #own(state: number, owner: number): void {
    const [first, second] = [this.#first[state] as number, this.#second[state] as number];
    if (first === owner || second === owner || owner < 0) return;
    if (first < 0) this.#first[state] = owner;
    else if (second < 0) this.#second[state] = owner;
  }

  /** A run that ends where a longer one does occurs in its texts too: owners go up the links, longest runs first. */
  #handUp(): void {
    const order = this.#length.map((_, i) => i).sort((a, b) => (this.#length[b] as number) - (this.#length[a] as number));
    for (const state of order) {
      const link = this.#link[state] as number;
      if (link < 0) continue;
      const owners: Owners = [this.#first[state] as number, this.#second[state] as number];
      for (const owner of owners) this.#own(link, owner);
    }
  }
}
