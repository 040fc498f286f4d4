"""Evidence of single attention heads of a decoder whose queries share keys, by PyTorch autograd, for
test/reference/decoder-heads.test.ts: A dF/dA of every query head, summed over the queries, where F is the log-probability of
an answer. Eager attention of transformers in float64; the model is that of test/fixtures/decoders/llama.

Besides, what the evidence of a group comes to in another way: the derivative of F where the attention of all query heads
that share a key and value, to one position, is multiplied by 1 + e, by central differences of whole passes.

Run:  python tools/make_decoder_heads_reference.py --out test/golden/decoder-heads.json      (torch, transformers)
"""

import argparse
import json
import pathlib

import torch
import transformers
from transformers import AutoModelForCausalLM
from transformers.models.llama import modeling_llama

FOLDER = "test/fixtures/decoders/llama"
STEP = 1e-5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    case = next(case for case in json.loads(pathlib.Path("test/fixtures/decoders/cases.json").read_text()) if case["id"] == "llama-checkpoint")
    prompt, answer = case["expected"]["promptTokens"], case["expected"]["answerTokens"]
    ids = torch.tensor([prompt + answer[:-1]])
    model = AutoModelForCausalLM.from_pretrained(FOLDER, attn_implementation="eager").double().eval()
    groups = model.config.num_attention_heads // model.config.num_key_value_heads
    taken, scale = [], {}

    def attend(module, query, key, value, attention_mask, scaling, dropout=0.0, **_):
        keys, values = (modeling_llama.repeat_kv(states, module.num_key_value_groups) for states in (key, value))
        scores = query @ keys.transpose(2, 3) * scaling + attention_mask[..., : keys.shape[-2]]
        weights = torch.softmax(scores, -1)
        if weights.requires_grad:
            weights.retain_grad()
        taken.append(weights)
        factor = scale.get(module.layer_idx)
        mixed = (weights if factor is None else weights * factor) @ values
        return mixed.transpose(1, 2).contiguous(), weights

    def normalise(self, states):
        # In float64: transformers' own rounds to float32, which differences would show.
        return self.weight * states * torch.rsqrt(states.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)

    modeling_llama.eager_attention_forward = attend
    modeling_llama.LlamaRMSNorm.forward = normalise

    def score():
        taken.clear()
        logits = model(input_ids=ids, use_cache=False).logits[0]
        shares = torch.log_softmax(logits[len(prompt) - 1 :], -1)
        return sum(shares[t, token] for t, token in enumerate(answer))

    found = score()
    found.backward()
    evidence = [(weights * weights.grad)[0].detach() for weights in taken]
    heads = [one.sum(1).tolist() for one in evidence]

    def derivative(block, group, position):
        factor = torch.ones_like(taken[0][:1].detach())
        values = []
        for step in (STEP, -STEP):
            own = factor.clone()
            own[:, group * groups : (group + 1) * groups, :, position] += step
            scale[block] = own
            with torch.no_grad():
                values.append(float(score()))
        scale.clear()
        return (values[0] - values[1]) / (2 * STEP)

    blocks, positions = len(heads), ids.shape[1]
    shared = [[[derivative(b, g, j) for j in range(positions)] for g in range(model.config.num_key_value_heads)] for b in range(blocks)]
    made = {"script": "tools/make_decoder_heads_reference.py", "torch": torch.__version__, "transformers": transformers.__version__}
    result = {"made": made, "score": float(found.detach()), "queryHeadsOfKey": groups, "heads": heads, "shared": shared}
    options.out.write_text(json.dumps(result) + "\n")
    print(f"{blocks} blocks, {len(heads[0])} query heads, {groups} of each key; score {float(found.detach()):.5f}")


main()
