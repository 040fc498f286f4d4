"""ONNX operators in PyTorch, for make_rule_reference.py: written after the operator definitions, not after calig.

`OPERATORS[name](attributes, opset, *inputs)` gives the list of outputs. Inputs are float64, int64 or bool tensors or None.
"""

import math

import torch
import torch.nn.functional as F

OPERATORS = {}


def operator(*names):
    def register(function):
        OPERATORS.update({name: function for name in names})
        return function

    return register


def simple(function):
    """An operator of its inputs alone, with one output."""
    return lambda attributes, opset, *inputs: [function(*inputs)]


def chained(function):
    def run(attributes, opset, first, *others):
        for other in others:
            first = function(first, other)
        return [first]

    return run


OPERATORS.update({
    "Add": simple(torch.add), "Sub": simple(torch.sub), "Mul": simple(torch.mul), "Div": simple(torch.div), "Pow": simple(torch.pow),
    "Neg": simple(torch.neg), "Sqrt": simple(torch.sqrt), "Reciprocal": simple(torch.reciprocal), "Exp": simple(torch.exp), "Log": simple(torch.log),
    "Abs": simple(torch.abs), "Erf": simple(torch.erf), "Tanh": simple(torch.tanh), "Sigmoid": simple(torch.sigmoid), "Softplus": simple(F.softplus),
    "Relu": simple(torch.relu), "Sin": simple(torch.sin), "Cos": simple(torch.cos), "Where": simple(torch.where),
    "Max": chained(torch.maximum), "Min": chained(torch.minimum), "Sum": chained(torch.add),
    "Identity": simple(lambda x: x), "Dropout": simple(lambda x, *_: x), "Cast": simple(lambda x: x), "MatMul": simple(torch.matmul),
})  # fmt: skip


@operator("Mean")
def mean(attributes, opset, *inputs):
    return [sum(inputs[1:], inputs[0]) / len(inputs)]


@operator("LeakyRelu")
def leaky_relu(attributes, opset, x):
    return [F.leaky_relu(x, attributes.get("alpha", 0.01))]


@operator("Elu")
def elu(attributes, opset, x):
    return [F.elu(x, attributes.get("alpha", 1.0))]


@operator("PRelu")
def parametric_relu(attributes, opset, x, slope):
    return [torch.where(x > 0, x, x * slope)]


@operator("HardSwish")
def hard_swish(attributes, opset, x):
    return [F.hardswish(x)]


@operator("HardSigmoid")
def hard_sigmoid(attributes, opset, x):
    return [torch.clamp(attributes.get("alpha", 0.2) * x + attributes.get("beta", 0.5), 0, 1)]


@operator("Clip")
def clip(attributes, opset, x, low=None, high=None):
    low = attributes.get("min") if low is None else low.item()
    high = attributes.get("max") if high is None else high.item()
    return [x if low is None and high is None else torch.clamp(x, low, high)]


@operator("Gelu")
def gelu(attributes, opset, x):
    return [F.gelu(x, approximate=attributes.get("approximate", "none"))]


@operator("com.microsoft.Gelu")
def microsoft_gelu(attributes, opset, x):
    return [F.gelu(x)]


@operator("com.microsoft.BiasGelu")
def bias_gelu(attributes, opset, x, bias):
    return [F.gelu(x + bias)]


@operator("com.microsoft.FastGelu")
def fast_gelu(attributes, opset, x, bias=None):
    return [F.gelu(x if bias is None else x + bias, approximate="tanh")]


@operator("com.microsoft.QuickGelu")
def quick_gelu(attributes, opset, x):
    return [x * torch.sigmoid(attributes.get("alpha", 1.702) * x)]


def flipped(x, flag):
    return x.transpose(-1, -2) if flag else x


@operator("com.microsoft.FusedMatMul", "com.microsoft.TransposeMatMul")
def fused_matmul(attributes, opset, a, b):
    product = flipped(a, attributes.get("transA", 0)) @ flipped(b, attributes.get("transB", 0))
    return [attributes.get("alpha", 1.0) * product]


@operator("Gemm")
def gemm(attributes, opset, a, b, c=None):
    [product] = fused_matmul(attributes, opset, a, b)
    return [product if c is None else product + attributes.get("beta", 1.0) * c]


@operator("Einsum")
def einsum(attributes, opset, *inputs):
    return [torch.einsum(attributes["equation"], *inputs)]


def softmax_like(function):
    def run(attributes, opset, x):
        if opset >= 13:
            return [function(x, dim=attributes.get("axis", -1))]
        axis = attributes.get("axis", 1) % x.dim()
        rows = math.prod(x.shape[:axis])
        return [function(x.reshape(rows, -1), dim=1).reshape(x.shape)]

    return run


OPERATORS["Softmax"] = softmax_like(torch.softmax)
OPERATORS["LogSoftmax"] = softmax_like(torch.log_softmax)


@operator("LayerNormalization")
def layer_normalization(attributes, opset, x, scale, bias=None):
    axis = attributes.get("axis", -1) % x.dim()
    epsilon = attributes.get("epsilon", 1e-5)
    axes = tuple(range(axis, x.dim()))
    average = x.mean(axes, keepdim=True)
    inverse = (((x - average) ** 2).mean(axes, keepdim=True) + epsilon) ** -0.5
    return [F.layer_norm(x, x.shape[axis:], scale, bias, epsilon), average, inverse]


@operator("SimplifiedLayerNormalization", "RMSNormalization")
def rms_normalization(attributes, opset, x, scale):
    axes = tuple(range(attributes.get("axis", -1) % x.dim(), x.dim()))
    return [x * ((x**2).mean(axes, keepdim=True) + attributes.get("epsilon", 1e-5)) ** -0.5 * scale]


@operator("com.microsoft.SkipLayerNormalization")
def skip_layer_normalization(attributes, opset, x, skip, gamma, beta=None, bias=None):
    total = x + skip if bias is None else x + skip + bias
    return [F.layer_norm(total, total.shape[-1:], gamma, beta, attributes.get("epsilon", 1e-12)), None, None, total]


@operator("com.microsoft.SkipSimplifiedLayerNormalization")
def skip_simplified_layer_normalization(attributes, opset, x, skip, gamma, bias=None):
    total = x + skip if bias is None else x + skip + bias
    return [*rms_normalization({"epsilon": attributes.get("epsilon", 1e-12)}, opset, total, gamma), None, None, total]


@operator("BatchNormalization")
def batch_normalization(attributes, opset, x, scale, bias, average, variance):
    return [F.batch_norm(x, average, variance, scale, bias, False, 0.0, attributes.get("epsilon", 1e-5))]


@operator("InstanceNormalization")
def instance_normalization(attributes, opset, x, scale, bias):
    return [F.instance_norm(x, weight=scale, bias=bias, eps=attributes.get("epsilon", 1e-5))]


def rotated(attributes, x, cosine, sine):
    """x [batch, heads, places, size]; cosine and sine [batch, 1, places, size / 2]."""
    if attributes.get("interleaved", 0):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * cosine - b * sine, b * cosine + a * sine], -1).reshape(x.shape)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)


@operator("RotaryEmbedding")
def rotary_embedding(attributes, opset, x, cosine, sine, positions=None):
    picked = (table if positions is None else table[positions] for table in (cosine, sine))
    return [rotated(attributes, x, *(table.unsqueeze(1) for table in picked))]


@operator("com.microsoft.RotaryEmbedding")
def microsoft_rotary_embedding(attributes, opset, x, positions, cosine, sine):
    return rotary_embedding(attributes, opset, x, cosine, sine, positions)


def reduction(function):
    def run(attributes, opset, x, axes=None):
        axes = attributes.get("axes", []) if axes is None else axes.tolist()
        if not axes and attributes.get("noop_with_empty_axes", 0) == 1:
            # Every element is a group of its own.
            return [function(x.unsqueeze(-1), (-1,), False)]
        return [function(x, tuple(axes) or tuple(range(x.dim())), attributes.get("keepdims", 1) == 1)]

    return run


OPERATORS.update({
    "ReduceSum": reduction(torch.sum), "ReduceMean": reduction(torch.mean), "ReduceMax": reduction(torch.amax), "ReduceMin": reduction(torch.amin),
    "ReduceL1": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, 1, axes, keep)),
    "ReduceL2": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep)),
    "ReduceSumSquare": reduction(lambda x, axes, keep: (x * x).sum(axes, keep)), "ReduceLogSumExp": reduction(torch.logsumexp),
})  # fmt: skip


@operator("Reshape")
def reshape(attributes, opset, x, shape):
    return [x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())])]


@operator("Transpose")
def transpose(attributes, opset, x):
    return [x.permute(attributes.get("perm", list(range(x.dim()))[::-1]))]


@operator("Flatten")
def flatten(attributes, opset, x):
    axis = attributes.get("axis", 1)
    return [x.reshape(math.prod(x.shape[: axis % x.dim()]), -1)]


def axes_of(attributes, axes):
    return attributes.get("axes") if axes is None else axes.tolist()


@operator("Squeeze")
def squeeze(attributes, opset, x, axes=None):
    axes = axes_of(attributes, axes)
    return [x.squeeze() if axes is None else x.squeeze(tuple(axes))]


@operator("Unsqueeze")
def unsqueeze(attributes, opset, x, axes=None):
    axes = axes_of(attributes, axes)
    rank = x.dim() + len(axes)
    for axis in sorted(a % rank for a in axes):
        x = x.unsqueeze(axis)
    return [x]


@operator("Expand")
def expand(attributes, opset, x, shape):
    return [x.expand(torch.broadcast_shapes(x.shape, shape.tolist()))]


@operator("Tile")
def tile(attributes, opset, x, repeats):
    return [x.repeat(repeats.tolist())]


@operator("Concat")
def concat(attributes, opset, *inputs):
    return [torch.cat(inputs, attributes["axis"])]


@operator("Split")
def split(attributes, opset, x, sizes=None, outputs=None):
    axis = attributes.get("axis", 0)
    sizes = attributes.get("split") if sizes is None else sizes.tolist()
    if sizes is None:
        return list(torch.split(x, math.ceil(x.shape[axis] / outputs), axis))
    return list(torch.split(x, sizes, axis))


@operator("Slice")
def slices(attributes, opset, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = ((attributes[n] if t is None else t.tolist()) for n, t in (("starts", starts), ("ends", ends)))
    axes = axes_of(attributes, axes) or range(len(starts))
    steps = [1] * len(starts) if steps is None else steps.tolist()
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        size = x.shape[axis]
        # Python counts a negative end from the back; ONNX clamps it to -1 when the step is negative.
        stop = None if step < 0 and end < -size else end
        x = x.index_select(axis, torch.tensor(list(range(size))[start:stop:step], dtype=torch.int64))
    return [x]


@operator("Pad")
def pad(attributes, opset, x, pads=None, value=None, axes=None):
    pads = attributes["pads"] if pads is None else pads.tolist()
    axes = list(range(x.dim())) if axes is None else axes.tolist()
    both = [(0, 0)] * x.dim()
    for i, axis in enumerate(axes):
        both[axis] = (pads[i], pads[i + len(axes)])
    return [F.pad(x, [size for pair in reversed(both) for size in pair], value=0.0 if value is None else value.item())]


@operator("Gather")
def gather(attributes, opset, x, indices):
    axis = attributes.get("axis", 0) % x.dim()
    picked = x.index_select(axis, indices.reshape(-1) % x.shape[axis])
    return [picked.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])]


@operator("GatherElements")
def gather_elements(attributes, opset, x, indices):
    axis = attributes.get("axis", 0)
    return [x.gather(axis, indices % x.shape[axis])]


@operator("GatherND")
def gather_nd(attributes, opset, x, indices):
    def pick(data, places, batch):
        if batch > 0:
            return torch.stack([pick(d, p, batch - 1) for d, p in zip(data, places, strict=True)])
        return data[tuple(places.unbind(-1))]

    return [pick(x, indices, attributes.get("batch_dims", 0))]


@operator("ScatterND")
def scatter_nd(attributes, opset, x, indices, updates):
    return [x.index_put(tuple(indices.unbind(-1)), updates)]


@operator("ScatterElements")
def scatter_elements(attributes, opset, x, indices, updates):
    axis = attributes.get("axis", 0)
    return [x.scatter(axis, indices % x.shape[axis], updates)]


@operator("CumSum")
def cumulative_sum(attributes, opset, x, axis):
    axis = axis.item()
    turned = x.flip(axis) if attributes.get("reverse", 0) else x
    total = turned.cumsum(axis)
    if attributes.get("exclusive", 0):
        total = total - turned
    return [total.flip(axis) if attributes.get("reverse", 0) else total]


@operator("Trilu")
def trilu(attributes, opset, x, k=None):
    keep = torch.triu if attributes.get("upper", 1) else torch.tril
    return [keep(x, 0 if k is None else k.item())]


@operator("Conv")
def convolution(attributes, opset, x, weight, bias=None):
    rank = x.dim() - 2
    kernel = weight.shape[2:]
    strides = attributes.get("strides", [1] * rank)
    dilations = attributes.get("dilations", [1] * rank)
    pads = attributes.get("pads", [0] * 2 * rank)
    mode = attributes.get("auto_pad", "NOTSET")
    if mode.startswith("SAME"):
        extents = [(kernel[i] - 1) * dilations[i] + 1 for i in range(rank)]
        total = [max(0, (math.ceil(x.shape[2 + i] / strides[i]) - 1) * strides[i] + extents[i] - x.shape[2 + i]) for i in range(rank)]
        small, large = [t // 2 for t in total], [t - t // 2 for t in total]
        pads = small + large if mode == "SAME_UPPER" else large + small
    padded = F.pad(x, [size for i in reversed(range(rank)) for size in (pads[i], pads[i + rank])])
    run = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    return [run(padded, weight, bias, strides, 0, dilations, attributes.get("group", 1))]


def spatial(x):
    return tuple(range(2, x.dim()))


@operator("GlobalAveragePool")
def global_average_pool(attributes, opset, x):
    return [x.mean(spatial(x), keepdim=True)]


@operator("GlobalMaxPool")
def global_max_pool(attributes, opset, x):
    return [x.amax(spatial(x), keepdim=True)]


@operator("AveragePool")
def average_pool(attributes, opset, x):
    kernel = attributes["kernel_shape"]
    pads = attributes.get("pads", [0, 0, 0, 0])
    counted = attributes.get("count_include_pad", 0) == 1
    return [F.avg_pool2d(x, kernel, attributes.get("strides", [1, 1]), pads[:2], count_include_pad=counted)]


@operator("MaxPool")
def max_pool(attributes, opset, x):
    return [F.max_pool2d(x, attributes["kernel_shape"], attributes.get("strides", [1, 1]))]
