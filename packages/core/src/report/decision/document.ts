/** @file What a decision sheet says, as sections of paragraphs, lists and tables in its language. */

import { isWritten } from "../../render/evidence.ts";
import { visible } from "../../util/plain-text.ts";
import type { CasePart } from "../case/document.ts";
import { change, elements, result, system } from "./sections/decided.ts";
import { audit, frame, limits, reliability } from "./sections/relied-on.ts";
import { fieldsOf, settingOf, table, text } from "./sections/setting.ts";
import type { DecisionSheet } from "./sheet-data.ts";
import { SHEET_SECTIONS, type SheetSection } from "./words/words.ts";

export interface SheetSectionContent {
  readonly id: SheetSection;
  readonly title: string;
  readonly parts: readonly CasePart[];
}

export interface SheetDocument {
  readonly title: string;
  readonly about: string;
  readonly sections: readonly SheetSectionContent[];
}

/** The title, and the sections in their order. */
export function sheetDocument(sheet: DecisionSheet): SheetDocument {
  const setting = settingOf(sheet);
  const { words } = setting;
  const parts: Readonly<Record<SheetSection, readonly CasePart[]>> = {
    system: system(setting),
    result: result(setting),
    elements: elements(setting),
    change: change(setting),
    reliability: reliability(setting),
    limits: limits(setting),
    contest: [text(words.contestIntro), table(words.stated, ["", ""], fieldsOf(setting, ["contest"]))],
    audit: audit(setting),
    frame: frame(setting),
  };
  return {
    title: words.title(visible(sheet.result.label)),
    about: words.about(sheet.made.at.slice(0, 10), sheet.calig),
    sections: SHEET_SECTIONS.map((id) => ({ id, title: words.titles[id], parts: parts[id] })),
  };
}

/** The text of the input, where it is one. */
export const sheetText = ({ explanation }: DecisionSheet): string | undefined =>
  isWritten(explanation) ? explanation.input.text : undefined;
