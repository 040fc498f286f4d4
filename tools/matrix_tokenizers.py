"""Tokenizers of a few hundred pieces for make_matrix.py, one for each layout that published models have.

`write` makes the files of a folder; what they mean is decided by the version of transformers that reads them.
"""

import json

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = """The movie is great and the ending is not bad. It is a film that the audience will love; well made, funny and sad.
I do not like this film: the plot is thin, the jokes are old and the ending is worse.
Once more the director shows what a good story can do, and what a bad one cannot. She said that it was one of the best
films of the year, and he did not agree. Again and again we watch the same scene, and again it works.
They are lost in the city, and nobody knows where the others are. The acting is superb, but too long by half.
How many people live in Berlin? Berlin is a city with people. A gripping, beautifully shot film that forgets to end.
Le café est très agréable, la fin naïve mais belle. Über den Film lässt sich streiten.
这部电影很好看，但是结尾不好。我喜欢这部电影。""".splitlines()
SIZE = {"wordpiece": 320, "bytes": 480, "unigram": 320}
# Of each layout: the algorithm, its class in transformers, the special tokens by role, and one text and a pair between them.
LAYOUTS = {
    "bert": ("wordpiece", "BertTokenizer", {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
    "mpnet": ("wordpiece", "MPNetTokenizer", {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "[UNK]", "mask": "<mask>"}, "<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "roberta": ("bytes", "RobertaTokenizer", {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}, "<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "modernbert": ("bytes", "PreTrainedTokenizerFast", {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]"),
    "gpt2": ("bytes", "GPT2Tokenizer", {"eos": "<|endoftext|>", "pad": "<|pad|>"}, None, None),
    "neox": ("bytes", "GPTNeoXTokenizer", {"eos": "<|endoftext|>", "pad": "<|padding|>"}, None, None),
    "llama": ("bytes", "PreTrainedTokenizerFast", {"bos": "<|begin_of_text|>", "eos": "<|end_of_text|>", "pad": "<|pad|>"}, "<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1"),
    "opt": ("bytes", "GPT2Tokenizer", {"cls": "<s>", "pad": "<pad>", "eos": "</s>", "unk": "<unk>"}, "</s> $A", "</s> $A </s> $B"),
    "xlm-roberta": ("unigram", "XLMRobertaTokenizer", {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}, "<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "albert": ("unigram", "AlbertTokenizer", {"pad": "<pad>", "unk": "<unk>", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
    "deberta": ("unigram", "DebertaV2Tokenizer", {"pad": "[PAD]", "cls": "[CLS]", "sep": "[SEP]", "unk": "[UNK]", "mask": "[MASK]"}, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
    "xlnet": ("unigram", "XLNetTokenizer", {"unk": "<unk>", "cls": "<cls>", "sep": "<sep>", "pad": "<pad>", "mask": "<mask>", "eos": "</s>"}, "$A <sep> <cls>:2", "$A <sep> $B:1 <sep>:1 <cls>:2"),
    "t5": ("unigram", "T5Tokenizer", {"pad": "<pad>", "eos": "</s>", "unk": "<unk>"}, "$A </s>", "$A </s> $B </s>"),
}
# What a folder may say besides, and the layouts whose algorithm knows it.
SETTINGS = ("plain", "cased", "keep-accents", "prefix-space", "left", "padded", "truncating", "no-types", "added-token")
ADDED = "<order>"


def untrained(kind):
    if kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        return tokenizer, trainers.WordPieceTrainer
    if kind == "bytes":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer, trainers.BpeTrainer
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer, trainers.UnigramTrainer


def trained(layout, done={}):
    """The tokenizer of a layout as JSON, trained once."""
    if layout not in done:
        kind, _, roles, single, pair = LAYOUTS[layout]
        specials = list(roles.values())
        tokenizer, trainer = untrained(kind)
        options = {"special_tokens": specials, "vocab_size": SIZE[kind], "show_progress": False}
        if kind == "wordpiece":
            tokenizer.model = models.WordPiece(unk_token=roles["unk"])
        elif kind == "bytes":
            options["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
        else:
            options["unk_token"] = roles["unk"]
        tokenizer.train_from_iterator(CORPUS, trainer(**options))
        if single is not None:
            tokenizer.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=[(token, tokenizer.token_to_id(token)) for token in specials])
        elif kind == "bytes":
            tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
        done[layout] = tokenizer.to_str()
    return done[layout]


def fits(layout, setting):
    kind, name = LAYOUTS[layout][0], LAYOUTS[layout][1]
    if setting in ("cased", "keep-accents"):
        return kind == "wordpiece"
    if setting == "prefix-space":
        return kind == "bytes"
    return True


def write(folder, layout, setting, positions, names):
    """tokenizer.json and tokenizer_config.json; gives the size of the vocabulary and the ids of special tokens by role."""
    kind, name, roles, _, _ = LAYOUTS[layout]
    tokenizer = Tokenizer.from_str(trained(layout))
    config = {"tokenizer_class": name, "model_max_length": positions, **{f"{role}_token": token for role, token in roles.items()}}
    if kind == "wordpiece":
        config.update(do_lower_case=True, strip_accents=None, tokenize_chinese_chars=True)
    if kind == "bytes" and name != "PreTrainedTokenizerFast":
        config["add_prefix_space"] = False
    if setting == "cased":
        config["do_lower_case"] = False
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    elif setting == "keep-accents":
        config["strip_accents"] = False
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    elif setting == "prefix-space":
        config["add_prefix_space"] = True
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    elif setting == "left":
        config.update(padding_side="left", truncation_side="left")
    elif setting == "padded":
        tokenizer.enable_padding(length=positions // 2, pad_id=tokenizer.token_to_id(roles["pad"]), pad_token=roles["pad"])
    elif setting == "truncating":
        tokenizer.enable_truncation(max_length=6)
    elif setting == "no-types":
        names = [name for name in names if name != "token_type_ids"]
    elif setting == "added-token":
        tokenizer.add_tokens([AddedToken(ADDED, normalized=False)])
    config["model_input_names"] = names
    config["added_tokens_decoder"] = {
        str(index): {"content": token.content, "lstrip": token.lstrip, "rstrip": token.rstrip, "normalized": token.normalized, "single_word": token.single_word, "special": token.special}
        for index, token in sorted(tokenizer.get_added_tokens_decoder().items())
    }
    (folder / "tokenizer.json").write_text(tokenizer.to_str())
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))
    return tokenizer.get_vocab_size(), {role: tokenizer.token_to_id(token) for role, token in roles.items()}
