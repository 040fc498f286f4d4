"""The file format of test/golden/parity-*.json, for the scripts that make them. tools/README.md describes it."""

import json

import numpy
import torch
import transformers
from hashed_weights import uniform

SAMPLES = 24


def places(size):
    """Which elements of a flat tensor are stored: the same for every tensor of that size."""
    return ((uniform("places", SAMPLES).astype(numpy.float32).astype(float) + 1) / 2 * size).astype(int)


def rounded(values):
    return [float(f"{value:.8g}") for value in values]


def sampled(tensor):
    flat = tensor.detach().double().reshape(-1)
    return {"shape": list(tensor.shape), "largest": flat.abs().max().item(), "values": rounded(flat[places(len(flat))].tolist())}


def trace(model, blocks, run, score):
    """One case's numbers: logits, the hidden state entering each block and each attention map, and their gradients.

    `blocks` are the modules whose first argument is the hidden state; `run` calls the model with output_attentions;
    `score` picks of the logits the number that is differentiated.
    """
    states = []

    def catch(_, arguments, named):
        state = arguments[0] if arguments else named["hidden_states"]
        if not state.requires_grad:
            raise RuntimeError("a hidden state is cut off from the parameters")
        state.retain_grad()
        states.append(state)

    hooks = [block.register_forward_pre_hook(catch, with_kwargs=True) for block in blocks]
    result = run()
    for hook in hooks:
        hook.remove()
    for attention in result.attentions:
        attention.retain_grad()
    score(result.logits).backward()
    return {
        "logits": {"shape": list(result.logits.shape), "values": rounded(result.logits.reshape(-1).tolist())},
        "hiddenStates": [sampled(state) for state in states],
        "attention": [sampled(attention) for attention in result.attentions],
        "gradients": {
            "hiddenStates": [sampled(state.grad) for state in states],
            "attention": [sampled(attention.grad) for attention in result.attentions],
        },
    }


def write(path, script, cases):
    made = {"script": script, "torch": torch.__version__, "transformers": transformers.__version__}
    lines = ",\n".join(json.dumps(case, allow_nan=False, separators=(",", ":")) for case in cases)
    path.write_text(f'{{"made":{json.dumps(made)},"cases":[\n{lines}\n]}}\n')
