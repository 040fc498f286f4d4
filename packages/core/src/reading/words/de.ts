/** @file German. */

import type { EvidenceOn, Noun, Target, Whole, Words } from "./words.ts";

const quoted = (text: string) => `„${text}“`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} und ${names.at(-1)}`;

/** No space that breaks between the number and its sign. */
const percent = (share: number): string => {
  const value = share * 100;
  if (share > 0 && value < 1) return "unter 1\u00a0%";
  if (share < 1 && value > 99) return "über 99\u00a0%";
  const text = Math.abs(value - 50) < 1 && value !== 50 ? value.toFixed(1) : value.toFixed(0);
  return `${text.replace(".", ",")}\u00a0%`;
};

const ORDINALS = ["erste", "zweite", "dritte", "vierte", "fünfte", "sechste", "siebte", "achte", "neunte", "zehnte"];

const no = (noun: Noun): string =>
  noun === "word" ? "Kein Wort" : noun === "patch" ? "Kein Teil" : `Nichts (${noun.many})`;

const forTarget = ({ kind, label }: Target): string => (kind === "number" ? "eine höhere Zahl" : quoted(label));

/** In the dative: "in diesem Text". */
const THIS: Readonly<Record<Whole, string>> = {
  text: "diesem Text",
  picture: "diesem Bild",
  input: "dieser Eingabe",
};
const THE: Readonly<Record<Whole, string>> = { text: "Der Text", picture: "Das Bild", input: "Die Eingabe" };
const OF: Readonly<Record<Whole, string>> = { text: "des Textes", picture: "des Bildes", input: "der Eingabe" };

/** What the input was compared with, by name of the baseline; in the dative. */
const COMPARED: Readonly<Record<string, (whole: Whole) => string>> = {
  mask: () => "demselben Text, in dem jedes Wort verdeckt ist",
  pad: () => "demselben Text, in dem jedes Wort leer ist",
  unk: () => "demselben Text, in dem jedes Wort unbekannt ist",
  mean: (whole) =>
    whole === "picture" ? "einem Bild in einer einzigen Farbe" : "demselben Text aus lauter mittleren Wörtern",
  "zero-embedding": () => "demselben Text, in dem jedes Wort leer ist",
  zero: (whole) => `nichts an der Stelle ${OF[whole]}`,
  blur: () => "demselben Bild, unscharf gemacht",
  black: () => "einem schwarzen Bild",
  white: () => "einem weißen Bild",
  noise: () => "einem Bild aus zufälligen Punkten",
  custom: () => "dem, was zum Vergleich gegeben wurde",
};

const WARNINGS: Readonly<Record<string, (whole: Whole) => string>> = {
  truncated: (whole) => `${THE[whole]} ist länger, als das Modell lesen kann. Der Rest wurde nicht angesehen.`,
  windows: (whole) =>
    `${THE[whole]} ist länger, als das Modell auf einmal liest. Gelesen wurde in Stücken, die dann zusammengesetzt wurden.`,
  "not-converged": () => "Die Zahlen dahinter sind nicht zur Ruhe gekommen. Lesen Sie sie mit Vorsicht.",
};

const SIDES: Readonly<Record<EvidenceOn["side"], (target: string) => string>> = {
  for: (target) => `Am meisten spricht für ${target}`,
  against: (target) => `Am meisten spricht gegen ${target}`,
  matters: (target) => `Am meisten zählt für ${target}, dafür oder dagegen`,
};

const SPREAD: Readonly<Record<EvidenceOn["side"], (target: string) => string>> = {
  for: (target) => `Was für ${target} spricht`,
  against: (target) => `Was gegen ${target} spricht`,
  matters: (target) => `Was für ${target} zählt`,
};

export const de: Words = {
  code: "de",
  name: "Deutsch",
  titles: {
    decision: "Was das Modell sagt",
    certainty: "Wie sicher es ist",
    asked: "Was hier erklärt wird",
    for: "Was dafür spricht",
    against: "Was dagegen spricht",
    elsewhere: "An keiner einzelnen Stelle",
    change: "Was es ändern würde",
    warning: "Vorsicht",
    limits: "Was das Modell kennt",
    "not-told": "Was hier nicht gesagt wird",
  },
  certainties: {
    "coin-flip": "fast ein Münzwurf",
    unsure: "nicht sicher",
    leaning: "nicht sicher, neigt aber dazu",
    "fairly-sure": "ziemlich sicher",
    "very-sure": "sehr sicher",
  },
  strengths: { faint: "zählt kaum", weak: "schwach", clear: "deutlich", strong: "stark" },
  regions: {
    "upper left": "oben links",
    top: "oben",
    "upper right": "oben rechts",
    left: "links",
    centre: "die Mitte",
    right: "rechts",
    "lower left": "unten links",
    bottom: "unten",
    "lower right": "unten rechts",
    "all along the top": "der ganze obere Rand",
    "the middle from left to right": "die Mitte von links nach rechts",
    "all along the bottom": "der ganze untere Rand",
    "all along the left": "der ganze linke Rand",
    "the middle from top to bottom": "die Mitte von oben nach unten",
    "all along the right": "der ganze rechte Rand",
  },
  quoted,
  occurrence: (name, index) => `das ${ORDINALS[index] ?? `${index + 1}.`} ${name}`,
  listed,
  percent,
  number: (value) =>
    String(Number(value.toPrecision(3)))
      .replace("-", "−")
      .replace(".", ","),
  decision(decision) {
    switch (decision.kind) {
      case "class":
        return `Das Modell sagt ${quoted(decision.label)}.`;
      case "yes-or-no":
        return `Das Modell sagt ${decision.yes ? "Ja" : "Nein"} zu ${quoted(decision.label)}.`;
      case "several": {
        if (decision.labels.length === 0) return "Das Modell wählt keine seiner Klassen.";
        const names =
          decision.more > 0
            ? `${decision.labels.map(quoted).join(", ")} und ${decision.more} weitere`
            : listed(decision.labels.map(quoted));
        return `Das Modell wählt ${names}. Jede Klasse wird für sich beurteilt.`;
      }
      case "number":
        return `Das Modell gibt die Zahl ${decision.value}${decision.of > 1 ? ` für ${quoted(decision.label)}` : ""}.`;
      default:
        return `Das Modell nennt ${quoted(decision.token)} ${quoted(decision.label)}.`;
    }
  },
  certainty: (level, probability) =>
    level === "coin-flip"
      ? `Das ist aber fast ein Münzwurf (${percent(probability)}).`
      : `Es ist ${de.certainties[level]} (${percent(probability)}).`,
  asked(asked) {
    switch (asked.kind) {
      case "other-class": {
        const chance = asked.probability === null ? "" : ` Das Modell gibt ihr ${percent(asked.probability)}.`;
        return `Erklärt wird hier eine andere Antwort: ${quoted(asked.label)}.${chance}`;
      }
      case "against":
        return `Erklärt wird ${quoted(asked.label)} im Vergleich mit ${quoted(asked.against)}.`;
      default:
        return `Erklärt wird keine einzelne Antwort, sondern: ${asked.about}.`;
    }
  },
  evidence({ side, target, items, spread }) {
    if (spread) return `${SPREAD[side](forTarget(target))}, ist über das Bild verteilt.`;
    const start = SIDES[side](forTarget(target));
    return `${start}: ${listed(items.map(({ name, level }) => `${name} (${de.strengths[level]})`))}.`;
  },
  noEvidence: (side, noun, target) =>
    side === "matters"
      ? `${no(noun)} zählt viel für ${forTarget(target)}.`
      : `${no(noun)} spricht deutlich ${side === "for" ? "für" : "gegen"} ${forTarget(target)}.`,
  allWeak: (whole) => `Alle Zeichen in ${THIS[whole]} sind schwach. Lesen Sie nicht viel hinein.`,
  elsewhere: (share, whole) =>
    `Etwa ${percent(share)} davon liegen auf Zeichen, die das Modell selbst hinzufügt, und auf keinem einzelnen Teil ${OF[whole]}.`,
  warning: (code, whole) => WARNINGS[code]?.(whole),
  notTold({ baseline, whole }) {
    const compared = COMPARED[baseline ?? ""]?.(whole) ?? "etwas anderem";
    return `Zu sehen ist, worauf das Modell reagiert, verglichen mit ${compared}. Ob die Antwort stimmt, sagt das nicht. Was in der Welt wovon kommt, auch nicht.`;
  },
};
