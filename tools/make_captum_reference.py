"""Block relevance of the built-in sst2 model by Captum's LayerIntegratedGradients in float64, for test/reference.

For every sentence and block: attributions at the hidden state entering the block, summed over the width. The baseline
input is the sentence with every non-special token replaced by [PAD] (or [MASK]), the attention mask that of the
sentence, Gauss-Legendre points as Captum spaces them. Also the logits at input and baseline.

Run:  python tools/make_captum_reference.py --model packages/model-sst2 --out test/golden/captum.json
"""

import argparse
import hashlib
import json
import pathlib

import captum
import torch
import transformers
from captum.attr import LayerIntegratedGradients
from transformers import AutoTokenizer, BertForSequenceClassification

CASES = [
    {"text": "A gripping, beautifully shot film that forgets to end.", "baseline": "pad", "steps": 16, "target": 1},
    {"text": "It's not a bad movie, but I wouldn't watch it twice.", "baseline": "mask", "steps": 12, "target": 0},
    {"text": "Dull.", "baseline": "pad", "steps": 50, "target": 0},
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model, local_files_only=True)
    model = BertForSequenceClassification.from_pretrained(options.model, attn_implementation="eager", dtype=torch.float32, local_files_only=True)
    model = model.double().eval()

    def forward(ids, mask):
        return model(input_ids=ids, attention_mask=mask).logits

    bert = model.bert
    entries = [bert.embeddings, *bert.encoder.layer[:-1]]  # what leaves these enters block 0, 1, ...
    results = []
    for case in CASES:
        ids = tokenizer(case["text"], return_tensors="pt")["input_ids"]
        special = torch.tensor([tokenizer.get_special_tokens_mask(ids[0].tolist(), already_has_special_tokens=True)]).bool()
        replacement = getattr(tokenizer, f"{case['baseline']}_token_id")
        baseline = torch.where(special, ids, torch.full_like(ids, replacement))
        mask = torch.ones_like(ids)
        blocks = []
        for layer in entries:
            attributions = LayerIntegratedGradients(forward, layer).attribute(
                ids, baselines=baseline, target=case["target"], additional_forward_args=(mask,), n_steps=case["steps"], method="gausslegendre"
            )
            attributions = attributions[0] if isinstance(attributions, tuple) else attributions
            blocks.append(attributions.sum(-1)[0].tolist())
        with torch.no_grad():
            logits, at_baseline = forward(ids, mask)[0].tolist(), forward(baseline, mask)[0].tolist()
        results.append({**case, "ids": ids[0].tolist(), "logits": logits, "logitsAtBaseline": at_baseline, "relevance": blocks})
        print(case["text"], [round(sum(block), 4) for block in blocks], "difference", round(logits[case["target"]] - at_baseline[case["target"]], 4))
    made = {
        "script": "tools/make_captum_reference.py",
        "torch": torch.__version__,
        "captum": captum.__version__,
        "transformers": transformers.__version__,
        "weights": hashlib.sha256((options.model / "model.safetensors").read_bytes()).hexdigest(),
    }
    options.out.write_text(json.dumps({"made": made, "cases": results}) + "\n")


if __name__ == "__main__":
    main()
