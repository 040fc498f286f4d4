/** @file Counts what a function does with lists, sets and maps: work that is measured without a clock. */

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Prototype = Record<PropertyKey, unknown>;

/** Methods that look at every element. */
const WHOLE = ["map", "filter", "flatMap", "forEach", "reduce", "slice", "concat", "join", "sort", "reverse", "flat"];
/** Methods that stop where the callback says so. */
const UNTIL = ["find", "findIndex", "findLast", "findLastIndex", "some", "every"];
/** Methods that stop where the element is. */
const SEARCHES = ["includes", "indexOf", "lastIndexOf"];
const SINGLE: readonly (readonly [object, readonly string[]])[] = [
  [Array.prototype, ["push"]],
  [Set.prototype, ["add", "has", "delete"]],
  [Map.prototype, ["set", "get", "has", "delete"]],
];

/**
 * Elements of lists, sets and maps that are visited, looked up or added while `run` runs; what it throws is passed on.
 *
 * The methods of the language are replaced meanwhile, so it must not be asynchronous.
 */
export function countOperations(run: () => void): number {
  let count = 0;
  const restore: (() => void)[] = [];
  const replace = (prototype: object, name: PropertyKey, wrap: (original: Method) => Method) => {
    const own = prototype as Prototype;
    const original = own[name] as Method;
    restore.push(() => {
      own[name] = original;
    });
    own[name] = wrap(original);
  };
  const stepping = (original: Method): Method =>
    function (this: unknown) {
      const iterator = Reflect.apply(original, this, []) as IterableIterator<unknown>;
      return {
        next() {
          count++;
          return iterator.next();
        },
        [Symbol.iterator]() {
          return this;
        },
      };
    };
  for (const { prototype } of [Array, Set, Map]) {
    for (const name of [Symbol.iterator, "values", "entries", "keys"]) replace(prototype, name, stepping);
  }
  for (const name of WHOLE) {
    replace(
      Array.prototype,
      name,
      (original) =>
        function (this: unknown, ...args) {
          count += (this as unknown[]).length;
          return Reflect.apply(original, this, args);
        },
    );
  }
  for (const name of UNTIL) {
    replace(
      Array.prototype,
      name,
      (original) =>
        function (this: unknown, callback, ...args) {
          const counted: Method = function (this: unknown, ...given) {
            count++;
            return Reflect.apply(callback as Method, this, given);
          };
          return Reflect.apply(original, this, [counted, ...args]);
        },
    );
  }
  for (const name of SEARCHES) {
    replace(
      Array.prototype,
      name,
      (original) =>
        function (this: unknown, ...args) {
          count += (this as unknown[]).length;
          return Reflect.apply(original, this, args);
        },
    );
  }
  for (const [prototype, names] of SINGLE) {
    for (const name of names) {
      replace(
        prototype,
        name,
        (original) =>
          function (this: unknown, ...args) {
            count++;
            return Reflect.apply(original, this, args);
          },
      );
    }
  }
  try {
    run();
  } finally {
    for (const undo of restore.reverse()) undo();
  }
  return count;
}
