# Makes the folders of docs/small-models.md: few-shot rows as they are, and a "test" of held-out rows, never the test's own.
# python3 docs/small_rows.py DATA OUT
import json
import pathlib
import random
import shutil
import sys

data, out = map(pathlib.Path, sys.argv[1:3])
size = 300


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def folder(task, held_out):
    to = out / task
    to.mkdir(parents=True, exist_ok=True)
    for name in ("train_few.jsonl", "dev_few.jsonl", "label.txt"):
        if (data / task / name).exists():
            shutil.copy(data / task / name, to)
    shutil.copy(data / task / "train_few.jsonl", to / "train.jsonl")
    random.Random(7).shuffle(held_out)
    with open(to / "test.jsonl", "w", encoding="utf-8") as file:
        for row in held_out[:size]:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


for task in ("healthver", "cdr"):
    folder(task, rows(data / task / "dev.jsonl"))

# MQP has nothing else: rows behind the first 300 that share no question with them.
mqp = rows(data / "mqp" / "test.jsonl")
scored = {question for row in mqp[:size] for question in (row["text_a"], row["text_b"])}
folder("mqp", [row for row in mqp[size:] if not scored & {row["text_a"], row["text_b"]}])
