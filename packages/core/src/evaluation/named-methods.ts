/** @file Which methods an evaluation compares: those asked for, with options that hold for all, and a random control. */

import { averagedOverNoise, OVER_NOISE } from "../attribution/averaged.ts";
import type { AttributionMethod } from "../attribution/method.ts";
import { COMPARED, methodOf } from "../attribution/methods.ts";
import type { ExplainOptions, MethodObject } from "../attribution/options.ts";
import { optionsFor } from "../attribution/resolve-run.ts";
import { InvalidOptionError } from "../errors.ts";
import { type OptionNaming, plainName } from "../options/check.ts";

/** A method with its options. */
export interface NamedMethod {
  /** Unique among the methods compared. */
  readonly name: string;
  readonly options: ExplainOptions & { readonly method: string | MethodObject };
  /** Stands for knowing nothing. */
  readonly randomControl?: boolean;
}

/** The random control that every comparison includes; it costs nothing. */
const ALWAYS = "random";

/** The random control that is measured beside whatever is compared. */
export const randomControl = (): NamedMethod => ({ name: ALWAYS, options: { method: ALWAYS }, randomControl: true });

/**
 * These methods, by default all of calig's but those on request, and the random control; `options` hold for all that take them.
 *
 * A method called NAME-over-noise is the mean of that method's maps over noisy copies of the input: so many as the option
 * `noise` says, otherwise 50. Where none is called so, `noise` holds for all methods but random controls.
 *
 * @param others - Methods besides calig's and these whose options are known.
 * @throws {InvalidOptionError} As `methodOf`; for an option that none of the methods takes, and for noise under random controls.
 */
export function namedMethodsOf(
  methods: readonly (string | MethodObject)[] = COMPARED,
  options: ExplainOptions = {},
  naming?: OptionNaming,
  others: readonly AttributionMethod[] = [],
): NamedMethod[] {
  const { noise, ...plain } = options;
  const asked = overNoise(methods, noise, naming, others);
  const all = asked.map(methodOf);
  const shares = optionsFor(all, plain, naming, others);
  const named = all.map(({ name, randomControl: isControl }, m): NamedMethod => {
    const own = { ...shares[m], method: asked[m] as string | MethodObject };
    return { name, options: own, randomControl: isControl === true };
  });
  return [...named.filter(({ name }) => name !== ALWAYS), randomControl()];
}

/** The methods with those over noise as objects. */
function overNoise(
  methods: readonly (string | MethodObject)[],
  noise: number | undefined,
  naming: OptionNaming = plainName,
  others: readonly AttributionMethod[] = [],
): readonly (string | MethodObject)[] {
  /** Of a name with the ending what it begins with; undefined for others, and for names that a method has as they are. */
  const under = (method: string | MethodObject): string | undefined => {
    if (typeof method !== "string" || !method.endsWith(OVER_NOISE)) return undefined;
    return method.slice(0, -OVER_NOISE.length);
  };
  const averaged = (method: string | MethodObject): MethodObject => {
    const plain = others.find(({ name }) => name === method) ?? methodOf(method);
    if (plain.randomControl === true) throw underControl(plain.name, naming("noise"));
    return averagedOverNoise(plain, noise === undefined ? {} : { samples: noise });
  };
  if (methods.some((method) => under(method) !== undefined)) {
    return methods.map((method) => {
      const name = under(method);
      return name === undefined ? method : averaged(name);
    });
  }
  if (noise === undefined) return methods;
  const isControl = (method: string | MethodObject) => methodOf(method).randomControl === true;
  if (methods.length > 0 && methods.every(isControl))
    throw underControl(methodOf(methods[0] as string).name, naming("noise"));
  return methods.map((method) => (isControl(method) ? method : averaged(method)));
}

const underControl = (name: string, option: string): InvalidOptionError =>
  new InvalidOptionError(
    `Cannot average ${name} over noise: it is a random control, which knows nothing of the input; leave ${option} out, or name a method that reads the input`,
    "methods",
    name,
  );
