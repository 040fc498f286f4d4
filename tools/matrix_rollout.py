"""Attention rollout (Abnar & Zuidema 2020) from the attention maps of transformers, for make_matrix.py.

Which positions the head reads is written here by hand, from the source of each family's classifier.
"""

import numpy
import torch

FIRST = ("bert", "roberta", "xlm-roberta", "camembert", "distilbert", "electra", "albert", "mpnet", "deberta-v2", "modernbert", "mobilebert", "convbert", "roformer", "squeezebert", "big_bird", "vit", "deit")
LAST_THAT_IS_NO_PADDING = ("gpt2", "llama", "qwen2", "qwen3", "mistral", "gemma", "phi3", "gpt_neox", "opt", "bloom")


def shares(family, feeds, tokens, token, pad):
    """How much of what the head reads is each position; None where this file does not say."""
    result = numpy.zeros(tokens)
    if token is not None:
        result[token] = 1
    elif family in FIRST:
        result[0] = 1
    elif family in LAST_THAT_IS_NO_PADDING:
        ids = feeds["input_ids"][0].tolist()
        result[max(place for place, index in enumerate(ids) if index != pad)] = 1
    elif family == "xlnet":
        result[-1] = 1
    elif family == "beit":
        result[1:] = 1 / (tokens - 1)
    elif family == "dinov2":
        result[0] = 0.5
        result[1:] = 0.5 / (tokens - 1)
    else:
        return None
    return result


def rollout(family, model, feeds, token):
    """One share per position; None where maps are none over all positions, or (SqueezeBERT) no probabilities."""
    if family == "fnet":
        return None
    with torch.no_grad():
        maps = getattr(model(**feeds, output_attentions=True), "attentions", None)
    if not maps or any(found is None or found.shape[-1] != found.shape[-2] for found in maps):
        return None
    maps = [found[0].double().mean(0).numpy() for found in maps]
    if any(abs(found.sum(1) - 1).max() > 1e-4 for found in maps):
        return None
    carried = shares(family, feeds, len(maps[0]), token, getattr(model.config, "pad_token_id", None))
    if carried is None:
        return None
    for found in reversed(maps):
        carried = 0.5 * carried @ found + 0.5 * carried
    return [float(f"{value:.7g}") for value in carried]
