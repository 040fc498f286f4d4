"""As make_parity_reference.py, for real checkpoints with the tokens that their own tokenizers make of two sentences.

Weights stay where they are: the file says which checkpoint they come from. A checkpoint without a classifier gets one of
3 classes whose weights are hashes of their names.

Run:  python tools/make_parity_checkpoints.py --checkpoint NAME=FOLDER ... --out test/golden/parity-checkpoints.json
"""

import argparse
import json
import pathlib

import parity
import torch
import transformers
from hashed_weights import hashed
from safetensors import safe_open
from transformers import AutoModelForSequenceClassification, AutoTokenizer

SENTENCES = ["A gripping, beautifully shot film that forgets to end.", "Too long by half."]
TARGET = 1
BLOCKS = ("BertLayer", "MPNetLayer", "XLMRobertaLayer")


def make(name, folder):
    config = json.loads((folder / "config.json").read_text())
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
    parity.write(options.out, "tools/make_parity_checkpoints.py", [make(name, pathlib.Path(folder)) for name, folder in pairs])


if __name__ == "__main__":
    main()
