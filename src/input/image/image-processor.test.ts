import { describe, expect, it } from "vitest";
import { CheckpointError } from "../../errors.ts";
import { parseImageProcessor } from "./image-processor.ts";

const parse = (fields: object) => parseImageProcessor(JSON.stringify(fields), "preprocessor_config.json");

describe("parseImageProcessor()", () => {
  it("reads what is stated", () => {
    const processor = parse({
      image_processor_type: "BitImageProcessor",
      size: { shortest_edge: 256 },
      crop_size: { height: 224, width: 200 },
      resample: 1,
      rescale_factor: 0.5,
      image_mean: [0.1, 0.2, 0.3],
      image_std: [1, 2, 3],
    });
    expect(processor).toEqual({
      resize: { to: { shortestEdge: 256 }, filter: "lanczos" },
      crop: { width: 200, height: 224 },
      rescale: 0.5,
      normalise: { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
    });
  });

  it("takes the defaults of each class of transformers", () => {
    const size = { width: 224, height: 224 };
    const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    expect(parse({ image_processor_type: "ViTImageProcessorFast" })).toEqual({
      resize: { to: size, filter: "bilinear" },
      crop: undefined,
      rescale: 1 / 255,
      normalise: half,
    });
    expect(parse({ feature_extractor_type: "DeiTFeatureExtractor", size: 256 })).toMatchObject({
      resize: { to: { width: 256, height: 256 }, filter: "bicubic" },
      crop: size,
      normalise: half,
    });
    expect(parse({ image_processor_type: "BeitImageProcessor" })).toMatchObject({
      resize: { to: size, filter: "bicubic" },
      crop: undefined,
    });
    expect(parse({ image_processor_type: "BitImageProcessor", size: 200 })).toMatchObject({
      resize: { to: { shortestEdge: 200 }, filter: "bicubic" },
      crop: size,
    });
  });

  it("leaves out the steps that are switched off", () => {
    const off = { do_resize: false, do_center_crop: false, do_rescale: false, do_normalize: false };
    expect(parse({ image_processor_type: "DeiTImageProcessor", ...off })).toEqual({
      resize: undefined,
      crop: undefined,
      rescale: undefined,
      normalise: undefined,
    });
  });

  it("reads sizes as transformers wrote them over the years", () => {
    const sizeOf = (size: unknown) => parse({ size }).resize?.to;
    expect(sizeOf(32)).toEqual({ width: 32, height: 32 });
    expect(sizeOf([16, 32])).toEqual({ width: 32, height: 16 });
    expect(sizeOf({ height: 16, width: 32, shortest_edge: null })).toEqual({ width: 32, height: 16 });
    expect(sizeOf({ shortest_edge: 32, longest_edge: null })).toEqual({ shortestEdge: 32 });
  });

  it("says what it cannot use", () => {
    expect(() => parse({ image_processor_type: "CLIPImageProcessor" })).toThrow(
      '"image_processor_type" is "CLIPImageProcessor", wanted one of "ViTImageProcessor", "DeiTImageProcessor", "BeitImageProcessor", "BitImageProcessor"',
    );
    expect(() => parse({ size: { longest_edge: 3 } })).toThrow('"size" is {"longest_edge":3}, wanted a whole number');
    expect(() => parse({ size: 0 })).toThrow(CheckpointError);
    expect(() => parse({ resample: 6 })).toThrow('"resample" is 6, wanted one of 0 (nearest), 1 (lanczos)');
    expect(() => parse({ image_mean: [1, 2] })).toThrow('"image_mean" is [1, 2], wanted a number, or three of them');
    expect(() => parse({ image_std: [1, 0, 1] })).toThrow("wanted a number other than 0");
  });
});
