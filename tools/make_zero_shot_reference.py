"""What the zero-shot pipeline of transformers and a CrossEncoder say, for test/reference/zero-shot.test.ts: test/golden/zero-shot.json.

Both are the small random BERTs of test/fixtures/heads, with three logits named as those of a model of entailment, and with one.

Run with sentence-transformers 5.1 and transformers 4.57:  python tools/make_zero_shot_reference.py --out test/golden/zero-shot.json
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import torch
import transformers
from sentence_transformers import CrossEncoder
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

FIXTURES = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "heads"
TEXT = "how many people live in berlin?"
LABELS = ["people", "berlin", "a city"]
TEMPLATE = "it is {}."
NAMES = {"0": "contradiction", "1": "neutral", "2": "entailment"}


def folder_of(weights, changes):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FIXTURES / name, folder)
    shutil.copy(FIXTURES / weights / "model.safetensors", folder)
    fields = json.loads((FIXTURES / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**fields, **changes}))
    return str(folder)


def by_label(result):
    return [dict(zip(result["labels"], result["scores"]))[label] for label in LABELS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    folder = folder_of("three", {"id2label": NAMES, "label2id": {name: int(i) for i, name in NAMES.items()}})
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    zero = pipeline("zero-shot-classification", model=model, tokenizer=tokenizer)
    pairs = [(TEXT, TEMPLATE.format(label)) for label in LABELS]
    with torch.no_grad():
        logits = [model(**tokenizer(*pair, return_tensors="pt")).logits[0].tolist() for pair in pairs]
    one = folder_of("one", {"id2label": {"0": "LABEL_0"}})
    encoder = CrossEncoder(one)
    query = "berlin is a city with people."
    content = {
        "versions": {"transformers": transformers.__version__},
        "text": TEXT,
        "labels": LABELS,
        "hypothesis": TEMPLATE,
        "logits": logits,
        "single": by_label(zero(TEXT, LABELS, hypothesis_template=TEMPLATE)),
        "multi": by_label(zero(TEXT, LABELS, hypothesis_template=TEMPLATE, multi_label=True)),
        "query": query,
        "relevance": float(encoder.predict([(query, TEXT)])[0]),
    }
    pathlib.Path(out).write_text(json.dumps(content) + "\n")


main()
