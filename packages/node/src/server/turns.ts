/**
 * @file Work that others wait beside: so many milliseconds of it in one turn of the loop of events, the rest in the
 * next ones. Between two turns everybody else is heard.
 */

/** Milliseconds after which nothing more begins in the same turn. */
const TURN_MS = 5;

export interface Turns {
  /** Does it when those before are done, at the latest a turn for each of them later. Settles as it does. */
  run<T>(piece: () => T): Promise<T>;
}

/**
 * What begins is done in order, and whole: a piece of its own accord takes as long as it takes, and is the last of its
 * turn then.
 *
 * @param now - Milliseconds of a monotonic clock.
 */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const waiting: (() => void)[] = [];
  let planned = false;
  const turn = () => {
    planned = false;
    const began = now();
    do waiting.shift()?.();
    while (waiting.length > 0 && now() - began < TURN_MS);
    plan();
  };
  const plan = () => {
    if (planned || waiting.length === 0) return;
    planned = true;
    setImmediate(turn);
  };
  return {
    run: (piece) =>
      new Promise((resolve, reject) => {
        waiting.push(() => {
          try {
            resolve(piece());
          } catch (error) {
            reject(error);
          }
        });
        plan();
      }),
  };
}
