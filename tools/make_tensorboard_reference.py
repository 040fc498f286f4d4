"""Writes test/golden/tensorboard.json: event files as TensorBoard's own protocol buffers and record writer make them.

    python tools/make_tensorboard_reference.py
    python tools/make_tensorboard_reference.py --read FOLDER    # what TensorBoard finds in a folder of calig
"""

import argparse
import base64
import io
import json
from importlib.metadata import version
from pathlib import Path

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

OUT = Path(__file__).parent.parent / "test" / "golden" / "tensorboard.json"

# The same values are in packages/node/src/node/tensorboard/event.test.ts.
WALL_TIME = 1_700_000_000.25
PNG = bytes(range(256))
TEXT = "# Why\n\n| word | attribution |\n|---|---|\n| naïve <b>film</b> 🎬 | +0.50 |\n"


def value_of(tag, **fields):
    return summary_pb2.Summary.Value(tag=tag, **fields)


def text_value(tag, text):
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING,
        tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
        string_val=[text.encode()],
    )
    plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    return value_of(tag, tensor=tensor, metadata=summary_pb2.SummaryMetadata(plugin_data=plugin))


def image_value(tag, width, height, png):
    image = summary_pb2.Summary.Image(height=height, width=width, colorspace=3, encoded_image_string=png)
    return value_of(tag, image=image)


def events():
    yield event_pb2.Event(wall_time=WALL_TIME, file_version="brain.Event:2")
    first = [value_of("completeness error/block 00", simple_value=0.1), text_value("explanation", TEXT)]
    yield event_pb2.Event(wall_time=WALL_TIME, summary=summary_pb2.Summary(value=first))
    second = [image_value("evidence/block 00", 720, 300, PNG), value_of("zero", simple_value=0.0)]
    yield event_pb2.Event(wall_time=WALL_TIME, step=300, summary=summary_pb2.Summary(value=second))


def record(event):
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event.SerializeToString())
    return base64.b64encode(buffer.getvalue()).decode()


def write():
    made = {"script": "tools/make_tensorboard_reference.py", "tensorboard": version("tensorboard")}
    OUT.write_text(json.dumps({"made": made, "records": [record(event) for event in events()]}, indent=1) + "\n")


def read(folder):
    multiplexer = EventMultiplexer().AddRunsFromDirectory(folder)
    multiplexer.Reload()
    for run, tags in sorted(multiplexer.Runs().items()):
        accumulator = multiplexer.GetAccumulator(run)
        print(f"run {run}")
        for tag in tags["scalars"]:
            points = accumulator.Scalars(tag)
            print(f"  scalar {tag}: {len(points)} points, step {points[-1].step} = {points[-1].value:.6g}")
        for tag in tags["images"]:
            image = accumulator.Images(tag)[-1]
            print(f"  image {tag}: {image.width} x {image.height}, {image.encoded_image_string[:4]!r}")
        for tag in tags["tensors"]:
            tensor = accumulator.Tensors(tag)[-1].tensor_proto
            plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
            print(f"  {plugin} {tag}: {tensor.string_val[0].decode()[:60]!r}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--read", metavar="FOLDER", help="print what TensorBoard finds in a folder")
    arguments = parser.parse_args()
    if arguments.read is None:
        write()
    else:
        read(arguments.read)
