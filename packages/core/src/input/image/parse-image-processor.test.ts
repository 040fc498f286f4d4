import { describe, expect, it } from "vitest";
import { CheckpointError } from "../../errors.ts";
import { findImageProcessor } from "./find-image-processor.ts";
import { parseImageProcessor } from "./parse-image-processor.ts";

const VIT = { image_processor_type: "ViTImageProcessor" };
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
    const stated = { size: 224, do_center_crop: false };
    expect(parse({ image_processor_type: "BeitImageProcessor", ...stated })).toMatchObject({
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
    const sizeOf = (size: unknown) => parse({ ...VIT, size }).resize?.to;
    expect(sizeOf(32)).toEqual({ width: 32, height: 32 });
    expect(sizeOf([16, 32])).toEqual({ width: 32, height: 16 });
    expect(sizeOf({ height: 16, width: 32, shortest_edge: null })).toEqual({ width: 32, height: 16 });
    expect(sizeOf({ shortest_edge: 32, longest_edge: null })).toEqual({ shortestEdge: 32 });
  });

  it("reads filters by number and by every name that files have for them", () => {
    const filterOf = (resample: unknown) => parse({ ...VIT, resample }).resize?.filter;
    expect(filterOf(3)).toBe("bicubic");
    for (const name of ["bicubic", "BICUBIC", "PILImageResampling.BICUBIC", "InterpolationMode.BICUBIC", "cubic"]) {
      expect(filterOf(name)).toBe("bicubic");
    }
    expect(filterOf("antialias")).toBe("lanczos");
    expect(filterOf("Resampling.LANCZOS")).toBe("lanczos");
    expect(filterOf("nearest")).toBe("nearest");
    expect(() => filterOf("nearest-exact")).toThrow('"resample" is "nearest-exact", wanted one of 0 (nearest)');
  });

  it("says what it cannot use", () => {
    expect(() => parse({ image_processor_type: "Siglip2ImageProcessorFast" })).toThrow(
      '"image_processor_type" is "Siglip2ImageProcessorFast", wanted one of "ViTImageProcessor", "DeiTImageProcessor", "BeitImageProcessor", "BitImageProcessor", "CLIPImageProcessor"',
    );
    expect(() => parse({ image_processor_type: "toString" })).toThrow('"image_processor_type" is "toString", wanted');
    expect(() => parse({ size: 32 })).toThrow('"image_processor_type" is missing, wanted one of');
    expect(() => parse({ ...VIT, size: { longest_edge: 3 } })).toThrow(
      '"size" is {"longest_edge":3}, wanted a whole number',
    );
    expect(() => parse({ ...VIT, size: { shortest_edge: 3, longest_edge: 9 } })).toThrow(
      "do not fit a grid of patches",
    );
    expect(() => parse({ ...VIT, size: 0 })).toThrow(CheckpointError);
    expect(() => parse({ ...VIT, resample: 6 })).toThrow('"resample" is 6, wanted one of 0 (nearest), 1 (lanczos)');
    expect(() => parse({ ...VIT, image_mean: [1, 2] })).toThrow(
      '"image_mean" is [1, 2], wanted a number, or three of them',
    );
    expect(() => parse({ ...VIT, image_std: [1, 0, 1] })).toThrow("wanted a number other than 0");
    expect(() => parse({ ...VIT, do_resize: "yes" })).toThrow('"do_resize" is "yes", wanted true or false');
    const convNext = { image_processor_type: "ConvNextImageProcessor", resample: 3 };
    expect(() => parse({ ...convNext, size: { height: 9, width: 9 } })).toThrow(
      '"size" is {"height":9,"width":9}, wanted "shortest_edge"',
    );
    expect(() => parse({ ...convNext, do_center_crop: true })).toThrow('"do_center_crop" is true, wanted false');
  });

  it("refuses steps that it would leave out", () => {
    expect(() => parse({ ...VIT, do_pad: true })).toThrow('"do_pad" is true, a step that calig does not do');
    expect(() => parse({ ...VIT, do_color_quantize: true })).toThrow('"do_color_quantize" is true');
    expect(parse({ ...VIT, do_pad: false, do_grayscale: null, do_convert_rgb: true, do_reduce_labels: true })).toEqual(
      parse(VIT),
    );
  });
});

describe("findImageProcessor()", () => {
  const find = (files: Record<string, object>) =>
    findImageProcessor(async (file) => (files[file] === undefined ? undefined : JSON.stringify(files[file])), "./mine");
  const timm = { architecture: "vit_tiny_patch16_224", pretrained_cfg: { input_size: [3, 16, 24] } };
  const vit = { model_type: "vit" };

  it("takes the class that transformers takes for the model, where no file names one", async () => {
    expect(await find({ "config.json": { model_type: "deit" }, "preprocessor_config.json": { size: 9 } })).toEqual(
      parse({ image_processor_type: "DeiTImageProcessor", size: 9 }),
    );
    await expect(find({ "config.json": { model_type: "sam" }, "preprocessor_config.json": {} })).rejects.toThrow(
      '"image_processor_type" is missing, and none is known for model_type "sam", wanted one of',
    );
  });

  it("prefers the section of processor_config.json, as transformers 5 does", async () => {
    const files = { "config.json": vit, "preprocessor_config.json": { ...VIT, size: 9 } };
    expect((await find(files)).resize?.to).toEqual({ width: 9, height: 9 });
    const nested = { image_processor: { ...VIT, size: 7 }, processor_class: "CLIPProcessor" };
    expect((await find({ ...files, "processor_config.json": nested })).resize?.to).toEqual({ width: 7, height: 7 });
    expect((await find({ ...files, "processor_config.json": {} })).resize?.to).toEqual({ width: 9, height: 9 });
  });

  it("reads the pretrained_cfg of timm", async () => {
    const wanted = { crop: { width: 24, height: 16 }, cropRounding: "even", resize: { filter: "bicubic" } };
    expect(await find({ "config.json": timm })).toMatchObject(wanted);
    expect(await find({ "config.json": timm, "preprocessor_config.json": VIT })).toMatchObject(wanted);
    expect(await find({ "config.json": { ...timm, ...vit }, "preprocessor_config.json": VIT })).toEqual(parse(VIT));
    const other = { ...timm, pretrained_cfg: { crop_mode: "border" } };
    await expect(find({ "config.json": other })).rejects.toThrow('crop_mode" is "border", wanted "center" or "squash"');
    const grey = { ...timm, pretrained_cfg: { input_size: [1, 28, 28] } };
    await expect(find({ "config.json": grey })).rejects.toThrow("wanted [3, height, width]");
  });

  it("says where it looked", async () => {
    await expect(find({ "config.json": vit })).rejects.toThrow(
      'Cannot load a model from "./mine": no "preprocessor_config.json" says how its pictures are prepared, nor does',
    );
  });
});
