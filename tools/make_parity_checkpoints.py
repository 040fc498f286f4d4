"""As make_parity_reference.py, for real checkpoints: of texts with the tokens that their own tokenizers make of two
sentences, of pictures with two pictures of noise.

Weights stay where they are: the file says which checkpoint they come from. A checkpoint without a classifier gets one of
3 classes whose weights are hashes of their names. Cases of checkpoints that are not named stay as they are in the file.

Run:  python tools/make_parity_checkpoints.py --checkpoint NAME=FOLDER ... --out test/golden/parity-checkpoints.json
"""

import argparse
import json
import math
import pathlib

import parity
import torch
import transformers
from hashed_weights import hashed, uniform
from safetensors import safe_open
from transformers import AutoModelForImageClassification, AutoModelForSequenceClassification, AutoTokenizer

SENTENCES = ["A gripping, beautifully shot film that forgets to end.", "Too long by half."]
TARGET = 1
BLOCKS = ("BertLayer", "MPNetLayer", "XLMRobertaLayer")


def make_of_pictures(name, folder, config):
    model = AutoModelForImageClassification.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32, local_files_only=True)
    model = model.eval().double()
    shape = (2, config["num_channels"], config["image_size"], config["image_size"])
    pixels = torch.from_numpy(uniform("pixels", math.prod(shape)).reshape(shape)).double()
    blocks = [module for module in model.modules() if type(module).__name__ == "ViTLayer"]
    numbers = parity.trace(model, blocks, lambda: model(pixel_values=pixels, output_attentions=True), lambda logits: logits[:, TARGET].sum())
    print(f"{name}: {len(blocks)} blocks, logits {numbers['logits']['values']}")
    return {"name": name, "config": config, "checkpoint": name, "gain": 1.0, "tensors": [], "inputs": {"pixels": list(shape)}, "target": {"class": TARGET}, **numbers}


def make(name, folder):
    config = json.loads((folder / "config.json").read_text())
    if "image_size" in config:
        return make_of_pictures(name, folder, config)
    classifies = any(kind.endswith("ForSequenceClassification") for kind in config["architectures"])
    head = {} if classifies else {"num_labels": 3}
    model, info = AutoModelForSequenceClassification.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32, local_files_only=True, output_loading_info=True, **head
    )
    with safe_open(folder / "model.safetensors", "pt") as file:
        bare = any(key.startswith("embeddings.") for key in file.keys())
    prefix = f"{model.base_model_prefix}." if bare else ""
    parameters = dict(model.named_parameters())
    # Under the names that they would have in this checkpoint.
    added = {key.removeprefix(prefix): parameters[key] for key in sorted(info["missing_keys"])}
    with torch.no_grad():
        for key, parameter in added.items():
            parameter.copy_(torch.from_numpy(hashed(key, tuple(parameter.shape))))
    model = model.eval().double()
    encoded = AutoTokenizer.from_pretrained(folder, local_files_only=True)(SENTENCES, padding=True, return_tensors="pt")
    keys = {"ids": "input_ids", "mask": "attention_mask", "typeIds": "token_type_ids"}
    blocks = [module for module in model.modules() if type(module).__name__ in BLOCKS]
    numbers = parity.trace(model, blocks, lambda: model(**encoded, output_attentions=True), lambda logits: logits[:, TARGET].sum())
    print(f"{name}: {len(blocks)} blocks, {list(added)} added, logits {numbers['logits']['values']}")
    labels = {} if classifies else {"architectures": [type(model).__name__], "id2label": {str(i): f"class {i}" for i in range(3)}}
    return {
        "name": name,
        "config": {**config, **labels},
        "checkpoint": name,
        "gain": 1.0,
        "tensors": [[key, list(parameter.shape)] for key, parameter in added.items()],
        "inputs": {role: encoded[key].tolist() for role, key in keys.items() if key in encoded},
        "target": {"class": TARGET},
        **numbers,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", action="append", required=True, metavar="NAME=FOLDER")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    pairs = [pair.split("=", 1) for pair in options.checkpoint]
    made = {name: make(name, pathlib.Path(folder)) for name, folder in pairs}
    before = json.loads(options.out.read_text())["cases"] if options.out.exists() else []
    kept = [made.pop(case["name"], case) for case in before]
    parity.write(options.out, "tools/make_parity_checkpoints.py", [*kept, *made.values()])


if __name__ == "__main__":
    main()
