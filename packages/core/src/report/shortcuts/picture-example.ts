/** @file An example that is a picture: the patches of the cue outlined on it, or on a blank where the picture is not at hand. */

import { html, type Markup } from "../../render/escape.ts";
import { checkPicture } from "../../render/picture.ts";
import type { CueInput } from "../../shortcuts/shortcut-report.ts";

const SIZE = 100;

/** @param picture - As a data URI. */
export function pictureExample({ features, cue }: Pick<CueInput, "features" | "cue">, picture?: string): Markup {
  const areas = cue.flatMap((feature) => features[feature]?.area ?? []);
  const outlined = areas.map(
    ({ x, y, width, height }) =>
      html`<rect x="${(SIZE * x).toFixed(2)}" y="${(SIZE * y).toFixed(2)}" width="${(SIZE * width).toFixed(2)}" height="${(SIZE * height).toFixed(2)}" fill="none" stroke="var(--accent)" stroke-width="1"/>`,
  );
  const shown =
    picture === undefined
      ? null
      : html`<image href="${checkPicture(picture)}" width="${SIZE}" height="${SIZE}" preserveAspectRatio="none"/>`;
  return html`<svg class="shot" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="the patches of the cue"><rect width="${SIZE}" height="${SIZE}" fill="none" stroke="var(--rule)"/>${shown}${outlined}</svg>`;
}
