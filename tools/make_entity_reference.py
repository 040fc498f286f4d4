"""Entities as the token-classification pipeline of transformers joins them, and block relevance of one by PyTorch, for
test/reference/entities.test.ts: test/golden/entities.json.

The model is the small random BERT of test/fixtures/heads with its three logits at every token, named in the ways in which labels
of entities are. Of one entity Integrated Gradients from the entry of every block, of the mean over its words of the logit of their
labels at the first token of each, are computed in float64 by Gauss-Legendre with 64 points between the hidden states at the text
and at its tokens masked.

Run with transformers 4.57:  python tools/make_entity_reference.py --out test/golden/entities.json
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import numpy
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

FIXTURES = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "heads"
TEXTS = (
    "Maria works at the Acme museum in London, and Paris is nice.",
    "how many people live in Berlin? We love the film but not the acting",
    "the population of  Nice was 123 when he read this",
)
LABELS = {
    "begin and inside": ["O", "B-LOC", "I-LOC"],
    "inside": ["I-PER", "O", "I-LOC"],
    "plain": ["PER", "LOC", "O"],
}
NODES = 64


def model_of(labels):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FIXTURES / name, folder)
    save_file(load_file(FIXTURES / "three" / "model.safetensors"), folder / "model.safetensors", metadata={"format": "pt"})
    fields = json.loads((FIXTURES / "config.json").read_text())
    names = {"id2label": {str(i): label for i, label in enumerate(labels)}, "label2id": {label: i for i, label in enumerate(labels)}}
    (folder / "config.json").write_text(json.dumps({**fields, **names, "architectures": ["BertForTokenClassification"]}))
    return AutoModelForTokenClassification.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def relevance(model, tokenizer, text, entity):
    """[blocks][tokens] of the entity that the pipeline found, and its score."""
    model, bert = model.double(), model.bert
    tokens = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
    offsets = tokens.pop("offset_mapping")[0].tolist()
    pieces = tokenizer.convert_ids_to_tokens(tokens["input_ids"][0])
    places = [t for t, (start, end) in enumerate(offsets) if entity["start"] <= start < end <= entity["end"] and not pieces[t].startswith("##")]
    special = torch.isin(tokens["input_ids"][0], torch.tensor(tokenizer.all_special_ids))
    masked = tokens["input_ids"].clone()
    masked[0][~special] = tokenizer.mask_token_id
    with torch.no_grad():
        at, base = (bert(input_ids=ids, output_hidden_states=True).hidden_states for ids in (tokens["input_ids"], masked))
        classes = model.classifier(at[-1])[0].argmax(-1)

    def score(hidden):
        return model.classifier(hidden)[0][places, classes[places]].mean()

    nodes, weights = numpy.polynomial.legendre.leggauss(NODES)
    found = []
    for block in range(bert.config.num_hidden_layers):
        difference = at[block] - base[block]
        total = torch.zeros_like(difference)
        for node, weight in zip(nodes, weights):
            point = (base[block] + (node + 1) / 2 * difference).requires_grad_(True)
            hidden = point
            for layer in bert.encoder.layer[block:]:
                hidden = layer(hidden)[0]
            score(hidden).backward()
            total += weight / 2 * point.grad
        found.append((total * difference).sum(-1)[0].tolist())
    return {"text": text, "entity": text[entity["start"] : entity["end"]], "label": entity["entity_group"], "score": float(score(at[-1])), "blocks": found}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    cases, blocks = {}, None
    for name, labels in LABELS.items():
        model, tokenizer = model_of(labels)
        joined = {}
        for strategy in ("first", "simple"):
            found = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy=strategy)
            joined[strategy] = [[{**one, "score": float(one["score"])} for one in found(text)] for text in TEXTS]
        cases[name] = {"labels": labels, **joined}
        if blocks is None:
            longest = max(joined["first"][2], key=lambda e: e["end"] - e["start"])
            blocks = relevance(model, tokenizer, TEXTS[2], longest)
    content = {"versions": {"transformers": transformers.__version__, "torch": torch.__version__}, "texts": TEXTS, "cases": cases, "relevance": blocks}
    pathlib.Path(out).write_text(json.dumps(content) + "\n")


main()
