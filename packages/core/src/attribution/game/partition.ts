/** @file How features are divided, and divided again: the trees of Owen values. */

/** A feature, or two parts of the features. */
export type Partition =
  | number
  | { readonly parts: readonly [Partition, Partition]; readonly features: readonly number[] };

export const featuresOf = (partition: Partition): readonly number[] =>
  typeof partition === "number" ? [partition] : partition.features;

/** Features in a line, halved again and again; of odd numbers the first part has one more. */
export function halved(features: readonly number[]): Partition {
  if (features.length === 1) return features[0] as number;
  const middle = Math.ceil(features.length / 2);
  return joined(halved(features.slice(0, middle)), halved(features.slice(middle)));
}

/** Features in a grid, row by row, halved across the longer side. */
export function halvedGrid(rows: number, columns: number): Partition {
  const part = (top: number, bottom: number, left: number, right: number): Partition => {
    const [height, width] = [bottom - top, right - left];
    if (height === 1 && width === 1) return top * columns + left;
    if (height >= width) {
      const middle = top + Math.ceil(height / 2);
      return joined(part(top, middle, left, right), part(middle, bottom, left, right));
    }
    const middle = left + Math.ceil(width / 2);
    return joined(part(top, bottom, left, middle), part(top, bottom, middle, right));
  };
  return part(0, rows, 0, columns);
}

const joined = (first: Partition, second: Partition): Partition => ({
  parts: [first, second],
  features: [...featuresOf(first), ...featuresOf(second)],
});
