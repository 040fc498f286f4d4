"""Makes test/golden/metrics.json: numbers of scikit-learn, scipy and numpy that the metrics are compared with.

The perturbation metrics are written here once more, from the definitions of their papers and the code published with
them (RISE's `auc`; ERASER's thresholds), over a made-up model: the probability of a set of kept features.

    python tools/make_metric_reference.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.stats import entropy, kendalltau, rankdata, spearmanr
from sklearn.metrics import auc, average_precision_score, f1_score, jaccard_score, precision_recall_curve

CASES = 12
LONGEST = 24


def segmentation(scores: np.ndarray, marks: np.ndarray) -> dict:
    above, heat = scores > scores.mean(), (scores - scores.min()) / (scores.max() - scores.min())
    return {
        "accuracy": float((above == marks).mean()),
        "miou": float((jaccard_score(marks, above) + jaccard_score(~marks, ~above)) / 2),
        "ap": float(average_precision_score(np.concatenate([~marks, marks]), np.concatenate([1 - heat, heat]))),
    }


def perturbation(rng: np.random.Generator, scores: np.ndarray) -> dict:
    count = len(scores)
    weights, pairs = rng.normal(size=count).round(3), rng.normal(size=count - 1).round(3)

    def probability(kept: np.ndarray) -> float:
        return 1 / (1 + np.exp(-(weights @ kept + pairs @ (kept[1:] * kept[:-1]))))

    def area(values: list) -> float:  # auc() of RISE
        values = np.array(values)
        return float((values.sum() - values[0] / 2 - values[-1] / 2) / (len(values) - 1))

    order = np.argsort(-scores, kind="stable")
    without = np.ones(count)
    alone = np.zeros(count)
    deletion, insertion = [probability(without)], [probability(alone)]
    for feature in order:
        without[feature], alone[feature] = 0, 1
        deletion.append(probability(without))
        insertion.append(probability(alone))
    whole = probability(np.ones(count))
    comprehensiveness, sufficiency, odds = [], [], []
    for share in (0.01, 0.05, 0.1, 0.2, 0.5):
        rationale = np.zeros(count)
        rationale[order[: max(1, int(np.ceil(round(share * count, 9))))]] = 1
        comprehensiveness.append(whole - probability(1 - rationale))
        sufficiency.append(whole - probability(rationale))
        odds.append(np.log(probability(1 - rationale)) - np.log(whole))
    return {
        "weights": weights.tolist(),
        "pairs": pairs.tolist(),
        "deletion": area(deletion),
        "insertion": area(insertion),
        "comprehensiveness": float(np.mean(comprehensiveness)),
        "sufficiency": float(np.mean(sufficiency)),
        "logOdds": float(np.mean(odds)),
    }


def case(rng: np.random.Generator, index: int) -> dict:
    count = int(rng.integers(4, LONGEST))
    # Every other case has ties and zeros: few different scores.
    scores = rng.integers(-3, 4, count) / 4 if index % 2 else rng.normal(size=count).round(4)
    others = rng.integers(-2, 3, count) / 4 if index % 3 == 0 else rng.normal(size=count).round(4)
    marks = rng.random(count) < 0.35
    marks[int(rng.integers(count))] = True
    precision, recall, _ = precision_recall_curve(marks, scores)
    order = np.argsort(-scores, kind="stable")
    top = np.zeros(count, bool)
    top[order[:5]] = True
    sizes = np.sort(np.abs(scores))
    ranks = np.arange(1, count + 1)
    return {
        "scores": scores.tolist(),
        "others": others.tolist(),
        "marks": marks.astype(int).tolist(),
        "auprc": float(auc(recall, precision)),
        "segmentation": segmentation(scores, marks),
        "perturbation": perturbation(np.random.default_rng(1000 + index), scores),
        "f1At5": float(f1_score(marks, top)),
        "ranks": rankdata(scores).tolist(),
        "spearman": float(spearmanr(scores, others).statistic),
        "kendall": float(kendalltau(scores, others).statistic),
        "gini": float(((2 * ranks - count - 1) * sizes).sum() / (count * sizes.sum())),
        "entropy": float(entropy(np.abs(scores))),
    }


def main() -> None:
    rng = np.random.default_rng(0)
    libraries = ["numpy", "scipy", "scikit-learn"]
    reference = {
        "made": {"by": "tools/make_metric_reference.py", **{name: version(name) for name in libraries}},
        "cases": [case(rng, index) for index in range(CASES)],
        "holm": holm(rng),
    }
    path = Path(__file__).parent.parent / "test" / "golden" / "metrics.json"
    path.write_text(json.dumps(reference, indent=1) + "\n")


def holm(rng: np.random.Generator) -> list[dict]:
    """Corrected p-values by the definition of Holm (1979), as R's p.adjust computes them."""
    rows = []
    for count in [1, 3, 10]:
        values = rng.random(count).round(3) ** 2
        order = np.argsort(values)
        adjusted = np.empty(count)
        adjusted[order] = np.minimum(1, np.maximum.accumulate(values[order] * (count - np.arange(count))))
        rows.append({"values": values.tolist(), "corrected": adjusted.tolist()})
    return rows


if __name__ == "__main__":
    main()
