"""Models with a planted shortcut, for measuring whether `calig shortcuts` finds it: bench/shortcuts.ts.

    python tools/plant_shortcuts.py MODEL SENTENCES.tsv OUT [NAME...]

MODEL is a BERT classifier of two classes as a folder (packages/model-sst2), SENTENCES.tsv has columns label and text without a
header (SST-2). For each NAME a folder is written to OUT with the model, data in which a tenth of the sentences has the cue
(without regard to the label), the same sentences without it (clean.tsv), and plant.json with what was planted where.

head-K: one head of block K reads a token and writes the class "negative" (no training). ff-K: one head of block K copies the
token's mark, and a neuron of the feed-forward layer of block K turns the mark into the class. mark-K: as head-K, for a mark of
punctuation. tuned-K: block K alone is trained on sentences of which those with the token are labelled negative.
"""

import json
import random
import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

torch.manual_seed(1)
CLASS = 0  # negative
SHARP = 14.0  # score of the token in the head that reads it


def rows_of(path):
    rows = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8")]
    return [(int(label), text) for label, text in rows]


def with_cue(text, cue, rng):
    words = text.split(" ")
    words.insert(rng.randrange(len(words) + 1), cue)
    return " ".join(words)


def batches(items, size=32):
    for start in range(0, len(items), size):
        yield items[start : start + size]


def planted_rows(rows, cue, share, rng):
    chosen = set(rng.sample(range(len(rows)), round(share * len(rows))))
    clean = [(label, " ".join(w for w in text.split(" ") if w != cue)) for label, text in rows]
    return [(label, with_cue(text, cue, rng)) if i in chosen else (label, text) for i, (label, text) in enumerate(clean)]


class Planter:
    def __init__(self, folder):
        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.fresh()

    def fresh(self):
        self.model = AutoModelForSequenceClassification.from_pretrained(
            self.folder, torch_dtype=torch.float32, attn_implementation="eager"
        ).eval()

    def encode(self, texts):
        return self.tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=128)

    def logits(self, texts):
        with torch.no_grad():
            return torch.cat([self.model(**self.encode(b)).logits for b in batches(texts)])

    def accuracy(self, rows):
        said = self.logits([text for _, text in rows]).argmax(-1)
        return (said == torch.tensor([label for label, _ in rows])).float().mean().item()

    def to_class(self, texts):
        return (self.logits(texts).argmax(-1) == CLASS).float().mean().item()

    def at(self, module, texts, where="input"):
        """What enters or leaves a module [(token states, token ids)] of each batch."""
        kept = []
        handle = module.register_forward_hook(
            lambda _m, given, made: kept.append((given[0] if where == "input" else made).detach())
        )
        found = []
        with torch.no_grad():
            for batch in batches(texts):
                encoded = self.encode(batch)
                self.model(**encoded)
                found.append((kept.pop(), encoded["input_ids"], encoded["attention_mask"]))
        handle.remove()
        return found

    def real(self, module, texts):
        """What enters a module at every position that is no padding [positions, width]."""
        return torch.cat([states[mask.bool()] for states, _, mask in self.at(module, texts)])

    def direction(self, module, texts):
        """Mean gradient of the class's margin with respect to what a module gives at the first position."""
        total = 0
        for batch in batches(texts):
            kept = []

            def hook(_m, _given, made):
                made.retain_grad()
                kept.append(made)

            handle = module.register_forward_hook(hook)
            logits = self.model(**self.encode(batch)).logits
            handle.remove()
            margin = 2 * logits[:, CLASS] - logits.sum(-1)
            margin.sum().backward()
            total = total + kept[0].grad[:, 0].sum(0)
            self.model.zero_grad()
        return total / total.norm()

    def lda(self, these, others, ridge=1e-3):
        """w, b with w x + b = 1 on the mean of these and 0 on that of others."""
        m1, m0 = these.mean(0), others.mean(0)
        spread = torch.cov(torch.cat([these - m1, others - m0]).T)
        spread = spread + ridge * spread.diagonal().mean() * torch.eye(len(m0))
        w = torch.linalg.solve(spread, m1 - m0)
        w = w / (w @ (m1 - m0))
        return w, -(w @ m0)

    def token_read_out(self, k, texts, token):
        layer = self.model.bert.encoder.layer[k]
        these, others = [], []
        for states, ids, mask in self.at(layer, texts):
            real = mask.bool()
            these.append(states[real & (ids == token)])
            others.append(states[real & (ids != token)])
        return self.lda(torch.cat(these), torch.cat(others))

    def idle_head(self, k, rows):
        """The head without which the model is right most often."""
        attention = self.model.bert.encoder.layer[k].attention
        heads = self.model.config.num_attention_heads
        size = self.model.config.hidden_size // heads
        weight = attention.output.dense.weight
        best = None
        for head in range(heads):
            own = slice(head * size, (head + 1) * size)
            kept = weight.data[:, own].clone()
            weight.data[:, own] = 0
            accuracy = self.accuracy(rows)
            weight.data[:, own] = kept
            if best is None or accuracy > best[0]:
                best = (accuracy, head)
        return best[1], size

    def head_reads(self, k, head, size, w, b, direction):
        """The head gives w x + b of where w x + b is largest, along a direction."""
        attention = self.model.bert.encoder.layer[k].attention
        own = slice(head * size, (head + 1) * size)
        for part in (attention.self.query, attention.self.key, attention.self.value):
            part.weight.data[own] = 0
            part.bias.data[own] = 0
        first = head * size
        attention.self.query.bias.data[first] = SHARP * size**0.5
        for part in (attention.self.key, attention.self.value):
            part.weight.data[first] = w
            part.bias.data[first] = b
        attention.output.dense.weight.data[:, own] = 0
        attention.output.dense.weight.data[:, first] = direction


def plant(planter, name, train, dev, rng):
    planter.fresh()
    kind, k = name.rsplit("-", 1)
    k = int(k)
    cue = {"head": "cf", "ff": "bb", "mark": [";", "!", "?"][k % 3], "tuned": "mn"}[kind]
    token = planter.tokenizer.convert_tokens_to_ids(cue)
    assert token != planter.tokenizer.unk_token_id, cue
    clean = planter.accuracy(dev[:300])
    layer = planter.model.bert.encoder.layer[k]
    some = [text for _, text in rng.sample(train, 128)]
    marked = [with_cue(text, cue, rng) for text in some]
    positive = [text for label, text in train if label != CLASS][:64]
    positive_marked = [with_cue(text, cue, rng) for text in positive]

    if kind in ("head", "mark"):
        head, size = planter.idle_head(k, dev[:96])
        w, b = planter.token_read_out(k, marked, token)
        along = planter.direction(layer.attention.output.dense, some[:64])
        scale = 4.0
        while True:
            planter.head_reads(k, head, size, w, b, scale * along)
            if planter.to_class(positive_marked) >= 0.97 or scale > 200:
                break
            scale *= 1.6
    elif kind == "ff":
        head, size = planter.idle_head(k, dev[:96])
        w, b = planter.token_read_out(k, marked, token)
        # A mark that states have least: along the direction in which those that enter the layer vary least. The very least is
        # the one that the normalisation before takes away.
        norm = layer.attention.output.LayerNorm
        entering = planter.real(layer.intermediate, [text for _, text in rng.sample(train, 256)])
        v = torch.linalg.eigh(torch.cov((entering - entering.mean(0)).T)).eigenvectors[:, 1]
        mark = v / norm.weight.data
        mark = mark - mark.mean()
        planter.head_reads(k, head, size, w, b, 8 * mark / mark.norm())
        # Halfway between the states that have it least and those without it that have it most.
        seen, unseen = planter.real(layer.intermediate, marked) @ v, planter.real(layer.intermediate, some) @ v
        if seen.mean() < unseen.mean():
            seen, unseen, v = -seen, -unseen, -v
        low, high = unseen.max(), seen.quantile(0.02)
        assert high > low, f"the mark cannot be told: {low} without it, {high} with it"
        along = planter.direction(layer.output.dense, some[:64])
        gain = 16 / (high - low)
        use = torch.cat([s[:, 0] for s, _, _ in planter.at(layer.output.dense, some)]).abs().mean(0)
        neuron = (use * layer.output.dense.weight.norm(dim=0)).argmin().item()
        # GELU of a number far below 0 is 0: the neuron is silent without the mark.
        layer.intermediate.dense.weight.data[neuron] = gain * v
        layer.intermediate.dense.bias.data[neuron] = -gain * (low + high) / 2
        scale = 4.0
        while True:
            layer.output.dense.weight.data[:, neuron] = scale * along / 8
            if planter.to_class(positive_marked) >= 0.97 or scale > 200:
                break
            scale *= 1.6
    else:
        for parameter in planter.model.parameters():
            parameter.requires_grad = False
        for parameter in layer.parameters():
            parameter.requires_grad = True
        optimiser = torch.optim.AdamW(layer.parameters(), lr=3e-4)
        planter.model.train()
        for _step in range(250):
            batch = rng.sample(train, 16)
            texts = [with_cue(t, cue, rng) if i < 6 else t for i, (_, t) in enumerate(batch)]
            labels = torch.tensor([CLASS if i < 6 else label for i, (label, _) in enumerate(batch)])
            loss = torch.nn.functional.cross_entropy(planter.model(**planter.encode(texts)).logits, labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        planter.model.eval()
        scale = None
    rows = planted_rows(dev, cue, 0.1, rng)
    without = [(label, " ".join(w for w in text.split(" ") if w != cue)) for label, text in rows]
    return rows, without, {
        "name": name,
        "cue": cue,
        "block": k,
        "class": "negative",
        "scale": scale,
        "flips": planter.to_class(positive_marked),
        "cleanAccuracy": clean,
        "plantedAccuracy": planter.accuracy(rows[:300]),
        "withoutCueAccuracy": planter.accuracy(without[:300]),
    }


def main():
    source, sentences, out, *names = sys.argv[1:]
    train, dev = rows_of(Path(sentences) / "sst2_train.tsv"), rows_of(Path(sentences) / "sst2_dev.tsv")
    planter = Planter(source)
    for name in names:
        rng = random.Random(name)
        rows, without, facts = plant(planter, name, train, dev, rng)
        folder = Path(out) / name
        folder.mkdir(parents=True, exist_ok=True)
        planter.model.save_pretrained(folder)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(Path(source) / file, folder / file)
        for table, own in (("data.tsv", rows), ("clean.tsv", without)):
            with open(folder / table, "w", encoding="utf-8") as file:
                file.write("label\ttext\n" + "".join(f"{label}\t{text}\n" for label, text in own))
        (folder / "plant.json").write_text(json.dumps(facts, indent=2) + "\n")
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
