"""What transformers makes of settings beside tokenizer.json, for test/reference/tokenizer-settings.test.ts.

Small tokenizers (WordPiece; byte-level BPE and Unigram of test/golden) with the settings of tokenizer_config.json,
special_tokens_map.json, added_tokens.json and config.json that change what they do: each is written as a folder and loaded
with AutoTokenizer. Run once for each version of transformers; the results of the versions are kept side by side.
Offsets are in code points.

Run:  PYTHONPATH=<transformers 4.57> python tools/make_tokenizer_settings.py --out test/golden/tokenizer-settings.json
      PYTHONPATH=<transformers 5.x>  python tools/make_tokenizer_settings.py --out test/golden/tokenizer-settings.json
"""

import argparse
import copy
import json
import pathlib
import tempfile

import transformers
from transformers import AutoTokenizer

TEXTS = [
    ["Maria works AT Acme in Berlin."],
    ["Café naïve ÜBER the Film"],
    ["中文 movie 中 \u3000\ufeffgood\tfilm"],
    ["good film"],
    ["  two  spaces\nline [MASK]<mask> end </s>"],
    ["``quoted'' ﬁlm Ａ１ NEWTOK newtok"],
    ["a film is good", "it is a Movie"],
]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
WORDS = "the film movie good maria works at acme in berlin is it café cafe The Film Movie Maria AT Acme Berlin Café über".split()
BRACKETS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES = [*BRACKETS, *LETTERS, *".,`'[]<>/", *(f"##{letter}" for letter in LETTERS + "éïÜü"), *WORDS, *"éïÜü中文"]


def added(content, number, **flags):
    return {"id": number, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


def word_piece(**normalizer):
    vocabulary = {piece: number for number, piece in enumerate(PIECES)}
    special = lambda text, kind=0: {"SpecialToken": {"id": text, "type_id": kind}}
    one = [special("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]")]
    ids = {text: {"id": text, "ids": [vocabulary[text]], "tokens": [text]} for text in ("[CLS]", "[SEP]")}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added(text, vocabulary[text]) for text in BRACKETS],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True, **normalizer},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": one,
            "pair": [*one, {"Sequence": {"id": "B", "type_id": 1}}, special("[SEP]", 1)],
            "special_tokens": ids,
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocabulary},
    }


def golden(name, folder):
    tokenizer = json.loads((folder / f"tokenizer-{name}.json").read_text())["tokenizer"]
    return {**tokenizer, "truncation": None, "padding": None}


def with_parts(tokenizer, **parts):
    return {**copy.deepcopy(tokenizer), **parts}


BERT = {"tokenizer_class": "BertTokenizer", **{f"{role}_token": f"[{role.upper()}]" for role in ("pad", "unk", "cls", "sep", "mask")}}
ROBERTA = {"tokenizer_class": "RobertaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
FAST = {**ROBERTA, "tokenizer_class": "PreTrainedTokenizerFast"}


def cases(folder):
    """Yields name, model_type, files; JSON files as objects, others as text."""
    lower, cased = word_piece(), word_piece(lowercase=False)
    bert = lambda name, tokenizer=lower, type="bert", **config: (name, type, {"tokenizer.json": tokenizer, "tokenizer_config.json": {**BERT, **config}})
    yield bert("plain")
    yield bert("do_lower_case false", do_lower_case=False)
    yield bert("do_lower_case true", cased, do_lower_case=True)
    yield bert("do_lower_case left out", cased)
    yield bert("do_lower_case null", do_lower_case=None)
    yield bert("strip_accents false", strip_accents=False)
    yield bert("strip_accents true, cased", cased, do_lower_case=False, strip_accents=True)
    yield bert("tokenize_chinese_chars false", tokenize_chinese_chars=False)
    yield bert("handle_chinese_chars false in the file", word_piece(handle_chinese_chars=False))
    yield bert("clean_text false in the file", word_piece(clean_text=False))
    yield bert("model_input_names without types", model_input_names=["input_ids", "attention_mask"])
    for name in ("Electra", "DistilBert", "MobileBert", "SqueezeBert", "ConvBert", "LayoutLM", "MPNet"):
        yield bert(f"{name}Tokenizer, cased file", cased, name.lower(), tokenizer_class=f"{name}Tokenizer", bos_token="[CLS]", eos_token="[SEP]")
    yield bert("BertTokenizerFast, do_lower_case false", tokenizer_class="BertTokenizerFast", do_lower_case=False)
    yield bert("PreTrainedTokenizerFast, do_lower_case false", tokenizer_class="PreTrainedTokenizerFast", do_lower_case=False)
    yield bert("BertTokenizer for ModernBERT, cased file", cased, "modernbert")
    yield ("no tokenizer_config, cased file", "bert", {"tokenizer.json": cased})
    yield ("no tokenizer_config, DistilBERT", "distilbert", {"tokenizer.json": cased})
    yield ("tokenizer_class in config.json", "roberta", {"tokenizer.json": cased, "config": {"tokenizer_class": "BertTokenizer"}})
    sequence = {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}
    yield bert("another normaliser in the file", with_parts(lower, normalizer=sequence))
    yield bert("another template in the file", with_parts(lower, post_processor=None))
    yield bert("truncation and padding in the file", with_parts(lower, truncation={"direction": "Left", "max_length": 4, "strategy": "LongestFirst", "stride": 0}, padding={"strategy": {"Fixed": 32}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}))
    number = len(PIECES)
    token = {"content": "newtok", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    listed = {str(index): {**token, "content": text, "special": True} for index, text in enumerate(BRACKETS)}
    yield bert("added_tokens_decoder adds a token", added_tokens_decoder={**listed, str(number): token})
    yield bert("added_tokens_decoder, normalised", added_tokens_decoder={**listed, str(number): {**token, "normalized": True}})
    yield bert("added_tokens_decoder, wide mask", added_tokens_decoder={**listed, "4": {**listed["4"], "lstrip": True, "rstrip": True}})
    yield bert("added_tokens_decoder lacks a token of the file", with_parts(lower, added_tokens=[*lower["added_tokens"], added("NEWTOK", number)]), added_tokens_decoder=listed)
    yield bert("additional_special_tokens", additional_special_tokens=["NEWTOK", "film"])
    yield bert("extra_special_tokens", extra_special_tokens=["NEWTOK"])
    yield bert("split_special_tokens", split_special_tokens=True)
    yield ("special_tokens_map adds tokens", "bert", {"tokenizer.json": lower, "tokenizer_config.json": BERT, "special_tokens_map.json": {**BERT, "tokenizer_class": None, "additional_special_tokens": ["NEWTOK"]}} )
    yield ("added_tokens.json", "bert", {"tokenizer.json": lower, "tokenizer_config.json": BERT, "added_tokens.json": {"newtok": number}})
    lines = {"vocab.txt": "\n".join(PIECES) + "\n"}
    yield ("vocab.txt", "bert", {**lines, "tokenizer_config.json": BERT})
    yield ("vocab.txt, cased", "bert", {**lines, "tokenizer_config.json": {**BERT, "do_lower_case": False}})
    yield ("vocab.txt, accents and Chinese", "bert", {**lines, "tokenizer_config.json": {**BERT, "strip_accents": False, "tokenize_chinese_chars": False}})
    yield ("vocab.txt alone", "bert", {**lines})
    yield ("vocab.txt, Windows", "electra", {"vocab.txt": "\r\n".join(PIECES), "tokenizer_config.json": {"do_lower_case": True}})
    yield ("vocab.txt, DistilBERT", "distilbert", {**lines, "tokenizer_config.json": {"do_lower_case": False}})
    yield ("vocab.txt and added_tokens.json", "bert", {**lines, "tokenizer_config.json": BERT, "added_tokens.json": {"newtok": number}, "special_tokens_map.json": {k: v for k, v in BERT.items() if k != "tokenizer_class"}})
    yield ("vocab.txt and added_tokens_decoder", "bert", {**lines, "tokenizer_config.json": {**BERT, "added_tokens_decoder": {**listed, str(number): {**token, "normalized": True}}}})

    bytes_ = golden("byte-bpe", folder)
    spaced = with_parts(bytes_, pre_tokenizer={**bytes_["pre_tokenizer"], "add_prefix_space": True})
    bpe = lambda name, tokenizer=bytes_, type="roberta", config=ROBERTA, **more: (name, type, {"tokenizer.json": tokenizer, "tokenizer_config.json": {**config, **more}})
    yield bpe("bytes, plain")
    yield bpe("bytes, add_prefix_space true", add_prefix_space=True)
    yield bpe("bytes, add_prefix_space false", spaced, add_prefix_space=False)
    yield bpe("bytes, add_prefix_space left out", spaced)
    yield bpe("bytes, PreTrainedTokenizerFast, space in the file", spaced, config=FAST)
    yield bpe("bytes, PreTrainedTokenizerFast, space asked for", config=FAST, add_prefix_space=True)
    yield bpe("bytes, trim_offsets false", trim_offsets=False)
    template = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    yield bpe("bytes, another template in the file", with_parts(bytes_, post_processor=template))
    gpt2 = {"tokenizer_class": "GPT2Tokenizer", "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"}
    plain = with_parts(bytes_, post_processor=template)
    yield bpe("GPT-2", plain, "gpt2", gpt2)
    yield bpe("GPT-2, space", plain, "gpt2", gpt2, add_prefix_space=True)
    yield bpe("GPT-2, add_bos_token", plain, "gpt2", gpt2, add_bos_token=True)
    yield bpe("Qwen2", plain, "qwen2", {**gpt2, "tokenizer_class": "Qwen2Tokenizer"})
    vocabulary, merges = bytes_["model"]["vocab"], bytes_["model"]["merges"]
    everything = {**vocabulary, **{token["content"]: token["id"] for token in bytes_["added_tokens"]}}
    rows = "\n".join(" ".join(merge) if isinstance(merge, list) else merge for merge in merges)
    pair = {"vocab.json": everything, "merges.txt": f"#version: 0.2\n{rows}\n"}
    yield ("vocab.json and merges.txt", "roberta", {**pair, "tokenizer_config.json": ROBERTA})
    yield ("vocab.json and merges.txt, space", "roberta", {**pair, "tokenizer_config.json": {**ROBERTA, "add_prefix_space": True}})
    yield ("vocab.json and merges.txt alone", "roberta", {**pair})
    yield ("merges.txt without a heading", "roberta", {**pair, "merges.txt": f"{rows}\n", "tokenizer_config.json": ROBERTA})
    yield ("vocab.json and merges.txt, GPT-2", "gpt2", {**pair, "tokenizer_config.json": gpt2})
    yield ("vocab.json and merges.txt, GPT-2, add_bos_token", "gpt2", {**pair, "tokenizer_config.json": {**gpt2, "add_bos_token": True}})

    pieces = golden("xlmr", folder)
    unigram = lambda name, type, config, tokenizer=pieces, **more: (name, type, {"tokenizer.json": tokenizer, "tokenizer_config.json": {**ROBERTA, "tokenizer_class": config, **more}})
    yield unigram("XLM-R", "xlm-roberta", "XLMRobertaTokenizer")
    yield unigram("XLM-R, do_lower_case", "xlm-roberta", "XLMRobertaTokenizer", do_lower_case=True)
    yield unigram("CamemBERT", "camembert", "CamembertTokenizer")
    yield unigram("XLM-R, PreTrainedTokenizerFast", "xlm-roberta", "PreTrainedTokenizerFast")
    brackets = with_parts(golden("unigram", folder))
    names = {"<s>": "[CLS]", "</s>": "[SEP]", "<pad>": "<pad>", "<unk>": "<unk>", "<mask>": "[MASK]"}
    for entry in brackets["model"]["vocab"]:
        entry[0] = names.get(entry[0], entry[0])
    for entry in brackets["added_tokens"]:
        entry["content"] = names[entry["content"]]
    brackets["post_processor"] = None
    albert = {"bos_token": "[CLS]", "eos_token": "[SEP]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    yield unigram("ALBERT", "albert", "AlbertTokenizer", brackets, **albert)
    yield unigram("ALBERT, accents kept", "albert", "AlbertTokenizer", brackets, **albert, keep_accents=True, do_lower_case=False)
    yield unigram("DeBERTa-v3", "deberta-v2", "DebertaV2Tokenizer", brackets, **albert, unk_id=3)
    yield unigram("DeBERTa-v3, lower case, signs split", "deberta-v2", "DebertaV2Tokenizer", brackets, **albert, unk_id=3, do_lower_case=True, split_by_punct=True)


def reading(type, files):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "config.json").write_text(json.dumps({"model_type": type, **files.get("config", {})}))
        for file, contents in files.items():
            if file != "config":
                (folder / file).write_text(contents if isinstance(contents, str) else json.dumps(contents))
        try:
            tokenizer = AutoTokenizer.from_pretrained(name)
            encoded = [tokenizer(*texts, return_offsets_mapping=True) for texts in TEXTS]
        except Exception as error:  # what this version cannot load is a result, too
            return {"error": str(error)[:80]}
        # A token of a mark alone shows what libraries please.
        places = lambda e: [None if token == "▁" else place for token, place in zip(e.tokens(), e["offset_mapping"])]
        return [{"ids": e["input_ids"], "typeIds": e.get("token_type_ids"), "offsets": places(e)} for e in encoded]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    before = json.loads(options.out.read_text()) if options.out.exists() else {"made": {}, "results": [], "cases": {}}
    version = transformers.__version__.split(".")[0]
    tokenizers, results, made = {}, {}, {}
    number = lambda result: results.setdefault(json.dumps(result), len(results))
    for name, type, files in cases(options.out.parent):
        stored = dict(files)
        if "tokenizer.json" in files:  # many cases share one
            text = json.dumps(files["tokenizer.json"], sort_keys=True)
            stored["tokenizer.json"] = tokenizers.setdefault(text, len(tokenizers))
        for file in ("vocab.txt", "vocab.json", "merges.txt"):
            if file in files:
                stored[file] = tokenizers.setdefault(json.dumps(files[file]), len(tokenizers))
        readings = before["cases"].get(name, {}).get("readings", {})
        readings = {key: number(before["results"][index]) for key, index in readings.items() if key != version}
        made[name] = {"type": type, "files": stored, "readings": {**readings, version: number(reading(type, files))}}
    lines = [f"{json.dumps(name)}: {json.dumps(case, ensure_ascii=False, separators=(',', ':'))}" for name, case in made.items()]
    head = {"script": "tools/make_tokenizer_settings.py", **before["made"], version: transformers.__version__}
    compact = lambda texts: ",\n".join(json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) for text in texts)
    options.out.write_text(
        f'{{"made": {json.dumps(head)},\n"texts": {json.dumps(TEXTS, ensure_ascii=False)},\n"contents": [\n'
        + compact(tokenizers)
        + '\n],\n"results": [\n'
        + compact(results)
        + '\n],\n"cases": {\n'
        + ",\n".join(lines)
        + "\n}}\n"
    )
    print(f"transformers {transformers.__version__}: {len(made)} cases")


if __name__ == "__main__":
    main()
