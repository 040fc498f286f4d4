"""Maps of AttnLRP (Achtibat et al. 2024, ICML: Attention-Aware Layer-Wise Relevance Propagation) for a BERT classifier.

An anchor for docs/faithfulness.md, nothing that calig has: its authors hold patents on relevance propagation. Written from
the rules of the paper as gradient x input of a model whose backward pass is changed: normalisation keeps its deviation
fixed, elementwise functions pass relevance on as it is (gradient f(x)/x), each factor of a product gets half, softmax keeps
its gradient (the paper's Taylor rule), linear layers are as they are (epsilon rule, epsilon 0). Relevance is read at the
vectors of the words.

Run:  python tools/attnlrp_maps.py --model packages/model-sst2 --data sst2_dev.tsv --out attnlrp.jsonl
A line of the result: the text, the class explained (the predicted one), and ids and relevance of its tokens. How faithful
these maps are: npm run bench:stored-maps -- --maps attnlrp.jsonl --data sst2_dev.tsv.
"""

import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer


class Identity(torch.autograd.Function):
    """An elementwise function that passes relevance on as it is: its gradient is f(x) / x."""

    @staticmethod
    def forward(context, function, x):
        y = function(x)
        context.save_for_backward(torch.where(x.abs() > 1e-12, y / x, torch.zeros_like(x)))
        return y

    @staticmethod
    def backward(context, gradient):
        (ratio,) = context.saved_tensors
        return None, gradient * ratio


class Share(torch.autograd.Function):
    """The same values with a share of the gradient."""

    @staticmethod
    def forward(context, x, share):
        context.share = share
        return x.view_as(x)

    @staticmethod
    def backward(context, gradient):
        return gradient * context.share, None


class Bert:
    """The classifier written out. With `plain`, gradients are those of the model; with `values_only`, attention is fixed."""

    def __init__(self, folder, plain=False, values_only=False, biases=True):
        self.config = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
        self.weights = {name: weight.double() for name, weight in weights.items()}
        if not biases:
            for name in self.weights:
                if name.endswith("bias"):
                    self.weights[name] = torch.zeros_like(self.weights[name])
        self.plain, self.values_only = plain, values_only

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normalised(self, name, x):
        centred = x - x.mean(-1, keepdim=True)
        deviation = (centred.pow(2).mean(-1, keepdim=True) + self.config["layer_norm_eps"]).sqrt()
        if not self.plain:
            deviation = deviation.detach()
        return centred / deviation * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def elementwise(self, function, x):
        return function(x) if self.plain else Identity.apply(function, x)

    def shared(self, x, share):
        return x if self.plain else Share.apply(x, share)

    def attention(self, name, x):
        heads = self.config["num_attention_heads"]
        tokens, width = x.shape
        query, key, value = (self.linear(f"{name}.self.{part}", x).view(tokens, heads, -1).transpose(0, 1) for part in ("query", "key", "value"))
        # Half for each factor of attention times values, and of that for attention half for query and key each.
        scores = self.shared(query, 0.5) @ self.shared(key, 0.5).transpose(1, 2) / math.sqrt(width // heads)
        attention = torch.softmax(scores, -1)
        if self.values_only:
            mixed = attention.detach() @ value
        else:
            mixed = self.shared(attention, 0.5) @ self.shared(value, 0.5)
        out = self.linear(f"{name}.output.dense", mixed.transpose(0, 1).reshape(tokens, width))
        return self.normalised(f"{name}.output.LayerNorm", out + x)

    def logits(self, ids):
        """Logits, and the vectors that relevance is read at: of words, and of all that the first normalisation gets."""
        words = self.weights["bert.embeddings.word_embeddings.weight"][ids].clone().requires_grad_()
        positions = self.weights["bert.embeddings.position_embeddings.weight"][: len(ids)]
        types = self.weights["bert.embeddings.token_type_embeddings.weight"][0]
        embedded = words + (positions + types)
        embedded.retain_grad()
        x = self.normalised("bert.embeddings.LayerNorm", embedded)
        for block in range(self.config["num_hidden_layers"]):
            name = f"bert.encoder.layer.{block}"
            x = self.attention(f"{name}.attention", x)
            inner = self.elementwise(torch.nn.functional.gelu, self.linear(f"{name}.intermediate.dense", x))
            x = self.normalised(f"{name}.output.LayerNorm", self.linear(f"{name}.output.dense", inner) + x)
        pooled = self.elementwise(torch.tanh, self.linear("bert.pooler.dense", x[0]))
        return self.linear("classifier", pooled), words, embedded


def relevance_of(model, ids):
    logits, words, _ = model.logits(ids)
    target = int(logits.argmax())
    logits[target].backward()
    return target, (words.detach() * words.grad).sum(-1)


def check(folder, ids):
    """Conservation: without biases, which take relevance, and with attention fixed, relevance adds up to the logit."""
    logits, _, embedded = Bert(folder, values_only=True, biases=False).logits(ids)
    logits[0].backward()
    total, score = (embedded.detach() * embedded.grad).sum().item(), logits[0].item()
    assert abs(total - score) <= 1e-9 * max(1, abs(score)), (total, score)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder of a BERT classifier")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="table of label and text, tabs between")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    given = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(given.model / "tokenizer.json"))
    tokenizer.no_padding()
    model = Bert(given.model)
    lines = [line.split("\t")[-1] for line in given.data.read_text(encoding="utf-8").splitlines()]
    check(given.model, tokenizer.encode(lines[1]).ids)
    with given.out.open("w", encoding="utf-8") as out:
        for text in lines:
            ids = tokenizer.encode(text).ids
            target, relevance = relevance_of(model, ids)
            out.write(json.dumps({"text": text, "target": target, "ids": ids, "relevance": [float(f"{value:.9g}") for value in relevance]}) + "\n")


if __name__ == "__main__":
    main()
