import type { TextExplanation } from "@calig/web";

/** To the worker. */
export interface Question {
  readonly id: number;
  readonly text: string;
}

/** From the worker: an explanation is plain data, which messages carry as it is. */
export type Answer =
  | { readonly id: number; readonly explanation: TextExplanation }
  | { readonly id: number; readonly problem: string };
