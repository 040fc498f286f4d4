"""Fine-tunes a multilingual encoder (tools/unpack_e5.py), or another BERT, as a classifier of texts in one language.

A data set is a file of lines `label<TAB>text`, or, with --columns, a table with a header, tabs between its columns and
quotes where CSV has them: the first column named is the label, the others are the text, joined by line breaks. Files
may be compressed (.gz). The order of the labels is that of the alphabet; a prefix "__label__" is dropped.

Texts longer than --max-tokens are read in one window at a random place in every epoch; the limit is stored as
model_max_length, so that calig reads long texts in windows of the same length. The word vectors stay as they were
pretrained: words that the training texts lack keep their place among those that they have. What is stored is the model
after the last epoch: the dev texts choose nothing.

Run:  OMP_WAIT_POLICY=PASSIVE python tools/train_multilingual.py --pretrained FOLDER --train FILE --dev FILE --out FOLDER
"""

import argparse
import csv
import gzip
import json
import math
import pathlib
import random
import shutil
import time

import numpy
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretrained", type=pathlib.Path, required=True, help="folder made by tools/unpack_e5.py")
    parser.add_argument("--train", type=pathlib.Path, required=True)
    parser.add_argument("--dev", type=pathlib.Path, required=True)
    parser.add_argument("--test", type=pathlib.Path, default=None, help="measured once, at the end")
    parser.add_argument("--columns", nargs="+", default=None, metavar="NAME", help="columns of label and texts, where the files have a header")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--max-tokens", type=int, default=128)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def read(path, columns):
    """(text, label) of every row."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        if columns is None:
            rows = [line.rstrip("\r\n").split("\t", 1) for line in file if line.strip()]
        else:
            csv.field_size_limit(1 << 24)
            rows = [[row[columns[0]], "\n".join(row[column] for column in columns[1:])] for row in csv.DictReader(file, delimiter="\t")]
    return [(text, label.removeprefix("__label__")) for label, text in rows]


def windows(ids, most):
    """Windows of a text, special tokens included, and the share of the text that each is responsible for, as calig cuts and weighs them.

    They are equally long, evenly spread and overlap by a quarter; a token belongs to the window in which it is farthest
    from a cut (packages/core/src/input/text/windows.ts).
    """
    (first, *body, last), room = ids, most - 2
    if len(body) <= room:
        return [ids], [1.0]
    many = 1 + math.ceil((len(body) - room) / (room - room // 4))
    starts = [math.floor(w * (len(body) - room) / (many - 1) + 0.5) for w in range(many)]

    def distance(token, start):
        left = math.inf if start == 0 else token - start
        right = math.inf if start + room >= len(body) else start + room - 1 - token
        return min(left, right) if start <= token < start + room else -1

    owners = [max(range(many), key=lambda w: distance(token, starts[w])) for token in range(len(body))]
    shares = [owners.count(w) / len(body) for w in range(many)]
    return [[first, *body[start : start + room], last] for start in starts], shares


def batches(lengths, size, rng):
    """Batches of texts of similar length, in random order."""
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], rng.random()))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    return groups


def collate(texts, pad):
    longest = max(map(len, texts))
    ids = torch.tensor([text + [pad] * (longest - len(text)) for text in texts])
    mask = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in texts])
    return {"input_ids": ids, "attention_mask": mask}


@torch.no_grad()
def predict(model, encoded, pad):
    """Logits in float32, of each text as it is."""
    model.eval()
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    logits = torch.empty(len(encoded), model.config.num_labels)
    for start in range(0, len(order), 32):
        group = order[start : start + 32]
        logits[group] = model(**collate([encoded[i] for i in group], pad)).logits.float()
    return logits


def measure(model, encoded, labels, options, pad, every_window=True):
    """Accuracy, macro F1 and confusion [true][predicted] of the first window, and of all windows where a text has several."""
    cut = [windows(ids, options.max_tokens) for ids in encoded]
    parts = [several if every_window else several[:1] for several, _ in cut]
    logits = predict(model, [part for several in parts for part in several], pad).split([len(several) for several in parts])
    found = scores(torch.stack([part[0] for part in logits]), labels)
    if any(len(several) > 1 for several in parts):
        found["allWindows"] = scores(torch.stack([torch.tensor(shares) @ part for part, (_, shares) in zip(logits, cut)]), labels)
    return found


def scores(logits, labels):
    classes = logits.shape[1]
    predicted = logits.argmax(-1)
    confusion = [[int(((labels == t) & (predicted == p)).sum()) for p in range(classes)] for t in range(classes)]
    f1 = [2 * confusion[c][c] / max(1, sum(confusion[c]) + sum(row[c] for row in confusion)) for c in range(classes)]
    return {"accuracy": (predicted == labels).float().mean().item(), "macroF1": sum(f1) / classes, "f1": f1, "confusion": confusion}


def some_window(ids, most, rng):
    room = most - 2
    if len(ids) <= most:
        return ids
    start = rng.randint(1, len(ids) - 1 - room)
    return [ids[0], *ids[start : start + room], ids[-1]]


def train(model, rows, dev, options, pad, finish):
    """Trains, measuring and storing after every epoch."""
    rng = random.Random(options.seed)
    encoded, labels = rows
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    learnt = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    groups = [
        {"params": [parameter for _, parameter in learnt if parameter.ndim > 1], "weight_decay": 0.01},
        {"params": [parameter for _, parameter in learnt if parameter.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, fused=True)
    total = math.ceil(len(encoded) / options.batch_size) * options.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / (0.06 * total), max(0.0, (total - step) / (0.94 * total))))
    history, step, started = [], 0, time.time()
    for epoch in range(options.epochs):
        model.train()
        losses = []
        texts = [some_window(ids, options.max_tokens, rng) for ids in encoded]
        for group in batches([len(text) for text in texts], options.batch_size, rng):
            # Twice as fast as float32 on processors with AVX-512 BF16, several times slower on others.
            with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
                logits = model(**collate([texts[i] for i in group], pad)).logits
            loss = torch.nn.functional.cross_entropy(logits.float(), labels[group])
            loss.backward()
            torch.nn.utils.clip_grad_norm_([parameter for _, parameter in learnt], 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            step += 1
            if step % 25 == 0:
                print(f"epoch {epoch + 1} step {step}/{total} loss {numpy.mean(losses[-25:]):.4f} {time.time() - started:.0f} s", flush=True)
        history.append({"epoch": epoch + 1, "loss": float(numpy.mean(losses)), "seconds": round(time.time() - started), **measure(model, *dev, options, pad, every_window=False)})
        print(json.dumps(history[-1]), flush=True)
        finish()
    return history


def store(model, options):
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().to(torch.float16).contiguous() for name, tensor in model.state_dict().items()}, out / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((options.pretrained / "config.json").read_text())
    names = model.config.id2label
    config |= {"architectures": ["BertForSequenceClassification"], "id2label": {str(i): name for i, name in names.items()}, "label2id": {name: i for i, name in names.items()}}
    config |= {"problem_type": "single_label_classification", "torch_dtype": "float16"}
    (out / "config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.copy(options.pretrained / "tokenizer.json", out / "tokenizer.json")
    settings = json.loads((options.pretrained / "tokenizer_config.json").read_text()) | {"model_max_length": options.max_tokens}
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # moments that decay into denormal numbers are slow
    torch.manual_seed(options.seed)
    tokenizer = Tokenizer.from_file(str(options.pretrained / "tokenizer.json"))
    # Files of sentence encoders cut and fill every text to one length; windows and batches do that here.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    sets = {name: read(path, options.columns) for name, path in (("train", options.train), ("dev", options.dev), ("test", options.test)) if path}
    labels = sorted({label for _, label in sets["train"]})
    print(f"{ {name: len(rows) for name, rows in sets.items()} }, labels {labels}", flush=True)

    def encode(rows):
        return [encoding.ids for encoding in tokenizer.encode_batch([text for text, _ in rows])], torch.tensor([labels.index(label) for _, label in rows])

    encoded = {name: encode(rows) for name, rows in sets.items()}
    pad = next(token for name in ("<pad>", "[PAD]") if (token := tokenizer.token_to_id(name)) is not None)
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    # No dropout of attention: drawing its masks takes a tenth of the time.
    model = BertForSequenceClassification.from_pretrained(options.pretrained, **names, attention_probs_dropout_prob=0.0, dtype=torch.float32, local_files_only=True)
    history = train(model, encoded["train"], encoded["dev"], options, pad, lambda: store(model, options))
    stored = BertForSequenceClassification.from_pretrained(options.out, local_files_only=True, dtype=torch.float32)
    metrics = {name: {"texts": len(sets[name]), **measure(stored, *encoded[name], options, pad)} for name in sets if name != "train"}
    settings = {name: getattr(options, name) for name in ("epochs", "learning_rate", "batch_size", "max_tokens", "seed", "threads")}
    metrics |= {"labels": labels, "training": {"texts": len(sets["train"]), **settings, "history": history}}
    (options.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics))


if __name__ == "__main__":
    main()
