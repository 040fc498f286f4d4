import { describe, expect, it } from "vitest";
import type { CropRounding } from "./center-crop.ts";
import { fitImage } from "./process-image.ts";
import { type RgbImage, rgbImage, type Size } from "./rgb-image.ts";

/** Pixels are numbered from 1, all channels alike. */
const numbered = (width: number, height: number) =>
  rgbImage(
    width,
    height,
    Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) + 1),
  );
const numbers = ({ data }: { readonly data: Uint8Array }) => Array.from(data).filter((_, i) => i % 3 === 0);

const centerCrop = (image: RgbImage, crop: Size, cropRounding: CropRounding = "down") => {
  const { image: cropped, map } = fitImage(image, { resize: undefined, crop, cropRounding });
  return { image: cropped, left: map.left, top: map.top };
};

describe("the crop of fitImage()", () => {
  it("cuts out the middle; an odd rest is left at the bottom and the right", () => {
    const { image, left, top } = centerCrop(numbered(5, 4), { width: 2, height: 2 });
    expect([left, top]).toEqual([1, 1]);
    expect(numbers(image)).toEqual([7, 8, 12, 13]);
  });

  it("adds black around a smaller picture; an odd rest is added at the top and the left", () => {
    const { image, left, top } = centerCrop(numbered(2, 1), { width: 3, height: 4 });
    expect([left, top]).toEqual([-1, -2]);
    expect(numbers(image)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0]);
  });

  it("cuts along one axis and adds along the other", () => {
    const { image } = centerCrop(numbered(4, 1), { width: 2, height: 3 });
    expect(numbers(image)).toEqual([0, 0, 2, 3, 0, 0]);
  });

  // torchvision.transforms.functional.center_crop of 0.29: int(round((5 - 2) / 2.0)) is 2, (7 - 2) / 2 gives 2 as well.
  it("takes the even pixel where torchvision does, and leaves an odd rest of black at the bottom and the right", () => {
    expect(centerCrop(numbered(5, 7), { width: 2, height: 2 }, "even")).toMatchObject({ left: 2, top: 2 });
    expect(centerCrop(numbered(2, 1), { width: 3, height: 4 }, "even")).toMatchObject({ left: 0, top: -1 });
  });
});
