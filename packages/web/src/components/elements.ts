/** @file What pages set on the elements, read off the components themselves: the typings for all frameworks are made of it. */

import type { LitElement } from "lit";
import type { CaligEvents } from "./events.ts";
import type { CaligElements } from "./register.ts";

/** The properties of an element that are its own: those of no other element. */
export type CaligProperties<Element> = {
  readonly [Name in Exclude<keyof Element, keyof LitElement>]?: Element[Name] | undefined;
};

/** A function for each event, by the name that a framework has for it: `Before` and the name of the event. */
export type CaligHandlers<Before extends string> = {
  readonly [Name in keyof CaligEvents as `${Before}${Name}`]?: ((event: CaligEvents[Name]) => void) | undefined;
};

/** The tags of the elements. */
export type CaligTag = keyof CaligElements;
