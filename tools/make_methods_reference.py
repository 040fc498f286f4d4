"""Attribution maps of the methods that calig compares with, by PyTorch in float64, for test/reference/methods.test.ts.

The models are small, their weights hashes of their names (hashed_weights.py). Saliency, gradient x input and occlusion
come from Captum (Saliency, InputXGradient, FeatureAblation on the output of the embeddings); Captum has no attention
methods and no Grad-CAM for token sequences, so those are written out here from the formulas of the papers.

Run:  python tools/make_methods_reference.py --out test/golden/methods.json
"""

import argparse
import json
import pathlib

import captum
import make_parity_reference as parity_models
import numpy
import torch
import transformers
from captum.attr import FeatureAblation, InputXGradient, Saliency
from hashed_weights import uniform
from transformers import AutoModelForImageClassification, AutoModelForSequenceClassification, AutoModelForTokenClassification

TARGET = parity_models.TARGET
TOKEN = parity_models.TOKEN

VIT = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48, "image_size": 32, "patch_size": 8, "num_channels": 3, "num_labels": parity_models.CLASSES}
CASES = [
    ("bert", "bert", parity_models.FAMILIES["bert"], AutoModelForSequenceClassification, "class-token"),
    ("bert, tokens", "bert", parity_models.FAMILIES["bert"], AutoModelForTokenClassification, "token"),
    ("modernbert, mean", "modernbert", {**parity_models.FAMILIES["modernbert"], "classifier_pooling": "mean"}, AutoModelForSequenceClassification, "mean"),
    ("vit", "vit", VIT, AutoModelForImageClassification, "class-token"),
]


def rounded(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().double().reshape(-1).tolist()]


def blocks_of(model, model_type):
    return {"bert": lambda: model.bert.encoder.layer, "modernbert": lambda: model.model.layers, "vit": lambda: model.vit.layers if hasattr(model.vit, "layers") else model.vit.encoder.layer}[model_type]()


class FromFirstState(torch.nn.Module):
    """The score of the target as a function of the hidden state that enters the first block."""

    def __init__(self, model, block, feeds, read):
        super().__init__()
        self.model, self.block, self.feeds, self.read = model, block, feeds, read

    def forward(self, state):
        return self.read(self.run(state).logits)

    def run(self, state):
        def replace(_, arguments, named):
            if arguments:
                return (state, *arguments[1:]), named
            return arguments, {**named, "hidden_states": state}

        hook = self.block.register_forward_pre_hook(replace, with_kwargs=True)
        try:
            rows = {key: value.expand(len(state), *value.shape[1:]) for key, value in self.feeds.items()}
            result = self.model(**rows, output_attentions=True)
            self.logits = result.logits
            return result
        finally:
            hook.remove()


def readout(kind, count):
    """Which positions the head reads, summing to 1."""
    shares = torch.zeros(count, dtype=torch.float64)
    if kind == "mean":
        shares[:] = 1 / count
    else:
        shares[TOKEN if kind == "token" else 0] = 1
    return shares


def trace(model, blocks, feeds, read):
    """Hidden states entering the blocks and attention maps, with gradients of the score retained."""
    states = []

    def catch(_, arguments, named):
        state = arguments[0] if arguments else named["hidden_states"]
        state.retain_grad()
        states.append(state)

    hooks = [block.register_forward_pre_hook(catch, with_kwargs=True) for block in blocks]
    result = model(**feeds, output_attentions=True)
    for hook in hooks:
        hook.remove()
    for attention in result.attentions:
        attention.retain_grad()
    read(result.logits).sum().backward()
    return states, result.attentions


def rollout(attentions):
    """Abnar & Zuidema 2020, section 3, written from the first block up."""
    size = attentions[0].shape[-1]
    product = torch.eye(size, dtype=torch.float64)
    for attention in attentions:
        mixed = 0.5 * attention[0].mean(0) + 0.5 * torch.eye(size, dtype=torch.float64)
        product = (mixed / mixed.sum(-1, keepdim=True)) @ product
    return product


def gradient_rollout(attentions):
    """Chefer et al. 2021 (Generic Attention-model Explainability), equations 5 and 6."""
    relevance = torch.eye(attentions[0].shape[-1], dtype=torch.float64)
    for attention in attentions:
        weighted = (attention.grad * attention)[0].clamp(min=0).mean(0)
        relevance = relevance + weighted @ relevance
    return relevance


def beyond_intuition(attentions, path_gradients):
    """Chen et al. 2023: head-wise token perception through all blocks, times reasoning feedback (path_gradients of the last)."""
    perception = torch.eye(attentions[0].shape[-1], dtype=torch.float64)
    for attention in attentions:
        heads, gradients = attention.detach()[0], attention.grad[0]
        importance = (heads.transpose(-1, -2) @ gradients).abs().mean((-1, -2))
        perception = perception + ((importance / importance.sum())[:, None, None] * heads).sum(0) @ perception
    return perception * path_gradients.mean(0).clamp(min=0).mean(0)


def last_attention_gradients(score, states):
    """dF/dA of the last block at first hidden states, a row each [rows, heads, queries, keys]."""
    result = []
    for state in states:
        attention = score.run(state).attentions[-1]
        attention.retain_grad()
        score.read(score.logits).sum().backward()
        result.append(attention.grad[0])
    return torch.stack(result)


def grad_cam(state, is_place):
    """Selvaraju et al. 2017, equations 1 and 2; the hidden width takes the place of the channels."""
    weights = state.grad[0][is_place].mean(0)
    cam = (state[0] * weights).sum(-1).clamp(min=0)
    return torch.where(is_place, cam, torch.zeros_like(cam))


def make(name, model_type, fields, auto, kind):
    model, tensors = parity_models.build(model_type, fields, auto)
    if model_type == "vit":
        shape = [1, 3, VIT["image_size"], VIT["image_size"]]
        pixels = uniform("pixels", int(numpy.prod(shape))).astype(numpy.float32)
        inputs, feeds = {"pixels": shape}, {"pixel_values": torch.from_numpy(pixels).double().reshape(shape)}
    else:
        ids = parity_models.inputs_of(fields, 0)["ids"][0]
        inputs = {"ids": [ids], "mask": [[1] * len(ids)]}
        feeds = {"input_ids": torch.tensor(inputs["ids"]), "attention_mask": torch.tensor(inputs["mask"])}
    read = (lambda logits: logits[:, TOKEN, TARGET]) if kind == "token" else (lambda logits: logits[:, TARGET])
    blocks = blocks_of(model, model_type)
    states, attentions = trace(model, blocks, feeds, read)
    count = states[0].shape[1]
    is_place = torch.ones(count, dtype=torch.bool)
    is_place[0] = False
    if model_type != "vit":
        is_place[-1] = False
    shares = readout(kind, count)

    first = states[0].detach()
    score = FromFirstState(model, blocks[0], feeds, read)
    mask = torch.arange(count).reshape(1, count, 1).expand_as(first)
    occluded = FeatureAblation(score).attribute(first, baselines=torch.zeros_like(first), feature_mask=mask)[0, :, 0]
    path = last_attention_gradients(score, [first * alpha for alpha in numpy.linspace(0, 1, 20)])
    maps = {
        "saliency": Saliency(score).attribute(first, abs=False)[0].norm(dim=-1),
        "gradient-x-input": InputXGradient(score).attribute(first)[0].sum(-1),
        "occlusion": torch.where(is_place, occluded, torch.zeros_like(occluded)),
        "raw-attention": shares @ attentions[-1][0].mean(0),
        "attention-rollout": shares @ rollout(attentions),
        "gradient-rollout": shares @ gradient_rollout(attentions),
        "grad-cam": grad_cam(states[-1], is_place),
        "beyond-intuition": shares @ beyond_intuition(attentions, path),
    }
    print(name, {key: round(value.abs().max().item(), 5) for key, value in maps.items()})
    config = {key: value for key, value in fields.items() if key != "num_labels"}
    return {
        "name": name,
        "config": {"model_type": model_type, "architectures": [type(model).__name__], **config, "id2label": {str(i): f"class {i}" for i in range(parity_models.CLASSES)}},
        "gain": parity_models.GAIN,
        "tensors": tensors,
        "inputs": inputs,
        "target": {"class": TARGET, **({"token": TOKEN} if kind == "token" else {})},
        "special": [t for t in range(count) if not is_place[t]],
        "score": score(first).item(),
        "maps": {key: rounded(value) for key, value in maps.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    cases = [make(*case) for case in CASES]
    made = {"script": "tools/make_methods_reference.py", "torch": torch.__version__, "captum": captum.__version__, "transformers": transformers.__version__}
    lines = ",\n".join(json.dumps(case, allow_nan=False, separators=(",", ":")) for case in cases)
    options.out.write_text(f'{{"made":{json.dumps(made)},"cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
