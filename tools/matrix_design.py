"""Which cases make_matrix.py makes: a covering design over the factors, and a short list to begin with."""

import itertools
import random
import re

import matrix_models as models
import matrix_tokenizers as tokens

RELEASES = {4: "tf4", 5: "tf5"}
FACTORS = {
    "family": list(models.FAMILIES),
    "head": list(models.HEADS_OF),
    "form": ["checkpoint", "legacy", "dynamo"],
    "batch": ["free", "one"],
    "outputs": ["logits", "states", "attentions"],
    "attention": ["eager", "sdpa"],
    "sample": ["padded", "full"],
    "setting": list(tokens.SETTINGS),
    "release": list(RELEASES.values()),
}
# Families without sdpa attention, by release, and those without a head for tokens.
EAGER_ONLY = {"tf5": {"mpnet", "deberta-v2", "bloom", "xlnet", "convbert", "roformer", "squeezebert", "funnel", "longformer", "big_bird", "nystromformer", "fnet"}}
EAGER_ONLY["tf4"] = EAGER_ONLY["tf5"] | {"electra", "mobilebert", "t5", "swin"}
NO_TOKENS = {"bart", "opt"}
SEED = 17


def possible(case):
    """Whether values go together; factors that are not chosen yet are left open."""
    get = case.get
    family, form = get("family"), get("form")
    pictures = family in models.PICTURES
    if form == "checkpoint" and (family is not None and not models.FAMILIES[family][2]):
        return False
    if form == "checkpoint" and (get("batch", "free") != "free" or get("outputs", "logits") != "logits" or get("sample", "padded") != "padded"):
        return False
    if get("outputs") == "attentions" and get("attention", "eager") != "eager":
        return False
    if get("batch") == "one" and get("sample", "full") != "full":
        return False
    if get("attention") == "sdpa" and family in EAGER_ONLY[get("release", "tf5")]:
        return False
    if pictures and (get("head") in ("tokens", "pair") or get("setting", "plain") != "plain" or get("sample", "full" if form != "checkpoint" else "padded") != ("full" if form != "checkpoint" else "padded")):
        return False
    if family in NO_TOKENS and get("head") == "tokens":
        return False
    if family is not None and not pictures and get("setting") is not None and not tokens.fits(models.FAMILIES[family][0], get("setting")):
        return False
    return True


def name_of(case):
    words = [case["release"], case["family"], case["head"], case["form"]]
    if case["form"] != "checkpoint":
        words += [f"batch {case['batch']}", case["outputs"], case["sample"]]
    words.append(case["attention"])
    if case["family"] not in models.PICTURES:
        words.append(case["setting"])
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower())


def pairs_of(case):
    return set(itertools.combinations(sorted(case.items()), 2))


def designed():
    """Greedy: each case begins with a pair that is still missing and takes what adds most missing pairs."""
    chance = random.Random(SEED)
    every = []
    for one, other in itertools.combinations(FACTORS, 2):
        for a, b in itertools.product(FACTORS[one], FACTORS[other]):
            if possible({one: a, other: b}):
                every.append(tuple(sorted(((one, a), (other, b)))))
    missing = dict.fromkeys(every)
    cases = []
    while missing:
        begin = next(iter(missing))
        case = complete(dict(begin), missing, chance)
        if case is None:
            del missing[begin]
            continue
        for pair in pairs_of(case):
            missing.pop(pair, None)
        # transformers 5 refuses such a configuration.
        if case["head"] == "one, single label":
            case["release"] = "tf4"
        if possible(case):
            cases.append({**case, "id": name_of(case)})
    return list({case["id"]: case for case in cases}.values())


def complete(case, missing, chance):
    left = [factor for factor in FACTORS if factor not in case]
    chance.shuffle(left)
    return fill(case, left, missing, chance)


def fill(case, left, missing, chance):
    if not left:
        return case
    factor, rest = left[0], left[1:]
    values = list(FACTORS[factor])
    chance.shuffle(values)
    # Where nothing is gained, what is exported faster.
    values.sort(key=lambda value: (-sum(tuple(sorted(((factor, value), item))) in missing for item in case.items()), value == "dynamo"))
    for value in values:
        chosen = {**case, factor: value}
        if possible(chosen):
            found = fill(chosen, rest, missing, chance)
            if found is not None:
                return found
    return None


# What files are besides what exporters write: axes, inputs, places, what other tools make of them.
FILES = ["int32", "no-mask", "fixed-length", "no-config", "subfolder", "probabilities", "positions", "renamed", "old-opset", "new-opset", "external-data", "ort-basic", "ort-extended", "fused"]
FUSED = {"bert", "roberta", "xlm-roberta", "camembert", "distilbert", "electra", "albert", "mpnet", "vit", "deit", "beit", "dinov2", "gpt2", "bart"}
POSITIONED = {"bert", "roberta", "xlm-roberta", "camembert", "electra", "albert", "gpt2", "llama", "qwen2", "qwen3", "mistral", "gemma", "phi3", "gpt_neox", "mobilebert", "convbert"}


def file_fits(family, file, form):
    pictures = family in models.PICTURES
    if pictures and file in ("int32", "no-mask", "fixed-length", "positions"):
        return False
    if file == "positions" and family not in POSITIONED:
        return False
    if file == "no-mask" and family in ("fnet", "bloom"):
        return False
    if file == "fused" and family not in FUSED:
        return False
    return not (file == "old-opset" and form == "dynamo")


def of_files():
    """Every family with every kind of file, head, form, batch and release chosen by turns."""
    chance = random.Random(SEED + 1)
    cases = []
    for family, file in itertools.product(models.FAMILIES, FILES):
        forms = [form for form in ("legacy", "legacy", "legacy", "legacy", "dynamo") if file_fits(family, file, form)]
        if not forms:
            continue
        case = {"family": family, "file": file, "form": chance.choice(forms), "outputs": "logits", "setting": "plain", "release": chance.choice(list(RELEASES.values()))}
        heads = [head for head in models.HEADS_OF if possible({**case, "head": head}) and head in ("2", "3", "50", "multi-label", "tokens", "pair")]
        case["head"] = chance.choice(heads)
        case["batch"] = "one" if file == "fixed-length" else chance.choice(FACTORS["batch"])
        case["sample"] = "full" if case["batch"] == "one" or family in models.PICTURES else chance.choice(FACTORS["sample"])
        case["attention"] = "eager" if family in EAGER_ONLY[case["release"]] else chance.choice(FACTORS["attention"])
        cases.append({**case, "id": f"{name_of(case)}-{file}"})
    return cases


def first():
    """Foreign graphs with free batch, and exports of the usual encoders with one row."""
    cases = []
    for release, form in itertools.product(RELEASES.values(), ("legacy", "dynamo")):
        for family in ("gpt2", "llama", "qwen3", "mobilebert", "xlnet", "convbert", "roformer", "squeezebert"):
            cases.append({"family": family, "head": "3", "form": form, "batch": "free", "sample": "padded", "release": release})
        for family in ("bert", "distilbert", "roberta", "electra", "gpt2", "llama"):
            cases.append({"family": family, "head": "2", "form": form, "batch": "one", "sample": "full", "release": release})
    for case in cases:
        case.update(outputs="logits", attention="eager" if case["family"] in EAGER_ONLY[case["release"]] else "sdpa", setting="plain")
        case["id"] = name_of(case)
    return cases


if __name__ == "__main__":
    cases = designed()
    for factor in FACTORS:
        print(factor, {value: sum(case[factor] == value for case in cases) for value in FACTORS[factor]})
    print(len(cases), "cases")
