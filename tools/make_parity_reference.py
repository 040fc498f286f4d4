"""Text classifiers of every family by transformers in float64 with eager attention, for test/reference/parity-text.test.ts.

The models are small, their weights hashes of their names (hashed_weights.py), the second input of each batch is padded.

Run:  python tools/make_parity_reference.py --out test/golden/parity-text.json
"""

import argparse
import pathlib

import parity
import torch
import transformers
from hashed_models import hashed_model
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification
from transformers.models.bert import modeling_bert
from transformers.models.modernbert import modeling_modernbert

# ModernBERT's own takes the softmax in float32, where the masking value of float64 is infinite; the rest is the same.
modeling_modernbert.eager_attention_forward = getattr(modeling_bert, "eager_attention_forward", None)

# Small matrices need larger elements for the same gain, and attention that is far from uniform.
GAIN = 4.0
CLASSES = 3
TARGET = 1
TOKEN = 2  # whose logit is differentiated where every token is classified
LENGTH, PADDED = 14, 5

COMMON = {"vocab_size": 60, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": 40, "num_labels": CLASSES}
FAMILIES = {
    "bert": {**COMMON, "type_vocab_size": 2},
    "roberta": {**COMMON, "type_vocab_size": 1, "pad_token_id": 1},
    "xlm-roberta": {**COMMON, "type_vocab_size": 1, "pad_token_id": 1, "layer_norm_eps": 1e-5},
    "camembert": {**COMMON, "type_vocab_size": 1, "pad_token_id": 1},
    "distilbert": {"vocab_size": 60, "dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 48, "max_position_embeddings": 40, "num_labels": CLASSES},
    "electra": {**COMMON, "type_vocab_size": 2, "embedding_size": 16},
    "albert": {**COMMON, "type_vocab_size": 2, "embedding_size": 16},
    "mpnet": {**COMMON},
    "deberta-v2": {**COMMON, "relative_attention": True, "position_buckets": 8, "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "pooler_hidden_size": 32},
    "modernbert": {**COMMON, "num_hidden_layers": 4, "pad_token_id": 0, "local_attention": 6},
}
# Other names for what another family computes: one case is enough.
SAME = ("xlm-roberta", "camembert")
# Cases beyond one of each family: name -> (model_type, changes of its configuration).
VARIANTS = {
    "roberta with types": ("roberta", {"type_vocab_size": 2}),
    "electra of one width": ("electra", {"embedding_size": 32}),
    "deberta-v2 without buckets": ("deberta-v2", {"position_buckets": -1, "max_relative_positions": 9, "norm_rel_ebd": "none", "share_att_key": False, "pos_att_type": ["p2c", "c2p"], "position_biased_input": True, "type_vocab_size": 2}),
    "deberta-v2, content to position": ("deberta-v2", {"pos_att_type": ["c2p"], "embedding_size": 16}),
    "modernbert with biases and mean": ("modernbert", {"classifier_pooling": "mean", "norm_bias": True, "mlp_bias": True, "attention_bias": True, "classifier_bias": True, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"], "num_hidden_layers": 3}),
    "albert with groups": ("albert", {"num_hidden_layers": 4, "num_hidden_groups": 2, "inner_group_num": 2, "hidden_act": "gelu"}),
}


def build(model_type, fields, auto):
    return hashed_model(AutoConfig.for_model(model_type, **fields), auto, GAIN)


def blocks_of(model):
    """The modules that are one block each, in the order of the model; a shared one is called for each of its uses."""
    names = ("Layer", "TransformerBlock", "EncoderLayer")
    found = [module for module in model.modules() if type(module).__name__.endswith(names) and (hasattr(module, "attention") or hasattr(module, "attn"))]
    return found


def inputs_of(fields, padding):
    first = [(7 * i * i + 11 * i + 5) % (fields["vocab_size"] - 4) + 4 for i in range(LENGTH)]
    second = [(5 * i * i + 3 * i + 9) % (fields["vocab_size"] - 4) + 4 for i in range(LENGTH - PADDED)] + [padding] * PADDED
    inputs = {"ids": [first, second], "mask": [[1] * LENGTH, [1] * (LENGTH - PADDED) + [0] * PADDED]}
    if fields.get("type_vocab_size", 0) > 1:
        inputs["typeIds"] = [[0] * 6 + [1] * (LENGTH - 6), [0] * 4 + [1] * (LENGTH - 4)]
    return inputs


def make(name, model_type, fields, auto, per_token):
    model, tensors = build(model_type, fields, auto)
    inputs = inputs_of({**COMMON, **fields}, model.config.pad_token_id or 0)
    keys = {"ids": "input_ids", "mask": "attention_mask", "typeIds": "token_type_ids"}
    feeds = {keys[key]: torch.tensor(rows) for key, rows in inputs.items()}
    score = (lambda logits: logits[:, TOKEN, TARGET].sum()) if per_token else (lambda logits: logits[:, TARGET].sum())
    config = {key: value for key, value in fields.items() if key != "num_labels"}
    numbers = parity.trace(model, blocks_of(model), lambda: model(**feeds, output_attentions=True), score)
    print(f"{name}: {len(numbers['hiddenStates'])} blocks, logits {numbers['logits']['values'][:3]}")
    return {
        "name": name,
        "config": {"model_type": model_type, "architectures": [type(model).__name__], **config, "id2label": {str(i): f"class {i}" for i in range(CLASSES)}},
        "gain": GAIN,
        "tensors": tensors,
        "inputs": inputs,
        "target": {"class": TARGET, **({"token": TOKEN} if per_token else {})},
        **numbers,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    cases = []
    for model_type, fields in FAMILIES.items():
        cases.append(make(model_type, model_type, fields, AutoModelForSequenceClassification, False))
        if model_type not in SAME:
            cases.append(make(f"{model_type}, tokens", model_type, fields, AutoModelForTokenClassification, True))
    for name, (model_type, changes) in VARIANTS.items():
        cases.append(make(name, model_type, {**FAMILIES[model_type], **changes}, AutoModelForSequenceClassification, False))
    parity.write(options.out, "tools/make_parity_reference.py", cases)


if __name__ == "__main__":
    main()
