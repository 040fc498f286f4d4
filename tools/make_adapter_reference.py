"""Adapters of peft on small random models, with the logits that peft gives with them.

Base models and adapters are stored as peft stores them; the logits are those of the model with the adapter in place, and
`merge_and_unload` gives the same to 1e-5. The stored files were made with transformers 4.57, whose names of modules are those
that most adapters have.

Run:  python tools/make_adapter_reference.py --tokenizer FOLDER --out test/fixtures/adapters
"""

import argparse
import json
import pathlib
import shutil

import torch
from peft import AdaLoraConfig, IA3Config, LoHaConfig, LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import save_file
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    ViTConfig,
    ViTForImageClassification,
)

TEXTS = ["good film", "the acting was not good at all"]
SIZES = {"initializer_range": 0.4, "max_position_embeddings": 32}
SMALL = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
LORA = {"r": 2, "lora_alpha": 4, "target_modules": ["query", "value"], "init_lora_weights": False}

# Name of the case: base model, class that loads it, number of classes, settings of the adapter.
CASES = {
    "plain": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **LORA)),
    "rank-stabilised": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "use_rslora": True})),
    "patterns": (
        "bert",
        BertForSequenceClassification,
        2,
        LoraConfig(task_type="SEQ_CLS", **{**LORA, "rank_pattern": {"layer.1.attention.self.query": 3, r".*\.0\..*value": 1}, "alpha_pattern": {"value": 7}}),
    ),
    "bias-lora-only": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "bias": "lora_only"})),
    "bias-all": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "bias": "all"})),
    "lora-bias": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "lora_bias": True})),
    "embeddings": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "target_modules": ["query", "word_embeddings"]})),
    "all-linear": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "target_modules": "all-linear"})),
    "fan-in-fan-out": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "fan_in_fan_out": True})),
    "dora": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "use_dora": True})),
    "modules-to-save": ("bert", BertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "modules_to_save": ["pooler", "classifier"]})),
    "bare-base-three-classes": ("bert-bare", BertForSequenceClassification, 3, LoraConfig(task_type="SEQ_CLS", **LORA)),
    # Models of words have no pooler: one that the adapter brings.
    "masked-base": ("bert-masked", BertForSequenceClassification, 3, LoraConfig(task_type="SEQ_CLS", **{**LORA, "modules_to_save": ["pooler"]})),
    "tokens": ("bert-masked", BertForTokenClassification, 4, LoraConfig(task_type="TOKEN_CLS", **LORA)),
    "distilbert": ("distilbert", DistilBertForSequenceClassification, 2, LoraConfig(task_type="SEQ_CLS", **{**LORA, "target_modules": ["q_lin", "ffn.lin1"], "modules_to_save": ["pre_classifier"]})),
    "picture": ("vit", ViTForImageClassification, 3, LoraConfig(**{**LORA, "target_modules": ["query", "projection"], "modules_to_save": ["classifier"]})),
}
# Adapters that calig does not merge.
OTHERS = {
    "ia3": IA3Config(task_type="SEQ_CLS", target_modules=["query"], feedforward_modules=[]),
    "adalora": AdaLoraConfig(task_type="SEQ_CLS", target_modules=["query"], total_step=10),
    "loha": LoHaConfig(task_type="SEQ_CLS", target_modules=["query"], r=2),
    "prefix": PrefixTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=2),
    "prompt": PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=2),
    "pissa": LoraConfig(task_type="SEQ_CLS", **{**LORA, "init_lora_weights": "pissa"}),
}


def make_bases(out, words):
    bert = BertConfig(vocab_size=words, **SIZES, **SMALL)
    distil = DistilBertConfig(vocab_size=words, dim=16, hidden_dim=24, n_layers=2, n_heads=2, **SIZES)
    vit = ViTConfig(image_size=16, patch_size=8, initializer_range=0.4, num_labels=3, **SMALL)
    bases = {
        "bert": BertForSequenceClassification(bert),
        "bert-bare": BertModel(bert),
        "bert-masked": BertForMaskedLM(bert),
        "distilbert": DistilBertForSequenceClassification(distil),
        "vit": ViTForImageClassification(vit),
    }
    for name, model in bases.items():
        model.save_pretrained(out / "bases" / name)


def pixels():
    return (torch.arange(16 * 16 * 3).reshape(1, 16, 16, 3) * 37 % 256).to(torch.uint8)


def logits_of(model, tokenizer, base):
    if base == "vit":
        picture = (pixels().permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
        return [model(pixel_values=picture).logits[0].tolist()]
    types = base != "distilbert"
    return [model(**tokenizer(text, return_tensors="pt", return_token_type_ids=types)).logits[0].tolist() for text in TEXTS]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    out = args.out
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    torch.manual_seed(17)
    make_bases(out, len(tokenizer))
    for base in ("bert", "bert-bare", "bert-masked", "distilbert"):
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(args.tokenizer / file, out / "bases" / base / file)
    processor = {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 16, "width": 16}, "resample": 2, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (out / "bases" / "vit" / "preprocessor_config.json").write_text(json.dumps(processor, indent=1) + "\n")
    reference = {"script": "tools/make_adapter_reference.py", "texts": TEXTS, "cases": {}}
    for name, (base, kind, classes, settings) in CASES.items():
        model = get_peft_model(kind.from_pretrained(out / "bases" / base, num_labels=classes), settings)
        with torch.no_grad():
            for parameter, value in model.named_parameters():
                if value.requires_grad:
                    spread = 0.2 * torch.randn_like(value)
                    value.copy_(value * (1 + spread) if "magnitude" in parameter else value + spread)
        model.eval()
        model.peft_config["default"].base_model_name_or_path = f"bases/{base}"
        model.save_pretrained(out / name)
        (out / name / "README.md").unlink(missing_ok=True)
        fresh = PeftModel.from_pretrained(kind.from_pretrained(out / "bases" / base, num_labels=classes), out / name).eval()
        with torch.no_grad():
            reference["cases"][name] = logits_of(fresh, tokenizer, base)
            merged = logits_of(fresh.merge_and_unload(), tokenizer, base)
            plain = logits_of(kind.from_pretrained(out / "bases" / base, num_labels=classes).eval(), tokenizer, base)
        apart = (torch.tensor(merged[0]) - torch.tensor(reference["cases"][name][0])).abs().max()
        moved = (torch.tensor(merged[0]) - torch.tensor(plain[0])).abs().max()
        assert apart < 1e-5, f"{name}: merged apart by {apart}"
        print(f"{name}: {reference['cases'][name][0]}, moved by {moved:.3g}, merged apart by {apart:.2g}")
    for name, settings in OTHERS.items():
        model = get_peft_model(BertForSequenceClassification.from_pretrained(out / "bases" / "bert"), settings)
        model.peft_config["default"].base_model_name_or_path = "../bases/bert"
        model.save_pretrained(out / "others" / name)
        (out / "others" / name / "README.md").unlink(missing_ok=True)
    (out / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")


main()
