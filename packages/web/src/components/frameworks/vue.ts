/** @file Typings of the elements in templates of Vue 3. */

import type { HTMLAttributes, PublicProps } from "vue";
import type { CaligProperties, CaligTag } from "../elements.ts";
import type { CaligEvents } from "../events.ts";
import type { CaligElements } from "../register.ts";

/** "calig-block" as a template's `@calig-block` is called in what Vue makes of it: "onCaligBlock". */
type Camel<Name extends string> = Name extends `${infer Word}-${infer Rest}`
  ? `${Capitalize<Word>}${Camel<Rest>}`
  : Capitalize<Name>;

type Handlers = {
  readonly [Name in keyof CaligEvents as `on${Camel<Name>}`]?: ((event: CaligEvents[Name]) => void) | undefined;
};

/** What templates of Vue know of each element. */
export type VueElements = {
  readonly [Tag in CaligTag]: new () => CaligElements[Tag] & {
    readonly $props: HTMLAttributes & PublicProps & CaligProperties<CaligElements[Tag]> & Handlers;
  };
};

declare module "vue" {
  interface GlobalComponents extends VueElements {}
}
