/** @file The option `layers` of methods that look at one block. */

import { InvalidOptionError } from "../errors.ts";
import { checkedLayers } from "./integral/layer-integrals.ts";
import type { MethodContext } from "./method.ts";
import type { BLOCK_OPTIONS } from "./options.ts";

/**
 * The block that the options name; `fallback` when they name none.
 *
 * @param method - Name of the method, for the message.
 * @throws {InvalidOptionError} When the model has no such block, or more than one is given.
 */
export function oneBlock(
  { options, model }: MethodContext<typeof BLOCK_OPTIONS>,
  method: string,
  fallback: number,
): number {
  const [block, ...others] = checkedLayers(options.layers ?? [fallback], model.programs.blocks) as [
    number,
    ...number[],
  ];
  if (others.length === 0) return block;
  throw new InvalidOptionError(
    `Cannot use method "${method}" with ${others.length + 1} blocks: it looks at one; give one block or use method "ca-lig"`,
    "layers",
    options.layers,
  );
}
