/** @file The one matcher for arrays of numbers: |actual - expected| <= atol + rtol * |expected|, worst element named. */

import { expect } from "vitest";

interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
}

expect.extend({
  toBeAllClose(received: ArrayLike<number>, expected: ArrayLike<number>, { rtol = 1e-5, atol = 1e-7 }: Tolerance = {}) {
    if (typeof received?.length !== "number" || typeof expected?.length !== "number") {
      throw new TypeError(`toBeAllClose compares lists, found ${typeof received} and ${typeof expected}`);
    }
    if (received.length !== expected.length) {
      return { pass: false, message: () => `lengths differ: ${received.length} received, ${expected.length} expected` };
    }
    let worst = -1;
    let excess = 0;
    for (let i = 0; i < received.length; i++) {
      const difference = Math.abs((received[i] as number) - (expected[i] as number));
      const over = difference - (atol + rtol * Math.abs(expected[i] as number));
      if (!(over <= excess)) {
        excess = over;
        worst = i;
        if (Number.isNaN(over)) break;
      }
    }
    return {
      pass: worst < 0,
      message: () =>
        worst < 0
          ? "all elements are close"
          : `element ${worst}: received ${received[worst]}, expected ${expected[worst]} (rtol ${rtol}, atol ${atol})`,
    };
  },
});

declare module "vitest" {
  interface Matchers<T> {
    /** Every element within atol + rtol * |expected|. */
    toBeAllClose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}
