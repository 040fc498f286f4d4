/** @file Opened explanations inside of the file: as many as it has room for, compressed in packs. */

import type { ReportEntry } from "../evidence/evidence-report.ts";

/** A pack is closed at so many explanations, or characters before compression: one is unpacked to open one of them. */
const PACK = { explanations: 16, characters: 2 ** 20 };

export interface Packs {
  /** Places of the entries that are in each, in their order. */
  readonly packed: readonly (readonly number[])[];
  /** Each as base64. */
  readonly packs: readonly string[];
}

/**
 * Packs as many explanations as have room, in the order given.
 *
 * @param order - Places of entries, those that are wanted most first.
 * @param room - Characters for all packs.
 */
export async function packDetails(
  order: readonly number[],
  room: number,
  markupOf: (place: number) => Promise<string>,
): Promise<Packs> {
  const packed: number[][] = [];
  const packs: string[] = [];
  let left = room;
  for (let at = 0; at < order.length; ) {
    const markups: string[] = [];
    const places: number[] = [];
    let characters = 0;
    while (at < order.length && places.length < PACK.explanations && characters < PACK.characters) {
      const place = order[at++] as number;
      const markup = await markupOf(place);
      characters += markup.length;
      places.push(place);
      markups.push(markup);
    }
    const pack = await compressed(JSON.stringify(markups));
    left -= pack.length + WRAPPER;
    if (left < 0) break;
    packed.push(places);
    packs.push(pack);
  }
  return { packed, packs };
}

/** Characters of the element around a pack. */
const WRAPPER = 60;

async function compressed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

/** Which explanations readers want to open most: examples of words, then errors and warnings, then from the beginning. */
export function byInterest(
  entries: readonly ReportEntry[],
  examples: readonly number[],
  wrong: readonly number[],
): number[] {
  const warned = [...entries.keys()].filter((place) => (entries[place] as ReportEntry).explanation.warnings.length > 0);
  return [...new Set([...examples, ...wrong, ...warned, ...entries.keys()])];
}
