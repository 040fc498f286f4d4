"""Outputs and gradients of every case of test/rules by PyTorch autograd in float64.

The cases come from the one table that the tests use (scripts/print-rule-cases.ts, which needs `npm install`); the
operators are written again in torch_operators.py. The differentiated number is the sum of the outputs, each element
times a hash of its place, so that no two elements count alike.

Run:  python tools/make_rule_reference.py --out test/golden/rules.json
"""

import argparse
import json
import pathlib
import subprocess

import numpy
import torch
from hashed_weights import uniform
from torch_operators import OPERATORS


def to_tensor(given):
    if given is None:
        return None
    dtype = {"float32": torch.float64, "int64": torch.int64, "bool": torch.bool}[given["dtype"]]
    return torch.tensor(given["data"], dtype=dtype).reshape(given["shape"])


def rounded(tensor):
    """Twelve digits: far below float32, without the noise of the last bits of float64."""
    return [float(f"{value:.12g}") for value in tensor.detach().reshape(-1).tolist()]


def reference(case):
    operator = ".".join(filter(None, [case["domain"], case["opType"]]))
    inputs = [to_tensor(given) for given in case["inputs"]]
    for i in case["differentiated"]:
        inputs[i].requires_grad_()
    extra = {"outputs": case["outputs"]} if operator == "Split" else {}
    outputs = OPERATORS[operator](case["attributes"], case["opset"], *inputs, **extra)
    total = torch.zeros((), dtype=torch.float64)
    for i in case["from"]:
        weights = uniform(f"{case['name']}/projection/{i}", outputs[i].numel()).astype(numpy.float32)
        total = total + (outputs[i] * torch.from_numpy(weights).double().reshape(outputs[i].shape)).sum()
    total.backward()
    return {
        "outputs": {i: {"shape": list(outputs[i].shape), "data": rounded(outputs[i])} for i in case["from"]},
        "gradients": {i: rounded(inputs[i].grad) for i in case["differentiated"]},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    printed = subprocess.run(["npx", "tsx", "scripts/print-rule-cases.ts"], check=True, capture_output=True, text=True)
    cases = json.loads(printed.stdout)
    made = {"script": "tools/make_rule_reference.py", "torch": torch.__version__}
    lines = [f"{json.dumps(case['name'])}: {json.dumps(reference(case))}" for case in cases]
    options.out.write_text(f'{{"made": {json.dumps(made)}, "cases": {{\n' + ",\n".join(lines) + "\n}}\n")
    print(f"{len(cases)} cases of {len({case['domain'] + case['opType'] for case in cases})} operators")


if __name__ == "__main__":
    main()
