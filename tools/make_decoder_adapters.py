"""Adapters of peft on a small random GPT-2 and on the Llama of test/fixtures/decoders, and what peft computes with them.

    python tools/make_decoder_adapters.py --out test/fixtures/decoder-adapters
"""

import argparse
import json
import pathlib
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer, GPT2Config, GPT2LMHeadModel

LLAMA = "test/fixtures/decoders/llama"
PROMPT, ANSWER = "A gripping, beautifully shot film that", " forgets to end."
LORA = {"r": 2, "lora_alpha": 4, "init_lora_weights": False}
# Name: base, class, settings.
CASES = {
    "llama": ("../decoders/llama", AutoModelForCausalLM, LoraConfig(task_type="CAUSAL_LM", target_modules="all-linear", **LORA)),
    "llama-classes": ("../decoders/llama", AutoModelForSequenceClassification, LoraConfig(task_type="SEQ_CLS", target_modules=["q_proj", "v_proj"], **LORA)),
    "gpt2": ("bases/gpt2", AutoModelForCausalLM, LoraConfig(task_type="CAUSAL_LM", target_modules=["c_attn", "c_proj", "c_fc"], fan_in_fan_out=True, **LORA)),
}


def computed(model, tokenizer, kind):
    ids = tokenizer(PROMPT, add_special_tokens=False).input_ids
    if kind is AutoModelForSequenceClassification:
        return {"text": PROMPT, "logits": model(torch.tensor([tokenizer(PROMPT).input_ids])).logits[0].tolist()}
    answer = tokenizer(PROMPT + ANSWER, add_special_tokens=False).input_ids[len(ids):]
    # As calig does: special tokens of the tokenizer before the prompt.
    start = tokenizer(PROMPT).input_ids
    shares = model(torch.tensor([start + answer])).logits[0].log_softmax(-1)
    return {"prompt": PROMPT, "answer": ANSWER, "logProbability": sum(shares[len(start) - 1 + i, token].item() for i, token in enumerate(answer))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    torch.manual_seed(17)
    tokenizer = AutoTokenizer.from_pretrained(LLAMA)
    base = out / "bases" / "gpt2"
    GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), n_embd=16, n_layer=2, n_head=2, n_positions=64, initializer_range=0.4)).save_pretrained(base)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(f"{LLAMA}/{name}", base / name)
    reference = {}
    for name, (place, kind, settings) in CASES.items():
        load = lambda: kind.from_pretrained(out / place)
        torch.manual_seed(17)
        model = get_peft_model(load(), settings).eval()
        with torch.no_grad():
            for value in model.parameters():
                if value.requires_grad:
                    value.copy_(value + 0.2 * torch.randn_like(value))
        model.peft_config["default"].base_model_name_or_path = f"../{place}" if place.startswith("..") else place
        model.save_pretrained(out / name)
        (out / name / "README.md").unlink(missing_ok=True)
        with torch.no_grad():
            reference[name] = computed(PeftModel.from_pretrained(load(), out / name).eval(), tokenizer, kind)
    (out / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
    print(reference)


main()
