"""Gradients of a BERT and a ViT of the real sizes by PyTorch autograd in float64, for test/reference.

The weights are hashes of their names (hashed_weights.py), so that the test can make the same model without a file.
Stored: logits, and of the gradient of one logit with respect to the hidden state entering every block its L2 norm and
64 elements spread evenly over it.

Run:  python tools/make_autograd_reference.py --out test/golden/autograd.json
"""

import argparse
import json
import pathlib
import tempfile

import numpy
import torch
import transformers
from hashed_weights import hashed, uniform
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification, ViTConfig, ViTForImageClassification

SAMPLES = 64
CASES = {
    "bert": {
        "model_type": "bert", "vocab_size": 1000, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
        "intermediate_size": 3072, "hidden_act": "gelu", "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "num_labels": 3,
    },
    "vit": {
        "model_type": "vit", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "hidden_act": "gelu",
        "image_size": 224, "patch_size": 16, "num_channels": 3, "layer_norm_eps": 1e-12, "qkv_bias": True, "num_labels": 5,
    },
}
IDS = [2, 17, 930, 4, 256, 77, 77, 501, 12, 640, 33, 3]
TARGET = 1


def digest(gradient):
    flat = gradient.detach().reshape(-1)
    places = numpy.linspace(0, len(flat) - 1, SAMPLES).round().astype(int)
    return {"norm": flat.norm().item(), "samples": flat[places].tolist()}


def build(name):
    kind, config = {"bert": (BertForSequenceClassification, BertConfig), "vit": (ViTForImageClassification, ViTConfig)}[name]
    fields = {key: value for key, value in CASES[name].items() if key != "model_type"}
    # Weights go through a checkpoint on disk, because its tensor names, not those of this library's version, are what counts.
    with tempfile.TemporaryDirectory() as folder:
        kind(config(**fields)).save_pretrained(folder)
        path = pathlib.Path(folder) / "model.safetensors"
        shapes = {tensor_name: list(tensor.shape) for tensor_name, tensor in load_file(path).items()}
        save_file({n: torch.from_numpy(hashed(n, tuple(shape))) for n, shape in shapes.items()}, path, metadata={"format": "pt"})
        model = kind.from_pretrained(folder, attn_implementation="eager", local_files_only=True).eval()
    names = [[tensor_name, shape] for tensor_name, shape in shapes.items()]
    return model.double(), names


def hidden_states(model, blocks, run):
    """The hidden states entering the blocks, caught as the first argument of every block."""
    states = []
    hooks = [block.register_forward_pre_hook(lambda _, arguments: states.append(arguments[0])) for block in blocks]
    logits = run()
    for state in states:
        state.retain_grad()
    logits[0, TARGET].backward()
    for hook in hooks:
        hook.remove()
    return logits, states


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    cases = {}
    for name in CASES:
        model, tensors = build(name)
        if name == "bert":
            ids = torch.tensor([IDS])
            blocks = model.bert.encoder.layer
            logits, states = hidden_states(model, blocks, lambda: model(input_ids=ids).logits)
            extra = {"ids": IDS}
        else:
            pixels = torch.from_numpy(uniform("pixels", 3 * 224 * 224).astype(numpy.float32)).double().reshape(1, 3, 224, 224).requires_grad_()
            blocks = model.vit.layers if hasattr(model.vit, "layers") else model.vit.encoder.layer
            logits, states = hidden_states(model, blocks, lambda: model(pixel_values=pixels).logits)
            extra = {"pixelGradient": digest(pixels.grad)}
        cases[name] = {
            "config": {**CASES[name], "id2label": {str(i): f"class {i}" for i in range(CASES[name]["num_labels"])}},
            "tensors": tensors,
            "target": TARGET,
            "logits": logits[0].tolist(),
            "gradients": [digest(state.grad) for state in states],
            **extra,
        }
        print(name, len(states), "blocks, logits", cases[name]["logits"])
    made = {"script": "tools/make_autograd_reference.py", "torch": torch.__version__, "transformers": transformers.__version__}
    options.out.write_text(json.dumps({"made": made, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
