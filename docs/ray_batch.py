"""Answers a turn of `npm run batch` with Ray Data LLM: python ray_batch.py MODEL turn-1.jsonl answers-1"""

import json
import sys

import ray
from ray.data.llm import build_processor, vLLMEngineProcessorConfig

model, turn, answers = sys.argv[1:4]

# Names of OpenAI's fields and of vLLM's SamplingParams.
SAMPLING = ("temperature", "top_p", "max_tokens", "seed", "top_k", "min_p", "repetition_penalty", "stop")


def preprocess(row):
    body = json.loads(row["text"])["body"]
    params = {name: body[name] for name in SAMPLING if name in body}
    if "structured_outputs" in body:
        params["structured_outputs"] = body["structured_outputs"]
    if "vllm_xargs" in body:
        params["extra_args"] = body["vllm_xargs"]
    return {"messages": body["messages"], "sampling_params": params, "text": row["text"]}


def postprocess(row):
    request = json.loads(row["text"])
    tokens = int(row["num_generated_tokens"])
    finish = "length" if tokens >= request["body"]["max_tokens"] else "stop"
    choice = {"index": 0, "message": {"role": "assistant", "content": row["generated_text"]}, "finish_reason": finish}
    usage = {"prompt_tokens": int(row["num_input_tokens"]), "completion_tokens": tokens}
    response = {"status_code": 200, "body": {"choices": [choice], "usage": usage}}
    return {"line": json.dumps({"custom_id": request["custom_id"], "response": response, "error": None})}


def line(row):
    """A row whose inference failed comes as it is: Ray does not give it to postprocess."""
    error = row.get("__inference_error__")
    if not error:
        return row["line"]
    return json.dumps({"custom_id": json.loads(row["text"])["custom_id"], "response": None, "error": str(error)})


def main():
    config = vLLMEngineProcessorConfig(
        model_source=model,
        engine_kwargs={"max_model_len": 4096, "enable_prefix_caching": True},
        concurrency=1,  # engines, one a GPU or more
        batch_size=64,
        should_continue_on_error=True,
    )
    processor = build_processor(config, preprocess=preprocess, postprocess=postprocess)
    rows = processor(ray.data.read_text(turn))
    with open(f"{answers}.jsonl", "w", encoding="utf-8") as out:
        for row in rows.iter_rows():
            out.write(line(row) + "\n")


if __name__ == "__main__":
    main()
