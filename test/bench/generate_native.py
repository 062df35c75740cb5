"""transformers.generate natively, for generate.ts: FILE.gguf ROWS ...; prints one JSON object {rows: tokens per second}, prefill included.

Needs torch, transformers and gguf. float32, two threads, 40 new tokens for each of 16 (or rows) prompts of some 60 tokens.
"""

import json
import os
import sys
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(2)
folder, name = os.path.split(os.path.abspath(sys.argv[1]))
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
tokenizer.pad_token = tokenizer.eos_token
tokenizer.padding_side = "left"
topics = ["asthma", "renal failure", "liver cirrhosis", "anemia", "hypertension", "psoriasis", "migraine", "epilepsy"]
new = 40
rates = {}
for rows in map(int, sys.argv[2:]):
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": f"Write one sentence in the style of medical literature that mentions {topics[i % 8]}."}],
            tokenize=False,
            add_generation_prompt=True,
        )
        for i in range(max(rows, 16))
    ]
    start = time.time()
    for at in range(0, len(texts), rows):
        batch = tokenizer(texts[at : at + rows], return_tensors="pt", padding=True)
        with torch.no_grad():
            model.generate(**batch, min_new_tokens=new, max_new_tokens=new, do_sample=False)
    rates[rows] = round(len(texts) * new / (time.time() - start), 1)
print(json.dumps(rates))
