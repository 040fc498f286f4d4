"""What becomes of an ONNX file besides what exporters write by themselves, for make_matrix.py."""


import onnx
import onnxruntime
import torch
from onnxruntime.transformers import optimizer

NAMES = {"input_ids": "tokens", "attention_mask": "mask", "token_type_ids": "segments", "pixel_values": "image"}


class Outputs(torch.nn.Module):
    """The logits, with or without what else a model gives, as a flat tuple."""

    def __init__(self, model, names, extra, file):
        super().__init__()
        self.model, self.names, self.extra, self.file = model, names, extra, file
        if file == "positions":
            self.names = [*names, "position_ids"]

    def forward(self, *inputs):
        wanted = {"output_hidden_states": True} if self.extra != "logits" else {}
        if self.extra == "attentions":
            wanted["output_attentions"] = True
        if self.file == "int32":
            inputs = tuple(value.to(torch.int64) for value in inputs)
        result = self.model(**dict(zip(self.names, inputs)), **wanted)
        if self.file == "probabilities":
            many = self.model.config.problem_type == "multi_label_classification"
            return result.logits.sigmoid() if many else result.logits.softmax(-1)
        found = [result.logits]
        for field in ("hidden_states", "encoder_hidden_states", "attentions", "encoder_attentions"):
            found.extend(value for value in (getattr(result, field, None) or ()) if self.extra != "logits" and value is not None)
        return found[0] if len(found) == 1 else tuple(found)


def feeds_for(case, feeds):
    """What the file is given where the model is given `feeds`."""
    file = case.get("file")
    if file == "int32":
        return {name: value.to(torch.int32) for name, value in feeds.items()}
    if file == "renamed":
        return {NAMES[name]: value for name, value in feeds.items()}
    if file == "positions":
        ids = feeds["input_ids"]
        positions = torch.arange(ids.shape[1]).expand(ids.shape)
        if case["family"] in ("roberta", "xlm-roberta", "camembert"):
            positions = positions + 2
        return {**feeds, "position_ids": positions.contiguous()}
    return feeds


def opset_of(case):
    newest = 20 if case["form"] == "dynamo" else 17
    return {"old-opset": 14, "new-opset": newest + (1 if case["form"] == "dynamo" else 2)}.get(case.get("file"), 18 if case["form"] == "dynamo" else 17)


def after_export(case, path, width, heads):
    """Rewrites or moves the file; gives its path."""
    file = case.get("file")
    if file == "no-config":
        (path.parent / "config.json").unlink()
    elif file == "subfolder":
        (path.parent / "onnx").mkdir()
        path = path.rename(path.parent / "onnx" / "model.onnx")
    elif file == "external-data":
        onnx.save(onnx.load(path), path, save_as_external_data=True, location="model.onnx_data", size_threshold=1024)
    elif file in ("ort-basic", "ort-extended"):
        options = onnxruntime.SessionOptions()
        level = onnxruntime.GraphOptimizationLevel
        options.graph_optimization_level = level.ORT_ENABLE_BASIC if file == "ort-basic" else level.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath, options.log_severity_level = str(path), 4
        whole = path.read_bytes()
        onnxruntime.InferenceSession(whole, options, providers=["CPUExecutionProvider"])
    elif file == "fused":
        kind = {"gpt2": "gpt2", "bart": "bart"}.get(case["family"], "vit" if "pixel_values" in [given.name for given in onnx.load(path).graph.input] else "bert")
        optimizer.optimize_model(str(path), model_type=kind, num_heads=heads, hidden_size=width, opt_level=0).save_model_to_file(str(path))
    return path
