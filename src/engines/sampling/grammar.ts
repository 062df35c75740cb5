// Masks of the tokens that a grammar allows next, by XGrammar. Knows no model and no sampling.

import type { CompiledGrammar, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import { mutex } from "../../base/async.ts";
import { ClinfuseError } from "../../base/errors.ts";
import type { ByteLevelVocabulary } from "../../text/byte-level-tokenizer.ts";
import type { TokenMask } from "./sampler.ts";

/** One completion on its way through a grammar. */
export interface GrammarState {
  mask(): Promise<TokenMask>;
  /** Text that must come next, whatever follows; often empty. */
  forced(): string;
  /** Takes the token in where the grammar allows it here, and tells whether it does. */
  tries(id: number): boolean;
  accept(id: number): void;
  dispose(): void;
}

export interface Grammars {
  /** The start of the grammar. Throws `grammar-invalid` where it does not parse. Compiled once, and kept. */
  start(ebnf: string): Promise<GrammarState>;
  dispose(): void;
}

/** Compiled grammars kept, those used last: a run has a few, but nothing stops a caller from making one for each request. */
const mostKept = 32;

type XGrammar = typeof import("@mlc-ai/web-xgrammar");

/** The package is a UMD file that calls itself a module: it leaves its exports in the global object. */
async function loadXGrammar(): Promise<XGrammar> {
  const module: Partial<XGrammar> = await import("@mlc-ai/web-xgrammar");
  return module.Grammar ? (module as XGrammar) : (globalThis as unknown as { xgrammar: XGrammar }).xgrammar;
}

/** `tokenizer`: pieces of a byte-level vocabulary. `vocabSize`: of the logits. */
export function grammars(tokenizer: ByteLevelVocabulary, vocabSize: number): Grammars {
  const compiled = new Map<string, Promise<CompiledGrammar>>();
  const ends = [...tokenizer.ends];
  const starts = mutex();
  let info: Promise<TokenizerInfo> | undefined;

  const tokenizerInfo = async (): Promise<TokenizerInfo> => {
    const { TokenizerInfo } = await loadXGrammar();
    // Markup is no text: an empty piece is never allowed.
    const pieces = tokenizer.vocabulary.map((piece, id) => (tokenizer.controls.has(id) ? "" : piece));
    return TokenizerInfo.createTokenizerInfo(pieces, "byte_level", false, vocabSize, ends);
  };

  const compile = async (ebnf: string): Promise<CompiledGrammar> => {
    const { Grammar, GrammarCompiler } = await loadXGrammar();
    const tokens = await (info ??= tokenizerInfo());
    try {
      const grammar = await Grammar.fromEBNF(ebnf, "root");
      const compiler = await GrammarCompiler.createGrammarCompiler(tokens, false);
      try {
        return await compiler.compileGrammar(grammar);
      } finally {
        compiler.dispose();
        grammar.dispose();
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ClinfuseError("grammar-invalid", `the grammar does not parse: ${message}`, { what: message }, { cause: error });
    }
  };

  return {
    // One at a time: what one start forgets, no other start is about to use.
    start: (ebnf) =>
      starts.run(async () => {
        const grammar = compiled.get(ebnf) ?? compile(ebnf);
        compiled.delete(ebnf);
        compiled.set(ebnf, grammar);
        for (const [old, forgotten] of compiled) {
          if (compiled.size <= mostKept) break;
          compiled.delete(old);
          // Matchers that were made of it hold it on their own.
          forgotten.then((g) => g.dispose()).catch(() => undefined);
        }
        const { GrammarMatcher } = await loadXGrammar();
        return state(await GrammarMatcher.createGrammarMatcher(await grammar, ends));
      }),
    dispose() {
      for (const grammar of compiled.values()) grammar.then((g) => g.dispose()).catch(() => undefined);
      compiled.clear();
      info?.then((i) => i.dispose()).catch(() => undefined);
      info = undefined;
    },
  };
}

function state(matcher: GrammarMatcher): GrammarState {
  return {
    mask: () => matcher.getNextTokenBitmask(),
    forced: () => matcher.findJumpForwardString(),
    tries: (id) => matcher.acceptToken(id),
    accept(id) {
      if (!matcher.acceptToken(id)) throw new Error(`the grammar does not allow the token ${id}, which its mask did`);
    },
    dispose: () => matcher.dispose(),
  };
}
