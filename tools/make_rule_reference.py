"""Loss and gradients of every case of test/rules/cases.json by PyTorch autograd in float64.

The operators are written again in torch_operators.py, after their definitions. The loss is the sum of the outputs, each
element times a hash of its place, so that no two elements count alike.

Run:  python tools/make_rule_reference.py --out test/golden/rules.json
"""

import argparse
import json
import pathlib

import numpy
import torch
from hashed_weights import uniform
from torch_operators import OPERATORS

CASES = pathlib.Path(__file__).parent.parent / "test/rules/cases.json"


def hashed(name, shape, offset=0.0, scale=1.0):
    """Rounded to float32, as the test does, and then exact."""
    values = (offset + scale * uniform(name, int(numpy.prod(shape)))).astype(numpy.float32)
    return torch.from_numpy(values).reshape(shape)


def make_input(case, spec, i):
    if "ints" in spec:
        return torch.tensor(spec["ints"], dtype=torch.int64).reshape(spec["shape"])
    if "bools" in spec:
        return torch.tensor(spec["bools"], dtype=torch.bool).reshape(spec["shape"])
    low, high = spec.get("low", 0), spec.get("high", 0)
    values = hashed(f"{case['name']}/{i}", spec["shape"], (low + high) / 2, (high - low) / 2)
    values = (values.double() + torch.sign(values).double() * spec.get("away", 0)).float()
    return values.double().requires_grad_(i in case["wrt"])


def reference(case):
    operator = ".".join(filter(None, [case["domain"], case["opType"]]))
    attributes = {key: attribute["value"] for key, attribute in case["attributes"].items()}
    inputs = [make_input(case, spec, i) for i, spec in enumerate(case["inputs"])]
    extra = {"outputs": case["outputs"]} if operator == "Split" else {}
    outputs = OPERATORS[operator](attributes, case["opset"], *inputs, **extra)
    weights = [hashed(f"{case['name']}/out{o}", outputs[o].shape).double() for o in range(case["outputs"])]
    loss = sum((weight * output).sum() for weight, output in zip(weights, outputs))
    gradients = torch.autograd.grad(loss, [inputs[i] for i in case["wrt"]])
    return {"loss": loss.item(), "gradients": [gradient.reshape(-1).tolist() for gradient in gradients]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    cases = {case["name"]: reference(case) for case in json.loads(CASES.read_text())}
    made = {"script": "tools/make_rule_reference.py", "torch": torch.__version__}
    options.out.write_text(json.dumps({"made": made, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
