"""Makes test/golden/metrics.json: numbers of scikit-learn, scipy and numpy that the metrics are compared with.

    python tools/make_metric_reference.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.stats import entropy, kendalltau, rankdata, spearmanr
from sklearn.metrics import auc, f1_score, precision_recall_curve

CASES = 12
LONGEST = 24


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
