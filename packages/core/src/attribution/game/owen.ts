/** @file Owen values (Owen 1977) over a tree of the features: Shapley values that divide the whole, then each part. */

import type { Kept } from "../perturbable.ts";
import { endsOf, type Game, nothing } from "./game.ts";
import { featuresOf, type Partition } from "./partition.ts";

/** A part of the features, seen with others there (`context`), and what it is worth beside them. */
interface Open {
  readonly partition: Partition;
  readonly context: Kept;
  readonly without: number;
  readonly with: number;
  /** Share of this context in the value of the part. */
  readonly weight: number;
}

/** Parts that are divided at once: two subsets each. */
const AT_ONCE = 8;

/**
 * Owen values: the value of a part is divided between its two halves as Shapley values of two are, with every half of the
 * parts above there or not, each as likely (the Partition explainer of shap: Lundberg's "hierarchical Shapley values").
 *
 * Parts with most at stake, |v(context with part) - v(context)| times weight, are divided first. When no evaluations are
 * left, the features of a part share equally what it has. The values sum to v(all) - v(none) exactly.
 *
 * @param evaluations - Most evaluations, at least 1. All parts are divided after about m^2 / 2 for m features in a balanced tree.
 */
export async function owenValues(
  game: Game,
  { tree, evaluations }: { readonly tree: Partition; readonly evaluations: number },
): Promise<readonly number[]> {
  const { count } = game;
  const result = new Array<number>(count).fill(0);
  if (count === 0) return result;
  const before = game.evaluations();
  const { whole, none } = await endsOf(game);
  const close = ({ partition, without, with: value, weight }: Open) => {
    const features = featuresOf(partition);
    for (const feature of features) (result[feature] as number) += ((value - without) * weight) / features.length;
  };
  let open: Open[] = [{ partition: tree, context: nothing(count), without: none, with: whole, weight: 1 }];
  while (open.length > 0) {
    open.filter(({ partition }) => typeof partition === "number").forEach(close);
    open = open.filter(({ partition }) => typeof partition !== "number").sort((a, b) => stake(b) - stake(a));
    const affordable = Math.floor((before + evaluations - game.evaluations()) / 2);
    const chosen = open.splice(0, Math.min(AT_ONCE, Math.max(0, affordable)));
    if (chosen.length === 0) break;
    const values = await game.values(chosen.flatMap(halves));
    chosen.forEach((one, i) => {
      open.push(...divided(one, values[2 * i] as number, values[2 * i + 1] as number));
    });
  }
  open.forEach(close);
  return result;
}

const stake = ({ without, with: value, weight }: Open): number => Math.abs(value - without) * weight;

/** The context with either half of the part. */
function halves({ partition, context }: Open): readonly Kept[] {
  if (typeof partition === "number") return [];
  return partition.parts.map((part) => {
    const subset = context.slice();
    for (const feature of featuresOf(part)) subset[feature] = 1;
    return subset;
  });
}

/** The halves of a part, each with the other half away and there. */
function divided(one: Open, first: number, second: number): readonly Open[] {
  if (typeof one.partition === "number") return [];
  const [a, b] = one.partition.parts;
  const [withFirst, withSecond] = halves(one) as [Kept, Kept];
  const weight = one.weight / 2;
  return [
    { partition: a, context: one.context, without: one.without, with: first, weight },
    { partition: b, context: one.context, without: one.without, with: second, weight },
    { partition: a, context: withSecond, without: second, with: one.with, weight },
    { partition: b, context: withFirst, without: first, with: one.with, weight },
  ];
}
