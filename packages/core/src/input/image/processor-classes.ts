/** @file The image processors of transformers that calig follows, by the name of their class: what they do where a file leaves a key away. */

import type { PerChannel, ResizeTarget } from "./image-processor.ts";
import type { ResizeFilter } from "./resize-filters.ts";

/** One class: its slow and fast variants alike, and the feature extractor of the same name. */
export interface ProcessorClass {
  readonly size: ResizeTarget;
  readonly filter: ResizeFilter;
  /** Whether a crop is made where `do_center_crop` is not stated. */
  readonly crops: boolean;
  /** Side of the square that is cut out where `crop_size` is not stated. */
  readonly cropSide: number;
  /** What a `size` of one number means: a square, or the shortest edge. */
  readonly square: boolean;
  /** Undefined where the class never normalises. */
  readonly normalise: { readonly mean: PerChannel; readonly std: PerChannel } | undefined;
  /** How `size` becomes the size that is resized to, where it is not taken as it is. */
  readonly sizing?: "crop-share-below-384" | "eighth-larger" | "crop-share";
  /** Its own steps. */
  readonly flips?: boolean;
  readonly offsets?: boolean;
  /** Keys that must be stated, because versions of transformers (4.57 slow and fast, 5.x) differ in what they take for them. */
  readonly unsettled?: readonly string[];
}

const HALF: PerChannel = [0.5, 0.5, 0.5];
const STANDARD = { mean: HALF, std: HALF };
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const CLIP = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] } as const;

/** A square of 224, nothing cut out. */
const VIT: ProcessorClass = {
  size: { width: 224, height: 224 },
  filter: "bilinear",
  crops: false,
  cropSide: 224,
  square: true,
  normalise: STANDARD,
};

/** The shorter side 224, the middle square cut out. */
const CLIP_LIKE: ProcessorClass = {
  size: { shortestEdge: 224 },
  filter: "bicubic",
  crops: true,
  cropSide: 224,
  square: false,
  normalise: CLIP,
};

const square = (side: number) => ({ width: side, height: side });

/** By the name of the class, without "ImageProcessor", "FeatureExtractor", "Fast", "Pil". */
export const PROCESSOR_CLASSES: Readonly<Record<string, ProcessorClass>> = {
  ViT: VIT,
  DeiT: { ...VIT, size: square(256), filter: "bicubic", crops: true },
  Beit: { ...VIT, filter: "bicubic", unsettled: ["size", "do_center_crop"] },
  Bit: CLIP_LIKE,
  CLIP: CLIP_LIKE,
  ChineseCLIP: CLIP_LIKE,
  ViTHybrid: CLIP_LIKE,
  Siglip: { ...VIT, filter: "bicubic", square: false },
  Blip: { ...VIT, size: square(384), filter: "bicubic", normalise: CLIP },
  DINOv3ViT: { ...VIT, normalise: IMAGENET },
  ConvNext: {
    ...CLIP_LIKE,
    size: { shortestEdge: 384 },
    crops: false,
    normalise: STANDARD,
    sizing: "crop-share-below-384",
    unsettled: ["resample"],
  },
  MobileViT: { ...CLIP_LIKE, cropSide: 256, normalise: undefined, flips: true, unsettled: ["resample"] },
  MobileNetV1: { ...CLIP_LIKE, size: { shortestEdge: 256 }, filter: "bilinear", normalise: STANDARD },
  MobileNetV2: { ...CLIP_LIKE, size: { shortestEdge: 256 }, filter: "bilinear", normalise: STANDARD },
  Levit: { ...CLIP_LIKE, normalise: IMAGENET, sizing: "eighth-larger" },
  PoolFormer: { ...CLIP_LIKE, normalise: IMAGENET, sizing: "crop-share" },
  Pvt: { ...VIT, normalise: IMAGENET, unsettled: ["resample"] },
  Segformer: { ...VIT, size: square(512), normalise: IMAGENET },
  EfficientFormer: { ...VIT, filter: "bicubic", crops: true, normalise: IMAGENET },
  EfficientNet: { ...VIT, size: square(346), cropSide: 289, offsets: true, unsettled: ["resample"] },
};

/** transformers' choice by `model_type`, where no file names a class (IMAGE_PROCESSOR_MAPPING_NAMES of 4.57 and 5.x). */
export const CLASS_OF_MODEL: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    ViT: "vit vit_mae vit_msn ijepa swin swinv2 swiftformer clipseg dinat nat mgp-str",
    DeiT: "deit",
    Beit: "beit data2vec-vision",
    Bit: "bit dinov2 dinov2_with_registers focalnet hiera",
    CLIP: "clip clip_vision_model aimv2 aimv2_vision_model git groupvit metaclip_2 mlcd xclip",
    ChineseCLIP: "chinese_clip",
    ViTHybrid: "vit_hybrid",
    Siglip: "siglip siglip_vision_model paligemma",
    Blip: "blip blip-2",
    DINOv3ViT: "dinov3_vit dinov3_convnext",
    ConvNext: "convnext convnextv2 cvt regnet resnet van",
    MobileViT: "mobilevit mobilevitv2",
    MobileNetV1: "mobilenet_v1",
    MobileNetV2: "mobilenet_v2",
    Levit: "levit",
    PoolFormer: "poolformer",
    Pvt: "pvt pvt_v2",
    Segformer: "segformer upernet",
    EfficientFormer: "efficientformer",
    EfficientNet: "efficientnet align",
  }).flatMap(([name, types]) => types.split(" ").map((type) => [type, name])),
);
