"""Processor time of Captum's LayerIntegratedGradients at blocks of a language model; bench/decoder-cost.ts asks, and compares.

    python tools/captum_decoder.py FILE.gguf        (torch, transformers, gguf, captum)

Reads a question a line from standard input: { "ids", "baseline", "target", "layers", "steps", "whole" }, token ids and numbers;
answers a line with the seconds of processor time for each layer, and how far its sum is off as a share of the difference of
the scores. One thread, so that they can be compared with those of one thread. "whole": logits of all positions, not of the
last one alone.
"""

import json
import pathlib
import resource
import sys

import torch
from captum.attr import LayerIntegratedGradients
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    path = pathlib.Path(sys.argv[1])
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    print(json.dumps({"blocks": len(model.model.layers)}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        ids, baseline = (torch.tensor([asked[name]]) for name in ("ids", "baseline"))

        def score(tokens):
            kept = 0 if asked.get("whole", False) else 1
            logits = model(tokens, use_cache=False, logits_to_keep=kept).logits[:, -1]
            return torch.log_softmax(logits, -1)[:, asked["target"]]

        with torch.no_grad():
            difference = (score(ids) - score(baseline)).item()
        seconds, errors = [], []
        for layer in asked["layers"]:
            before = spent()
            method = LayerIntegratedGradients(score, model.model.layers[layer])
            found = method.attribute(ids, baselines=baseline, n_steps=asked["steps"], attribute_to_layer_input=True)
            seconds.append(spent() - before)
            found = found[0] if isinstance(found, tuple) else found
            errors.append(abs(found.sum().item() - difference) / abs(difference))
        print(json.dumps({"seconds": seconds, "errors": errors}), flush=True)


main()
