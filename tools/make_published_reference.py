"""Makes test/golden/published.json: what published evaluation tools measure on the built-in models.

ferret (text) and Quantus (pictures) run on the same weights, inputs and attributions as test/reference/published.test.ts,
wherever they compute the same thing: ferret's AOPC with tokens that become the mask token, at ERASER's shares;
Quantus with the patches of a picture as features. What has no published tool
(RISE's areas on texts, leaving one out by the mask token) is computed here from the definitions, on token ids.

ferret needs older packages than the other scripts, so that this one has an environment of its own:

    python -m venv ../calig-published
    ../calig-published/bin/pip install -r tools/requirements-published.txt
    ../calig-published/bin/python tools/make_published_reference.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import quantus
import torch
from ferret.evaluators.faithfulness_measures import AOPC_Comprehensiveness_Evaluation, AOPC_Sufficiency_Evaluation
from ferret.evaluators.plausibility_measures import AUPRC_PlausibilityEvaluation, Tokenf1_PlausibilityEvaluation
from ferret.explainers.explanation import Explanation, ExplanationWithRationale
from scipy.stats import kendalltau
from transformers import AutoModelForImageClassification, AutoModelForSequenceClassification, AutoTokenizer

ROOT = Path(__file__).parent.parent
SHARES = [0.01, 0.05, 0.1, 0.2, 0.5]
# 100 words, each one token, so that all five shares differ and text made of token ids is tokenized to the same ids.
TEXT = (
    "i went into this film with no hope at all and came out with a smile the story is slow at first and the "
    "young hero talks too much but then the old teacher walks in and every scene with him is warm funny and full "
    "of life the music is weak and some jokes are cheap yet the final hour is so honest and so well played that i "
    "forgot the bad start it is not a perfect movie and the middle part is too long but it has a great heart and "
    "a clear voice of its own"
)
SIZE, PATCH = 32, 4


def area(values) -> float:
    """auc() of RISE."""
    values = np.array(values, dtype=np.float64)
    return float((values.sum() - values[0] / 2 - values[-1] / 2) / (len(values) - 1))


def text_case(rng: np.random.Generator) -> dict:
    folder = str(ROOT / "packages" / "model-sst2")
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(TEXT)["input_ids"]
    count = len(ids) - 2
    assert count == 100, f"{count} tokens"
    # More than half of them support: ferret cannot be told to count the others (it fails with NumPy 1.25 and later).
    scores = (rng.normal(size=count) + 0.6).round(4)
    assert len(set(scores)) == count and (scores > 0).sum() > 50
    marks = (rng.random(count) < 0.3).astype(int)

    def probabilities(variants: list) -> np.ndarray:
        with torch.no_grad():
            return np.concatenate(
                [model(torch.tensor(variants[i : i + 25])).logits.softmax(-1).numpy() for i in range(0, len(variants), 25)]
            )

    target = int(probabilities([ids])[0].argmax())

    def without(removed) -> list:
        removed = {int(feature) + 1 for feature in removed}
        return [tokenizer.mask_token_id if place in removed else token for place, token in enumerate(ids)]

    order = np.argsort(-scores)
    deletion = probabilities([without(order[:size]) for size in range(count + 1)])[:, target]
    insertion = probabilities([without(order[size:]) for size in range(count + 1)])[:, target]
    alone = probabilities([without([feature]) for feature in range(count)])[:, target]
    odds = [float(np.log(deletion[round(share * count)]) - np.log(deletion[0])) for share in SHARES]

    tokens = tokenizer.convert_ids_to_tokens(ids)
    padded = np.concatenate([[0], scores, [0]])
    explanation = Explanation(TEXT, tokens, padded, "given", target)
    marked = ExplanationWithRationale(TEXT, tokens, padded, "given", target, np.concatenate([[0], marks, [0]]))
    removal = {"remove_tokens": False, "based_on": "perc", "thresholds": SHARES}

    def ferret(evaluator, subject, only_positive=True) -> float:
        measured = evaluator(model, tokenizer).compute_evaluation(
            subject, target=target, only_pos=only_positive, removal_args=removal, top_k_rationale=5
        )
        return float(measured.score)

    return {
        "text": TEXT,
        "scores": scores.tolist(),
        "marks": marks.tolist(),
        "target": target,
        "ferret": {
            "comprehensiveness": ferret(AOPC_Comprehensiveness_Evaluation, explanation),
            "sufficiency": ferret(AOPC_Sufficiency_Evaluation, explanation),
            "auprc": ferret(AUPRC_PlausibilityEvaluation, marked, only_positive=False),
            "f1At5": ferret(Tokenf1_PlausibilityEvaluation, marked),
        },
        "definitions": {
            "deletion": area(deletion),
            "insertion": area(insertion),
            "logOdds": float(np.mean(odds)),
            "leaveOneOut": float(kendalltau(scores, deletion[0] - alone).statistic),
        },
    }


class OfPatches(torch.nn.Module):
    """The built-in vision model as a function of the patches that are kept, [batch, 1, rows, columns]; the others are black."""

    def __init__(self, model, processor: dict, pixels: torch.Tensor):
        super().__init__()
        self.model, self.pixels = model, pixels
        self.mean = torch.tensor(processor["image_mean"]).reshape(1, 3, 1, 1)
        self.std = torch.tensor(processor["image_std"]).reshape(1, 3, 1, 1)

    def forward(self, kept):
        shown = kept.float().repeat_interleave(PATCH, 2).repeat_interleave(PATCH, 3)
        return self.model((self.pixels * shown - self.mean) / self.std).logits


def picture_case(rng: np.random.Generator) -> dict:
    folder = ROOT / "packages" / "model-cifar10"
    network = AutoModelForImageClassification.from_pretrained(str(folder), dtype=torch.float32).eval()
    # A dark boat-like shape on a bright ground with a gradient and some noise.
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    picture = np.stack([150 + 2 * rows, 170 + rows, 230 - rows], axis=-1).astype(float)
    picture[(rows > 15) & (rows < 24) & (abs(columns - 16) < 30 - rows)] = [60, 50, 70]
    picture[(rows > 5) & (rows <= 15) & (abs(columns - 16) < 2)] = [90, 60, 40]
    picture = np.clip(picture + rng.normal(scale=6, size=picture.shape), 0, 255).round().astype(np.uint8)
    pixels = torch.tensor(picture.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255))
    model = OfPatches(network, json.loads((folder / "preprocessor_config.json").read_text()), pixels).eval()
    grid = SIZE // PATCH
    kept = np.ones((1, 1, grid, grid), np.float32)
    with torch.no_grad():
        whole = model(torch.tensor(kept)).softmax(-1)[0]
    target = int(whole.argmax())
    scores = rng.normal(size=(grid, grid)).round(4)
    assert len(set(scores.flat)) == scores.size
    mask = np.zeros((grid, grid), int)
    mask[4:6, 2:6] = 1

    def measure(metric, attribution):
        return metric(
            model=model,
            x_batch=kept,
            y_batch=np.array([target]),
            a_batch=attribution[None, None].copy(),
            s_batch=mask[None, None].astype(bool),
            channel_first=True,
            softmax=True,
            device="cpu",
        )[0]

    quiet = {"normalise": False, "disable_warnings": True, "display_progressbar": False}
    flips = quantus.PixelFlipping(features_in_step=1, perturb_baseline=0.0, abs=False, **quiet)
    positive = np.maximum(scores, 0)
    return {
        "size": SIZE,
        "bytes": picture.reshape(-1).tolist(),
        "scores": scores.reshape(-1).tolist(),
        "marks": mask.reshape(-1).tolist(),
        "target": target,
        "probability": float(whole[target]),
        "quantus": {
            "pixelFlipping": [float(value) for value in measure(flips, scores)],
            "pointingGame": float(measure(quantus.PointingGame(abs=False, **quiet), scores)),
            "relevanceMassAccuracy": float(measure(quantus.RelevanceMassAccuracy(abs=False, **quiet), positive)),
            "sparseness": float(measure(quantus.Sparseness(abs=True, **quiet), scores)),
            "complexity": float(measure(quantus.Complexity(abs=True, **quiet), scores)),
        },
    }


def main() -> None:
    libraries = ["ferret-xai", "quantus", "torch", "transformers", "numpy"]
    reference = {
        "made": {"by": "tools/make_published_reference.py", **{name: version(name) for name in libraries}},
        "text": text_case(np.random.default_rng(0)),
        "picture": picture_case(np.random.default_rng(1)),
    }
    path = ROOT / "test" / "golden" / "published.json"
    path.write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
