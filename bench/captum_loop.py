"""PyTorch + Captum for the work of calig: a loop over the blocks, LayerIntegratedGradients, N points.

Reads one JSON line {"ids", "baseline", "target", "steps", "layers": blocks (default: all)} from standard input at a time
and answers with one JSON line {"milliseconds", "cpuMilliseconds", "errors": completeness error of every block,
"peakBytes"}. Started by bench/captum-process.ts.
"""

import argparse
import json
import resource
import sys
import time

import torch
from captum.attr import LayerIntegratedGradients
from transformers import BertForSequenceClassification


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = BertForSequenceClassification.from_pretrained(options.model, dtype=torch.float32, local_files_only=True).eval()

    def forward(ids, mask):
        return model(input_ids=ids, attention_mask=mask).logits

    entries = [model.bert.embeddings, *model.bert.encoder.layer[:-1]]
    print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        ids, baseline = torch.tensor([request["ids"]]), torch.tensor([request["baseline"]])
        mask = torch.ones_like(ids)
        started, started_cpu = time.perf_counter(), time.process_time()
        errors = []
        for layer in [entries[index] for index in request.get("layers", range(len(entries)))]:
            attributions, delta = LayerIntegratedGradients(forward, layer).attribute(
                ids,
                baselines=baseline,
                target=request["target"],
                additional_forward_args=(mask,),
                n_steps=request["steps"],
                return_convergence_delta=True,
            )
            errors.append(delta.item())
        milliseconds = 1000 * (time.perf_counter() - started)
        cpu = 1000 * (time.process_time() - started_cpu)
        with torch.no_grad():
            difference = (forward(ids, mask) - forward(baseline, mask))[0, request["target"]].item()
        relative = [abs(error) / max(abs(difference), 1e-3) for error in errors]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answer = {"milliseconds": milliseconds, "cpuMilliseconds": cpu, "errors": relative, "peakBytes": peak}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
