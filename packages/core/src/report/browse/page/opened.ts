/**
 * @file The explanation that is opened: from the file itself, or from the server of the page.
 *
 * The one place where markup is made from text while a page is read: the text is what `articleMaker` wrote, with all that
 * it was given escaped, and the policy of the page lets no script or handler run that could be in it.
 */

import type { BrowseData } from "../row-data.ts";

/** The markup of the explanation at a place; undefined where this file has no room for it. */
export type Fetch = (place: number) => Promise<string | undefined>;

/** Explanations packed into the file: lists of markup, compressed. */
export function fromPacks({ packed = [] }: BrowseData): Fetch {
  const known = new Map<number, Promise<readonly string[]>>();
  return async (place) => {
    const pack = packed.findIndex((places) => places.includes(place));
    if (pack < 0) return undefined;
    const held = known.get(pack) ?? unpack(pack);
    known.set(pack, held);
    return (await held)[packed[pack]!.indexOf(place)];
  };
}

async function unpack(pack: number): Promise<readonly string[]> {
  const text = document.querySelector(`script[data-pack="${pack}"]`)?.textContent ?? "";
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text()) as readonly string[];
}

/** Explanations that the server of the page makes when they are asked for. */
export const fromServer: Fetch = async (place) => {
  const answer = await fetch(`explanation/${place + 1}`);
  if (!answer.ok) throw new Error(`the server answers ${answer.status}; is calig view still running?`);
  return answer.text();
};

/** Puts the markup of an explanation into the page, and has it made operable. */
export function showArticle(place: HTMLElement, markup: string): void {
  place.innerHTML = markup;
  place.querySelector("article")?.dispatchEvent(new Event("calig-article", { bubbles: true }));
}
