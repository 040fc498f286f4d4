"""Small random models with heads of all kinds as ONNX files, for test/models/heads.test.ts.

Classifiers whose logits are flattened, squeezed, or stand beside losses, hidden states and attention maps; and models that
are no classifiers: encoders, sentence embeddings, language models, models that answer questions. Each is exported by both
exporters of PyTorch; files are compressed, without the notes that exporters add. heads.json has, for those that classify,
the ids of two texts and the logits of PyTorch.

Run:  python tools/make_head_exports.py --out test/fixtures/onnx/heads
"""

import argparse
import contextlib
import gzip
import io
import json
import pathlib
import tempfile
import warnings

import onnx
import torch
import transformers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForMultipleChoice,
    BertForPreTraining,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    ElectraConfig,
    ElectraForPreTraining,
    ModernBertConfig,
    ModernBertModel,
    T5Config,
    T5EncoderModel,
)

WIDTH, VOCABULARY = 8, 40
SIZES = dict(
    hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, vocab_size=VOCABULARY,
    max_position_embeddings=20,
)
IDS = torch.tensor([[2, 5, 9, 13, 3], [2, 7, 8, 11, 3]])
TEXT = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS), "token_type_ids": torch.zeros_like(IDS)}
PLAIN = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS)}


def bert(**more):
    return BertConfig(**SIZES, **more)


class Exported(torch.nn.Module):
    """A model with named inputs whose outputs are what `pick` takes of its own."""

    def __init__(self, model, pick, names):
        super().__init__()
        self.model, self.pick, self.names = model, pick, names

    def forward(self, *tensors):
        return self.pick(self.model(**dict(zip(self.names, tensors))))


class FlattenedHead(torch.nn.Module):
    """Hidden states are flattened before the linear layer, as heads do that compute their loss behind it."""

    def __init__(self):
        super().__init__()
        self.bert = BertModel(bert(), add_pooling_layer=False)
        self.linear = torch.nn.Linear(WIDTH, 5)

    def forward(self, **inputs):
        return (self.linear(self.bert(**inputs)[0].reshape(-1, WIDTH)),)


def first(output):
    return output[0]


def mean(output):
    return output[0].mean(1)


everything = dict(num_labels=3, output_hidden_states=True, output_attentions=True, attn_implementation="eager")
with_labels = lambda labels: {**TEXT, "labels": labels}  # noqa: E731

# Name: model, what is taken of its outputs, their names, the inputs, and which output holds the logits of classes.
CASES = {
    "classifier-as-wide-as-the-model": (lambda: BertForSequenceClassification(bert(num_labels=WIDTH)), first, ["logits"], TEXT, 0),
    "tokens-as-wide-as-the-model": (lambda: BertForTokenClassification(bert(num_labels=WIDTH)), first, ["logits"], TEXT, 0),
    "flattened-logits": (lambda: BertForTokenClassification(bert(num_labels=5)), lambda o: o.logits.view(-1, 5), ["logits"], TEXT, 0),
    "flattened-states": (FlattenedHead, first, ["logits"], TEXT, 0),
    "squeezed": (lambda: BertForSequenceClassification(bert(num_labels=1)), lambda o: o.logits.squeeze(-1), ["logits"], TEXT, 0),
    "loss": (lambda: BertForSequenceClassification(bert(num_labels=3)), lambda o: (o.loss, o.logits), ["loss", "logits"], with_labels(torch.tensor([0, 2])), 1),
    "loss-of-tokens": (lambda: BertForTokenClassification(bert(num_labels=5)), lambda o: (o.loss, o.logits), ["loss", "logits"], with_labels(torch.ones_like(IDS)), 1),
    "everything": (lambda: BertForSequenceClassification(bert(**everything)), lambda o: (*o.attentions, *o.hidden_states, o.logits), ["a0", "a1", "h0", "h1", "h2", "logits"], TEXT, 5),
    "everything-logits-first": (lambda: BertForSequenceClassification(bert(**everything)), lambda o: (o.logits, *o.hidden_states, *o.attentions), ["logits", "h0", "h1", "h2", "a0", "a1"], TEXT, 0),
    "probabilities-too": (lambda: BertForSequenceClassification(bert(num_labels=3)), lambda o: (o.logits, o.logits.softmax(-1)), ["logits", "probabilities"], TEXT, 0),
    "hidden": (lambda: BertModel(bert()), first, ["x"], TEXT, None),
    "hidden-and-pooled": (lambda: BertModel(bert()), lambda o: (o[0], o[1]), ["last_hidden_state", "pooler_output"], TEXT, None),
    "hidden-of-modernbert": (lambda: ModernBertModel(ModernBertConfig(**SIZES, global_attn_every_n_layers=1, pad_token_id=0, bos_token_id=2, cls_token_id=2, eos_token_id=3, sep_token_id=3)), first, ["x"], PLAIN, None),
    "hidden-of-t5": (lambda: T5EncoderModel(T5Config(d_model=WIDTH, d_kv=4, d_ff=12, num_layers=2, num_heads=2, vocab_size=VOCABULARY)), first, ["x"], PLAIN, None),
    "mean": (lambda: BertModel(bert()), mean, ["x"], TEXT, None),
    "mean-of-length-1": (lambda: BertModel(bert()), lambda o: torch.nn.functional.normalize(mean(o), dim=-1), ["x"], TEXT, None),
    "pooled": (lambda: BertModel(bert()), lambda o: o[1], ["x"], TEXT, None),
    "projected": (lambda: CLIPTextModelWithProjection(CLIPTextConfig(**SIZES, projection_dim=WIDTH, bos_token_id=2, eos_token_id=3)), lambda o: o.text_embeds, ["text_embeds"], PLAIN, None),
    "words": (lambda: BertForMaskedLM(bert()), first, ["logits"], TEXT, None),
    "words-and-next-sentence": (lambda: BertForPreTraining(bert()), lambda o: (o[0], o[1]), ["prediction_logits", "seq_relationship_logits"], TEXT, None),
    "answers": (lambda: BertForQuestionAnswering(bert()), lambda o: (o.start_logits, o.end_logits), ["start_logits", "end_logits"], TEXT, None),
    "replaced-tokens": (lambda: ElectraForPreTraining(ElectraConfig(**SIZES, embedding_size=WIDTH)), first, ["logits"], TEXT, None),
    "choices": (lambda: BertForMultipleChoice(bert()), first, ["logits"], {name: tensor[:, None].repeat(1, 2, 1) for name, tensor in TEXT.items()}, None),
}  # fmt: skip


def export(exporter, model, inputs, outputs, path):
    tensors = tuple(inputs.values())
    axes = [{0: "batch", 1: "tokens"} if tensor.ndim == 2 else {0: "batch"} for tensor in tensors]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if exporter == "legacy":
            torch.onnx.export(
                model, tensors, path, input_names=list(inputs), output_names=outputs,
                dynamic_axes=dict(zip(inputs, axes)), opset_version=17, dynamo=False,
            )
            return
        sizes = {name: torch.export.Dim(name) for name in ("batch", "tokens")}
        shapes = tuple({axis: sizes[name] for axis, name in own.items()} for own in axes)
        torch.onnx.export(
            model, tensors, path, input_names=list(inputs), output_names=outputs,
            dynamic_shapes={"tensors": shapes}, dynamo=True, external_data=False,
        )


def without_notes(path):
    """The bytes of a file without stack traces and the like, which are most of it."""
    model = onnx.load(path)
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    model.doc_string = model.graph.doc_string = ""
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output):
        part.doc_string = ""
        del part.metadata_props[:]
    return model.SerializeToString()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    transformers.logging.set_verbosity_error()
    golden = {"script": "tools/make_head_exports.py", "ids": IDS.tolist(), "logits": {}}
    for i, (name, (build, pick, outputs, inputs, logits)) in enumerate(CASES.items()):
        torch.manual_seed(i)
        model = Exported(build(), pick, list(inputs)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(5)  # so that logits are not all near 0
            answers = model(*inputs.values())
        if logits is not None:
            answer = answers[logits] if isinstance(answers, tuple) else answers
            golden["logits"][name] = [round(float(value), 6) for value in answer.flatten()]
        for exporter in ("legacy", "dynamo"):
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/model.onnx"
                export(exporter, model, inputs, outputs, path)
                (out / f"{name}-{exporter}.onnx.gz").write_bytes(gzip.compress(without_notes(path), 9, mtime=0))
        print(name, flush=True)
    (out / "heads.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
