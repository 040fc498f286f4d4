/** @file From signed attributions to display strength. Symmetric about 0 by construction; knows no colours. */

import { InvalidOptionError, quote } from "../errors.ts";

/** Maps signed numbers to display strength. */
export interface SignedScale {
  /** Magnitude that is shown at full strength; 0 when all values are 0. */
  readonly bound: number;
  /** Whether a value lies beyond the bound. */
  readonly saturates: boolean;
  /** Strength in 0..1, the same for v and -v. Values beyond the bound saturate at 1. */
  strength(value: number): number;
  /** Strength with the sign of the value, in -1..1. */
  level(value: number): number;
}

export interface ScaleOptions {
  /** Exponent applied to the strength, > 0; below 1 lifts weak values. Default 1: strength is proportional. */
  readonly gamma?: number;
  /** Magnitude shown at full strength. Default: the largest magnitude among the values. */
  readonly bound?: number;
}

/** The largest finite magnitude among `values`; 0 when there is none. */
export function largestMagnitude(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude > largest && Number.isFinite(magnitude)) largest = magnitude;
  }
  return largest;
}

/** Share of the patches of an image that a scale must tell apart; the few stronger ones are shown at full strength. */
export const TOLD_APART = 0.98;

/** The magnitude that all but the strongest 2 % of patches stay within: one patch shall not make all others look like nothing. */
export function patchBound(values: readonly number[]): number {
  const magnitudes = values
    .map(Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const within = magnitudes[Math.ceil(TOLD_APART * magnitudes.length) - 1] ?? 0;
  return within > 0 ? within : largestMagnitude(values);
}

/** Strength of a value, 0..1: full at the bound and beyond. 0 where the bound is 0, and of what is no number. */
const strengthOf = (value: number, bound: number): number =>
  bound > 0 && !Number.isNaN(value) ? Math.min(1, Math.abs(value) / bound) : 0;

/** The same with the sign of the value, -1..1: a scale without limits of its own. */
export const levelOf = (value: number, bound: number): number => Math.sign(value) * strengthOf(value, bound) || 0;

/**
 * A scale over `values` that is symmetric about 0: equal magnitude means equal strength on both sides.
 *
 * A map of zeros has bound 0 and every strength is 0 (all neutral). NaN is neutral, an infinity is full strength.
 *
 * @throws {InvalidOptionError} When gamma is not a positive number or the bound is negative or not finite.
 */
export function signedScale(values: Iterable<number>, { gamma = 1, bound }: ScaleOptions = {}): SignedScale {
  if (!(gamma > 0 && Number.isFinite(gamma))) {
    throw new InvalidOptionError(`Cannot use gamma ${quote(gamma)}: it must be a number > 0`, "gamma", gamma);
  }
  if (bound !== undefined && !(bound >= 0 && Number.isFinite(bound))) {
    throw new InvalidOptionError(`Cannot use bound ${quote(bound)}: it must be a number >= 0`, "bound", bound);
  }
  const largest = largestMagnitude(values);
  const full = bound ?? largest;
  const strength = (value: number): number => strengthOf(value, full) ** gamma;
  return {
    bound: full,
    saturates: largest > full,
    strength,
    level: (value) => (value < 0 ? -strength(value) : strength(value)),
  };
}

/** Strengths from which a level counts as weak, medium and strong, for displays that cannot show more. */
export const STEPS: readonly number[] = [0.1, 1 / 3, 2 / 3];

/** 0 for a level that looks neutral, 1 weak, 2 medium, 3 strong. */
export const stepOf = (level: number): number => STEPS.filter((from) => Math.abs(level) >= from).length;

/** Strength below which a shade cannot be told from neutral and is left out. */
export const VISIBLE = 0.04;
