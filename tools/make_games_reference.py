"""Values of small games by the shap and lime packages: test/golden/games.json.

A game has m features and a value for each of its 2^m subsets (feature i is bit i). shap and lime are given a model that looks
the value up, a background of zeros and an input of ones, so that what they mask is what a subset leaves out.

    python tools/make_games_reference.py

Recorded: shap's Exact explainer; Permutation, with the orders that it drew; Partition over a balanced tree, with several
numbers of evaluations; Kernel without selection of features, with the subsets and weights that it chose; lime's regression,
with the subsets that it drew for a text.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import shap
from lime.lime_text import LimeTextExplainer

warnings.filterwarnings("ignore")
OUTPUT = Path(__file__).parent.parent / "test" / "golden" / "games.json"


def table(count, seed, kind):
    """Values of all subsets."""
    random = np.random.default_rng(seed)
    if kind == "random":
        return random.normal(size=2**count)
    # Features that add up, and pairs that act together: what a sentence is like.
    single, pairs = random.normal(size=count), random.normal(size=(count, count))
    members = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return np.tanh(members @ single + 0.5 * np.einsum("si,sj,ij->s", members, members, np.triu(pairs, 1)))


def lookup(values):
    count = int(np.log2(len(values)))
    return lambda rows: values[(np.asarray(rows) > 0.5).astype(int) @ (1 << np.arange(count))]


def bits(rows):
    return [int(row @ (1 << np.arange(len(row)))) for row in (np.asarray(rows) > 0.5).astype(int)]


def balanced(count):
    """A linkage of halves, of odd numbers the first larger: left, right, distance, size."""
    rows = []

    def join(start, end):
        if end - start == 1:
            return start
        middle = start + (end - start + 1) // 2
        left, right = join(start, middle), join(middle, end)
        rows.append([left, right, 0.0, end - start])
        return count + len(rows) - 1

    join(0, count)
    for number, row in enumerate(rows):
        row[2] = float(number + 1)
    return np.array(rows)


def permutation(model, count, evaluations, seed):
    explainer = shap.explainers.Permutation(model, shap.maskers.Independent(np.zeros((1, count))), seed=seed)
    orders, shuffle = [], np.random.shuffle

    def recorded(items):
        shuffle(items)
        orders.append([int(item) for item in items])

    np.random.shuffle = recorded
    try:
        found = explainer(np.ones((1, count)), max_evals=evaluations, silent=True)
    finally:
        np.random.shuffle = shuffle
    return {"orders": orders, "values": found.values[0].tolist()}


def partition(model, count, evaluations):
    masker = shap.maskers.Partition(np.zeros((1, count)), clustering=balanced(count))
    explainer = shap.explainers.Partition(model, masker)
    found = explainer(np.ones((1, count)), max_evals=evaluations, batch_size=16, silent=True)
    return {"evaluations": evaluations, "values": found.values[0].tolist()}


def kernel(model, count, samples, seed):
    explainer = shap.KernelExplainer(model, np.zeros((1, count)))
    np.random.seed(seed)
    values = explainer.shap_values(np.ones((1, count)), nsamples=samples, l1_reg=False, silent=True)[0]
    return {
        "samples": samples,
        "subsets": bits(explainer.maskMatrix),
        "weights": explainer.kernelWeights.tolist(),
        "values": values.tolist(),
    }


def lime(model, count, samples, seed):
    words = [f"w{i}" for i in range(count)]
    drawn = []

    def answer(texts):
        rows = np.array([[word in text.split() for word in words] for text in texts], dtype=float)
        drawn.extend(bits(rows))
        scores = model(rows)
        return np.stack([scores, -scores], axis=1)

    explainer = LimeTextExplainer(bow=True, feature_selection="none", random_state=seed, split_expression=r"\s+")
    found = explainer.explain_instance(" ".join(words), answer, labels=[0], num_samples=samples, num_features=count)
    by_word = dict(found.as_list(label=0))
    return {"subsets": drawn, "values": [by_word[word] for word in words]}


def case(count, seed, kind):
    values = np.round(table(count, seed, kind), 6)
    model = lookup(values)
    exact = shap.explainers.Exact(model, shap.maskers.Independent(np.zeros((1, count))))(np.ones((1, count))).values[0]
    return {
        "name": f"{count} features, {kind}",
        "values": values.tolist(),
        "exact": exact.tolist(),
        "permutation": permutation(model, count, 4 * (2 * count + 1), seed),
        "partition": [partition(model, count, evaluations) for evaluations in (2, 4, 2 * count, 1000)],
        "kernel": [kernel(model, count, samples, seed) for samples in sorted({2 * count, 3 * count, 2**count - 2})],
        "lime": lime(model, count, 60, seed),
    }


def main():
    cases = [
        case(count, seed, kind)
        for seed, (count, kind) in enumerate([(2, "random"), (3, "random"), (5, "random"), (6, "joint"), (8, "joint"), (8, "random")])
    ]
    OUTPUT.write_text(json.dumps({"shap": shap.__version__, "cases": cases}) + "\n")
    print(OUTPUT, OUTPUT.stat().st_size)


main()
