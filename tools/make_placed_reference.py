"""Masked words and answers in texts by the pipelines of transformers, for test/reference/placed.test.ts: test/golden/placed.json.

Models of every family are small, their weights hashes of their names (hashed_weights.py), with the tokenizer of
test/fixtures/heads. Of BERT, Integrated Gradients from the entry of every block are computed in float64 by Gauss-Legendre
with 64 points between the hidden states at the text and at its words masked: of the log-probability of the best word, and of
the logits of the best answer. The same two become ONNX files.

Run with transformers 4.57:  python tools/make_placed_reference.py --out test/golden/placed.json --onnx test/fixtures/placed
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import numpy
import torch
import transformers
from hashed_weights import hashed
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForMaskedLM, AutoModelForQuestionAnswering, AutoTokenizer, pipeline

ROOT = pathlib.Path(__file__).parent.parent
TOKENIZER = ROOT / "test" / "fixtures" / "heads"
GAIN = 6.0
TEXT = "paris is the [MASK] of people and a nice city."
SEVERAL = "the [MASK] is a very [MASK] film."
QUESTION = "who works at acme?"
CONTEXT = "maria works at acme in london and he was with berlin people."

COMMON = {"vocab_size": 269, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 64, "pad_token_id": 0}
FAMILIES = {
    "bert": {**COMMON, "type_vocab_size": 2},
    "roberta": {**COMMON, "type_vocab_size": 1},
    "xlm-roberta": {**COMMON, "type_vocab_size": 1},
    "distilbert": {"vocab_size": 269, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24, "max_position_embeddings": 64, "pad_token_id": 0},
    "electra": {**COMMON, "type_vocab_size": 2, "embedding_size": 8},
    "albert": {**COMMON, "type_vocab_size": 2, "embedding_size": 8},
    "mpnet": {**COMMON, "pad_token_id": 1},
    "deberta-v2": {**COMMON, "relative_attention": True, "position_buckets": 8, "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "type_vocab_size": 0},
    "modernbert": {**COMMON, "local_attention": 6},
}
VARIANTS = {
    "bert, not tied": ("bert", {"tie_word_embeddings": False}),
}


def folder_of(model_type, fields, auto):
    """A folder with hashed weights; and the names and shapes of its tensors."""
    config = AutoConfig.for_model(model_type, **fields)
    folder = pathlib.Path(tempfile.mkdtemp())
    auto.from_config(config).save_pretrained(folder)
    path = folder / "model.safetensors"
    shapes = {name: list(tensor.shape) for name, tensor in load_file(path).items()}
    save_file({n: torch.from_numpy(hashed(n, tuple(s), GAIN)) for n, s in shapes.items()}, path, metadata={"format": "pt"})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TOKENIZER / name, folder)
    return str(folder), [[name, shape] for name, shape in shapes.items()], json.loads((folder / "config.json").read_text())


def open_model(folder, auto):
    model = auto.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if getattr(model.config, "type_vocab_size", 0) < 2:
        tokenizer.model_input_names = ["input_ids", "attention_mask"]
    return model, tokenizer


def masked_case(model_type, fields):
    folder, tensors, config = folder_of(model_type, fields, AutoModelForMaskedLM)
    model, tokenizer = open_model(folder, AutoModelForMaskedLM)
    fill = pipeline("fill-mask", model=model, tokenizer=tokenizer)
    found = [[int(one["token"]), float(one["score"])] for one in fill(TEXT, top_k=5)]
    second = fill(SEVERAL, top_k=3)[1]
    tokens = tokenizer(TEXT, return_tensors="pt")
    place = int((tokens["input_ids"][0] == tokenizer.mask_token_id).nonzero())
    with torch.no_grad():
        logits = model(**tokens).logits[0, place]
    return {"config": config, "tensors": tensors, "found": found, "second": [[int(one["token"]), float(one["score"])] for one in second], "logit": float(logits[found[0][0]])}


def span_case(model_type, fields):
    folder, tensors, config = folder_of(model_type, fields, AutoModelForQuestionAnswering)
    model, tokenizer = open_model(folder, AutoModelForQuestionAnswering)
    answer = pipeline("question-answering", model=model, tokenizer=tokenizer)
    # By tokens: with words, the pipeline adds up what it has of the tokens of one word.
    found = answer(question=QUESTION, context=CONTEXT, top_k=5, align_to_words=False)
    tokens = tokenizer(QUESTION, CONTEXT, return_tensors="pt")
    with torch.no_grad():
        out = model(**tokens)
    return {
        "config": config,
        "tensors": tensors,
        "found": [[one["answer"], float(one["score"])] for one in found],
        "starts": out.start_logits[0].tolist(),
        "ends": out.end_logits[0].tolist(),
    }


def relevance(model, ids, types, masked, score):
    """[blocks][tokens]: the gradient of `score` of the last states, integrated over the path of each block, times the path, summed over the width."""
    bert = model.bert

    def states(rows):
        with torch.no_grad():
            return bert(input_ids=rows, token_type_ids=types, output_hidden_states=True).hidden_states

    at, base = states(ids), states(masked)
    nodes, weights = numpy.polynomial.legendre.leggauss(64)
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
    return found


def masked_blocks():
    folder, _, _ = folder_of("bert", FAMILIES["bert"], AutoModelForMaskedLM)
    model, tokenizer = open_model(folder, AutoModelForMaskedLM)
    tokens = tokenizer(TEXT, return_tensors="pt")
    ids = tokens["input_ids"]
    special = torch.isin(ids[0], torch.tensor([0, 2, 3, 4]))
    masked = ids.clone()
    masked[0][~special] = tokenizer.mask_token_id
    place = int((ids[0] == tokenizer.mask_token_id).nonzero())
    model = model.double()
    head = lambda hidden: torch.log_softmax(model.cls(hidden)[0, place], -1)
    with torch.no_grad():
        best = int(head(model.bert(**tokens).last_hidden_state).argmax())
    return relevance(model, ids, tokens["token_type_ids"], masked, lambda hidden: head(hidden)[best])


def span_blocks(start, end):
    folder, _, _ = folder_of("bert", FAMILIES["bert"], AutoModelForQuestionAnswering)
    model, tokenizer = open_model(folder, AutoModelForQuestionAnswering)
    tokens = tokenizer(QUESTION, CONTEXT, return_tensors="pt")
    ids, types = tokens["input_ids"], tokens["token_type_ids"]
    masked = ids.clone()
    masked[(types == 1) & (ids != 3)] = tokenizer.mask_token_id
    model = model.double()
    return relevance(model, ids, types, masked, lambda hidden: model.qa_outputs(hidden)[0, start, 0] + model.qa_outputs(hidden)[0, end, 1])


def export(folder, auto, outputs, path, texts):
    """An ONNX file by the older exporter of PyTorch."""
    model, tokenizer = open_model(folder, auto)
    tokens = tokenizer(*texts, return_tensors="pt")
    names = ["input_ids", "attention_mask", "token_type_ids"]

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, ids, mask, types):
            out = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)
            return tuple(out[name] for name in outputs)

    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, *outputs]}
    torch.onnx.export(Whole(), tuple(tokens[n] for n in names), path, input_names=names, output_names=list(outputs), dynamic_axes=axes, opset_version=17, dynamo=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--onnx", required=True)
    arguments = parser.parse_args()
    cases = {name: (name, fields) for name, fields in FAMILIES.items()}
    masked = {**cases, **{name: (kind, {**FAMILIES[kind], **changes}) for name, (kind, changes) in VARIANTS.items()}}
    spans = {name: span_case(*case) for name, case in cases.items()}
    starts, ends = numpy.array(spans["bert"]["starts"]), numpy.array(spans["bert"]["ends"])
    content = {
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "gain": GAIN,
        "text": TEXT,
        "several": SEVERAL,
        "question": QUESTION,
        "context": CONTEXT,
        "masked": {name: masked_case(*case) for name, case in masked.items()},
        "spans": spans,
    }
    tokenizer = AutoTokenizer.from_pretrained(str(TOKENIZER))
    types = tokenizer(QUESTION, CONTEXT)["token_type_ids"]
    inside = [t for t, kind in enumerate(types) if kind == 1][:-1]
    start, end = max(((s, e) for s in inside for e in inside if s <= e < s + 15), key=lambda one: starts[one[0]] + ends[one[1]])
    content["blocks"] = {"masked": masked_blocks(), "span": span_blocks(start, end), "places": [start, end]}
    folder = pathlib.Path(arguments.onnx)
    folder.mkdir(parents=True, exist_ok=True)
    export(folder_of("bert", FAMILIES["bert"], AutoModelForMaskedLM)[0], AutoModelForMaskedLM, ["logits"], folder / "masked.onnx", (TEXT,))
    export(folder_of("bert", FAMILIES["bert"], AutoModelForQuestionAnswering)[0], AutoModelForQuestionAnswering, ["start_logits", "end_logits"], folder / "span.onnx", (QUESTION, CONTEXT))
    pathlib.Path(arguments.out).write_text(json.dumps(content) + "\n")


main()
