"""What the pipelines of transformers show of heads, for test/reference/heads.test.ts: test/golden/heads.json.

Two small random BERTs with one and three logits (test/fixtures/heads, made by transformers 5.24 with random weights) are
loaded under configurations that state their heads in many ways, by the transformers of this environment; the answer of
each version, or that it refuses, is kept under the version's name.

Run once with each version:  python tools/make_heads_reference.py --out test/golden/heads.json
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer, pipeline

ROOT = pathlib.Path(__file__).parent.parent
FIXTURES = ROOT / "test" / "fixtures" / "heads"
TEXT = "how many people live in berlin?"
PAIR = "berlin is a city with people."

ONE = {"id2label": {"0": "LABEL_0"}}
THREE = {"id2label": {"0": "toxic", "1": "insult", "2": "threat"}}
CASES = {
    "one, unstated": ("one", ONE),
    "one, num_labels": ("one", {"num_labels": 1}),
    "one, regression": ("one", {**ONE, "problem_type": "regression"}),
    "one, single label": ("one", {**ONE, "problem_type": "single_label_classification"}),
    "one, multi-label": ("one", {**ONE, "problem_type": "multi_label_classification"}),
    "three, unstated": ("three", THREE),
    "three, single label": ("three", {**THREE, "problem_type": "single_label_classification"}),
    "three, multi-label": ("three", {**THREE, "problem_type": "multi_label_classification"}),
    "three, regression": ("three", {**THREE, "problem_type": "regression"}),
    "three, null problem type": ("three", {**THREE, "problem_type": None}),
    "names: booleans, numbers, null": ("three", {"id2label": {"0": False, "1": 7, "2": None}}),
    "names: equal": ("three", {"id2label": {"0": "other", "1": "news", "2": "other"}}),
    "names: in another order, with zeros": ("three", {"id2label": {"02": "c", "0": "a", "1": "b"}}),
    "names: none": ("three", {"num_labels": 3}),
    "names: only label2id": ("three", {"num_labels": 3, "label2id": {"a": 0, "b": 1, "c": 2}}),
    "names: label2id contradicts": ("three", {**THREE, "label2id": {"toxic": 2, "insult": 1, "threat": 0}}),
    "names: stale": ("three", {"num_labels": 3, "id2label": {"0": "a", "1": "b"}}),
    "names: stale and empty": ("three", {"num_labels": 3, "id2label": {}}),
    "names: gap": ("three", {"id2label": {"0": "a", "1": "b", "3": "c"}}),
    "names: from 1": ("three", {"id2label": {"1": "a", "2": "b", "3": "c"}}),
    "names: keys are names": ("three", {"id2label": {"LABEL_0": "a", "LABEL_1": "b", "LABEL_2": "c"}}),
    "names: too few": ("three", {"id2label": {"0": "a", "1": "b"}}),
    "tokens, one": ("one", {**ONE, "architectures": ["BertForTokenClassification"]}),
    "tokens, three": ("three", {**THREE, "architectures": ["BertForTokenClassification"]}),
    "tokens, multi-label": ("three", {**THREE, "architectures": ["BertForTokenClassification"], "problem_type": "multi_label_classification"}),
}


def folder_of(weights: str, fields: dict) -> str:
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FIXTURES / name, folder)
    tensors = load_file(FIXTURES / weights / "model.safetensors")
    if "Token" in fields.get("architectures", [""])[0]:
        tensors = {name: tensor for name, tensor in tensors.items() if "pooler" not in name}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {**json.loads((FIXTURES / "config.json").read_text()), **fields}
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def name(label) -> str:
    """As Python writes it: calig has no labels but texts."""
    return str(label)


def answer(weights: str, fields: dict) -> dict:
    folder = folder_of(weights, fields)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if "Token" in fields.get("architectures", [""])[0]:
            model = AutoModelForTokenClassification.from_pretrained(folder).eval()
            encoded = tokenizer(TEXT, return_tensors="pt")
            logits = model(**encoded).logits[0]
            found = pipeline("token-classification", model=model, tokenizer=tokenizer, ignore_labels=[])(TEXT)
            return {
                "labels": [name(model.config.id2label[i]) for i in range(model.config.num_labels)],
                "tokens": [
                    {"position": each["index"], "logits": logits[each["index"]].tolist(), "label": name(each["entity"]), "score": float(each["score"])}
                    for each in found
                ],
            }
        model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        logits = model(**tokenizer(TEXT, PAIR, return_tensors="pt")).logits[0].tolist()
        classify = pipeline("text-classification", model=model, tokenizer=tokenizer)
        shown = classify({"text": TEXT, "text_pair": PAIR}, top_k=None)
        labels = [name(model.config.id2label[i]) for i in range(model.config.num_labels)]
        best_first = sorted(range(len(logits)), key=lambda i: -logits[i])
        scores = [None] * len(logits)
        for index, each in zip(best_first, shown, strict=True):
            scores[index] = each["score"]
        return {"labels": labels, "logits": logits, "scores": scores}
    except Exception as error:  # whatever refuses the model
        return {"refused": type(error).__name__}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    out = parser.parse_args().out
    kept = json.loads(out.read_text()) if out.exists() else {"cases": {}}
    version = transformers.__version__
    cases = {}
    for title, (weights, fields) in CASES.items():
        answers = {**kept["cases"].get(title, {}).get("answers", {}), version: answer(weights, fields)}
        cases[title] = {"weights": weights, "config": fields, "answers": answers}
    whole = {"script": "tools/make_heads_reference.py", "text": TEXT, "pair": PAIR, "cases": cases}
    out.write_text(json.dumps(whole, indent=1) + "\n")


main()
