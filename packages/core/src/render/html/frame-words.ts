/** @file What the frame of a page says, by language. To add one: a line here. Of others it says so in English. */

/** Around what the page is about. */
export interface FrameWords {
  /** BCP 47, of the page. */
  readonly code: string;
  /** The link that keyboards meet first; absent where the page says what it leads to. */
  readonly skip?: string;
  readonly colours: string;
  readonly themes: Readonly<Record<"auto" | "light" | "dark", string>>;
  readonly foot: string;
}

const en: FrameWords = {
  code: "en",
  colours: "Colours of the page",
  themes: { auto: "Auto", light: "Light", dark: "Dark" },
  foot: "Made with calig. This page makes no external requests.",
};

const de: FrameWords = {
  code: "de",
  skip: "Zum Inhalt",
  colours: "Farben der Seite",
  themes: { auto: "Wie das System", light: "Hell", dark: "Dunkel" },
  foot: "Erstellt mit calig. Diese Seite ruft nichts aus dem Netz ab.",
};

const FRAMES: Readonly<Record<string, FrameWords>> = { en, de };

/** By a language code; its region does not matter. */
export const frameWords = (code = "en"): FrameWords => FRAMES[code.split("-")[0] ?? ""] ?? en;
