"""Training steps in native PyTorch, for train.ts: STEPS ENCODER:BATCH:TOKENS:THREADS ...; prints one JSON object {case: milliseconds}.

Needs torch and transformers. float32, random weights, forward, backward and AdamW; the median of the steps after the first.
"""

import json
import statistics
import sys
import time

import torch
from transformers import BertConfig, BertForTokenClassification

shapes = {"MiniLM": dict(hidden_size=384, num_hidden_layers=6, intermediate_size=1536), "BERT-base": {}}
found = {}
for case in sys.argv[2:]:
    encoder, batch, tokens, threads = case.split(":")
    torch.set_num_threads(int(threads))
    config = BertConfig(num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **shapes[encoder])
    model = BertForTokenClassification(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
    ids = torch.randint(0, config.vocab_size, (int(batch), int(tokens)))
    labels = torch.randint(0, 3, ids.shape)
    times = []
    for _ in range(1 + int(sys.argv[1])):
        start = time.perf_counter()
        optimizer.zero_grad()
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
        times.append(1000 * (time.perf_counter() - start))
    found[case] = statistics.median(times[1:])
print(json.dumps(found))
