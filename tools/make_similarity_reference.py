"""Similarities by sentence-transformers, and block relevance by PyTorch, for test/reference/similarity.test.ts: test/golden/similarity.json.

The encoder of a small random BERT (test/fixtures/heads, made by transformers 5.24) becomes folders with all poolings of
sentence-transformers, with linear layers (weights of tools/hashed_weights.py) and normalisation, with and without prompts.
Of one of them Integrated Gradients from the entry of every block, of the cosine with another text held fixed, are computed in
float64 by Gauss-Legendre with 64 points between the hidden states at the text and at its tokens masked.

Run with sentence-transformers 5.1 and transformers 4.57:  python tools/make_similarity_reference.py --out test/golden/similarity.json --onnx test/fixtures/similarity/encoder.onnx
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import numpy
import sentence_transformers
import torch
from hashed_weights import hashed
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

ROOT = pathlib.Path(__file__).parent.parent
FIXTURES = ROOT / "test" / "fixtures" / "heads"
WIDTH = 16
TEXT = "how many people live in berlin?"
OTHER = "berlin is a city with people."
PROMPTS = {"query": "in berlin: ", "document": "people: "}

POOLING = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}
CASES = {
    **{mode: {"pooling": [mode], "layers": []} for mode in POOLING},
    "mean, normalized": {"pooling": ["mean"], "layers": ["Normalize"]},
    "mean, dot": {"pooling": ["mean"], "layers": [], "similarity": "dot"},
    "cls and mean": {"pooling": ["cls", "mean"], "layers": ["Normalize"]},
    "dense": {"pooling": ["mean"], "layers": [["Dense", 16, 12, "torch.nn.modules.activation.Tanh"], "Normalize"]},
    "two dense": {
        "pooling": ["cls"],
        "layers": [
            ["Dense", 16, 24, "torch.nn.modules.linear.Identity"],
            ["Dense", 24, 8, "torch.nn.modules.activation.GELU"],
        ],
    },
    "prompts": {"pooling": ["mean"], "layers": ["Normalize"], "prompts": PROMPTS, "names": ["query", "document"]},
}


def files_of(case):
    """Small files of a folder by name, and the shapes of the weights of its linear layers by folder."""
    prefix = "sentence_transformers.models."
    modules = [("", prefix + "Transformer"), ("1_Pooling", prefix + "Pooling")]
    files = {
        "1_Pooling/config.json": {
            "word_embedding_dimension": WIDTH,
            **{flag: mode in case["pooling"] for mode, flag in POOLING.items()},
        },
        "sentence_bert_config.json": {"max_seq_length": 48, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": case.get("prompts", {}),
            "default_prompt_name": None,
            "similarity_fn_name": case.get("similarity"),
        },
    }
    dense = {}
    for number, layer in enumerate(case["layers"], 2):
        kind = layer if isinstance(layer, str) else layer[0]
        path = f"{number}_{kind}"
        modules.append((path, prefix + kind))
        if kind == "Dense":
            _, wide, out, act = layer
            files[f"{path}/config.json"] = {
                "in_features": wide,
                "out_features": out,
                "bias": True,
                "activation_function": act,
            }
            dense[path] = [out, wide]
    files["modules.json"] = [
        {"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(modules)
    ]
    return files, dense


def folder_of(files, dense):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FIXTURES / name, folder)
    fields = json.loads((FIXTURES / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**fields, "architectures": ["BertModel"]}))
    tensors = load_file(FIXTURES / "three" / "model.safetensors")
    encoder = {name.removeprefix("bert."): t for name, t in tensors.items() if name.startswith("bert.")}
    save_file(encoder, folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    for path, shape in dense.items():
        weights = {
            "linear.weight": torch.from_numpy(hashed(f"{path}.linear.weight", shape, 4.0)),
            "linear.bias": torch.from_numpy(hashed(f"{path}.linear.bias", shape[:1])),
        }
        save_file(weights, folder / path / "model.safetensors", metadata={"format": "pt"})
    for path in ("2_Normalize", "3_Normalize"):
        (folder / path).mkdir(exist_ok=True)
    return folder


def relevance(model, text, other):
    """[blocks][tokens]: the gradient of the cosine integrated over the path of each block, times the path, summed over the width."""
    bert = model[0].auto_model.double().eval()
    tokens = model.tokenizer(text, return_tensors="pt")
    special = torch.isin(tokens["input_ids"][0], torch.tensor(model.tokenizer.all_special_ids))
    masked = tokens["input_ids"].clone()
    masked[0][~special] = model.tokenizer.mask_token_id

    def states(ids):
        with torch.no_grad():
            return bert(input_ids=ids, output_hidden_states=True).hidden_states

    def embedding(last):
        return torch.nn.functional.normalize(last.mean(1), dim=-1)

    fixed = embedding(states(model.tokenizer(other, return_tensors="pt")["input_ids"])[-1])[0]
    at, base = states(tokens["input_ids"]), states(masked)
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
            (embedding(hidden)[0] @ fixed).backward()
            total += weight / 2 * point.grad
        found.append((total * difference).sum(-1)[0].tolist())
    return found


def pairs(model, text, other):
    """[tokens][tokens of the other text]: products of the parts that tokens have in the two embeddings, each the integral of the
    derivative with respect to that token alone along the path from the text with its words masked."""
    bert = model[0].auto_model.double().eval()

    def parts(words):
        tokens = model.tokenizer(words, return_tensors="pt")
        special = torch.isin(tokens["input_ids"][0], torch.tensor(model.tokenizer.all_special_ids))
        masked = tokens["input_ids"].clone()
        masked[0][~special] = model.tokenizer.mask_token_id
        with torch.no_grad():
            at, base = (bert.embeddings(input_ids=ids) for ids in (tokens["input_ids"], masked))

        def embedding(hidden):
            for layer in bert.encoder.layer:
                hidden = layer(hidden)[0]
            return torch.nn.functional.normalize(hidden.mean(1), dim=-1)[0]

        nodes, weights = numpy.polynomial.legendre.leggauss(64)
        found = []
        for token in range(at.shape[1]):
            way = torch.zeros_like(at)
            way[0, token] = (at - base)[0, token]
            total = torch.zeros(at.shape[2], dtype=torch.float64)
            for node, weight in zip(nodes, weights):
                point = base + (node + 1) / 2 * (at - base)
                with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):  # whose derivative has one, too
                    total += weight / 2 * torch.func.jvp(embedding, (point,), (way,))[1]
            found.append(total)
        return torch.stack(found)[~special]

    return (parts(text) @ parts(other).T).tolist()


def export(model, path):
    """The encoder alone as an ONNX file, by the older exporter of PyTorch."""
    bert = model[0].auto_model.float().eval()
    tokens = model.tokenizer(TEXT, return_tensors="pt")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = bert

        def forward(self, ids, mask, types):
            return self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state

    torch.onnx.export(
        Encoder(),
        tuple(tokens[name] for name in names),
        path,
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--onnx", required=True)
    arguments = parser.parse_args()
    out = arguments.out
    cases, blocks = {}, None
    for title, case in CASES.items():
        files, dense = files_of(case)
        model = SentenceTransformer(str(folder_of(files, dense)), device="cpu")
        names = case.get("names", [None, None])
        vectors = [model.encode([text], prompt_name=name) for text, name in zip((TEXT, OTHER), names)]
        cases[title] = {
            "files": files,
            "dense": dense,
            **({"names": names} if "names" in case else {}),
            "embedding": vectors[0][0].tolist(),
            "similarity": float(model.similarity(*vectors)[0][0]),
        }
        if title == "mean, normalized":
            blocks = relevance(model, TEXT, OTHER)
            together = pairs(model, TEXT, OTHER)
            export(model, arguments.onnx)
    versions = {"sentence-transformers": sentence_transformers.__version__, "torch": torch.__version__}
    content = {"versions": versions, "text": TEXT, "other": OTHER, "cases": cases, "blocks": blocks, "pairs": together}
    pathlib.Path(out).write_text(json.dumps(content) + "\n")


main()
