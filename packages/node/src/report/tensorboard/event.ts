/**
 * @file Event messages of TensorBoard, as protobuf bytes. Field numbers are those of event.proto, summary.proto,
 * tensor.proto and tensor_shape.proto in tensorflow/core; only the few fields that are used are written. Scalars and
 * pictures have the plain form that every reader knows, as the writer of PyTorch makes them.
 */

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { assertNever } from "@calig/core/internal/util/assert-never";

/** Something to show. `tag` is its name; the part before the first "/" is its group. */
export type SummaryValue =
  | { readonly kind: "scalar"; readonly tag: string; readonly value: number }
  | {
      readonly kind: "image";
      readonly tag: string;
      readonly width: number;
      readonly height: number;
      /** 3: RGB, 4: RGB and opacity. */
      readonly channels: 3 | 4;
      readonly png: Uint8Array;
    }
  | { readonly kind: "text"; readonly tag: string; readonly markdown: string };

/** Values at one step. */
export interface SummaryEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly values: readonly SummaryValue[];
}

const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, image: 4, tensor: 8, metadata: 9 } as const;
const IMAGE = { height: 1, width: 2, colorspace: 3, encoded: 4 } as const;
const METADATA = { pluginData: 1 } as const;
const PLUGIN_DATA = { pluginName: 1 } as const;
const TENSOR = { dtype: 1, shape: 2, stringValue: 8 } as const;
const SHAPE = { dim: 2 } as const;
const DIM = { size: 1 } as const;

const DT_STRING = 7;
/** What the first event of a file says. */
const FILE_VERSION = "brain.Event:2";

/** The event that every file starts with. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(wallTime);
  writer.tag(EVENT.fileVersion, WireType.LengthDelimited).string(FILE_VERSION);
  return writer.finish();
}

export function encodeEvent({ wallTime, step, values }: SummaryEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(wallTime);
  // The default of a field is not written (proto3).
  if (step !== 0) writer.tag(EVENT.step, WireType.Varint).int64(step);
  message(writer, EVENT.summary, () => {
    for (const value of values) message(writer, SUMMARY.value, () => writeValue(writer, value));
  });
  return writer.finish();
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeValue(writer: BinaryWriter, value: SummaryValue): void {
  writer.tag(VALUE.tag, WireType.LengthDelimited).string(value.tag);
  switch (value.kind) {
    case "scalar":
      writer.tag(VALUE.simpleValue, WireType.Bit32).float(value.value);
      return;
    case "image":
      message(writer, VALUE.image, () => {
        writer.tag(IMAGE.height, WireType.Varint).int32(value.height);
        writer.tag(IMAGE.width, WireType.Varint).int32(value.width);
        writer.tag(IMAGE.colorspace, WireType.Varint).int32(value.channels);
        writer.tag(IMAGE.encoded, WireType.LengthDelimited).bytes(value.png);
      });
      return;
    case "text":
      message(writer, VALUE.tensor, () => {
        writer.tag(TENSOR.dtype, WireType.Varint).int32(DT_STRING);
        message(writer, TENSOR.shape, () =>
          message(writer, SHAPE.dim, () => writer.tag(DIM.size, WireType.Varint).int64(1)),
        );
        writer.tag(TENSOR.stringValue, WireType.LengthDelimited).string(value.markdown);
      });
      message(writer, VALUE.metadata, () =>
        message(writer, METADATA.pluginData, () =>
          writer.tag(PLUGIN_DATA.pluginName, WireType.LengthDelimited).string("text"),
        ),
      );
      return;
    default:
      assertNever(value);
  }
}
