"""Holds vLLM to the rule `uncopied`: vllm serve MODEL --logits-processors vllm_uncopied:Uncopied, with this file's folder in PYTHONPATH."""

import re
import sys
import unicodedata

from transformers import AutoTokenizer
from vllm.v1.sample.logits_processor import AdapterLogitsProcessor

# Letters and digits with the accents and vowel signs written on them; "it's" is one word.
MARKS = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c).startswith("M"))
PART = rf"[^\W_](?:[^\W_]|[{MARKS}])*"
WORD = re.compile(rf"{PART}(?:['’]{PART})*")


def words_of(text):
    return WORD.findall(text.lower())


class CopyBan:
    """Tokens that may not come next: those that open the last word of a run of `words` words in one of the texts, behind the words before it."""

    def __init__(self, encode, decode, texts, words):
        self.decode, self.words, self.lasts = decode, words, {}
        for text in map(words_of, texts):
            for end in range(words - 1, len(text)):
                self.lasts.setdefault(tuple(text[end - words + 1 : end]), set()).add(text[end])
        self.openings = {word: opening(encode, word) for ends in self.lasts.values() for word in ends}

    def __call__(self, tokens):
        before = words_of(self.decode(tokens))[1 - self.words :] if self.words > 1 else []
        return sorted({token for word in self.lasts.get(tuple(before), ()) for token in self.openings[word]})


def opening(encode, word):
    """First tokens of a word, after a space or at the start, in lower case, with a capital, in capitals."""
    forms = (word, word[:1].upper() + word[1:], word.upper())
    spelled = (form for each in forms for form in (" " + each, each))
    return {tokens[0] for tokens in map(encode, spelled) if tokens}


class Uncopied(AdapterLogitsProcessor):
    def __init__(self, vllm_config, device, is_pin_memory):
        super().__init__(vllm_config, device, is_pin_memory)
        self.tokenizer = AutoTokenizer.from_pretrained(vllm_config.model_config.tokenizer)

    @classmethod
    def validate_params(cls, params):
        pass

    def is_argmax_invariant(self):
        return False

    def encode(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False)

    def decode(self, tokens):
        return self.tokenizer.decode(tokens, skip_special_tokens=True)

    def new_req_logits_processor(self, params):
        asked = params.extra_args or {}
        texts, words = asked.get("uncopied_texts"), asked.get("uncopied_words")
        if not texts or not words:
            return None
        ban = CopyBan(self.encode, self.decode, texts, words)

        def forbid(output_ids, logits):
            banned = ban(output_ids)
            if not banned:
                return logits
            held = logits.clone()
            held[banned] = float("-inf")
            # A copy that the grammar makes the only way on is let through: the reader of the answers sees it.
            return logits if held.max() == float("-inf") else held

        return forbid
