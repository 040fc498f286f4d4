/** @file German. */

import type { Changed, Comparison, EvidenceOn, Noun, RegionPart, Target, Whole, Words } from "./words.ts";

const quoted = (text: string) => `„${text}“`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} und ${names.at(-1)}`;

/** No space that breaks between the number and its sign. */
const percent = (share: number): string => {
  const value = share * 100;
  if (share > 0 && value < 0.5) return "unter 1\u00a0%";
  if (share < 1 && value >= 99.5) return "über 99\u00a0%";
  const text = Math.abs(value - 50) < 1 && value !== 50 ? value.toFixed(1) : value.toFixed(0);
  return `${text.replace(".", ",")}\u00a0%`;
};

const ORDINALS = ["erste", "zweite", "dritte", "vierte", "fünfte", "sechste", "siebte", "achte", "neunte", "zehnte"];

const no = (noun: Noun): string =>
  noun === "word" ? "Kein Wort" : noun === "patch" ? "Kein Teil" : `Nichts (${noun.many})`;

const forTarget = (target: Target): string => {
  if (target.kind === "similarity") return "Ähnlichkeit";
  return target.kind === "number" ? "eine höhere Zahl" : quoted(target.label);
};

/** In the dative: "in diesem Text". */
const THIS: Readonly<Record<Whole, string>> = {
  text: "diesem Text",
  picture: "diesem Bild",
  input: "dieser Eingabe",
};
/** In the nominative: "dieser Text". */
const THIS_ONE: Readonly<Record<Whole, string>> = {
  text: "dieser Text",
  picture: "dieses Bild",
  input: "diese Eingabe",
};
const TO_THE: Readonly<Record<Whole, string>> = { text: "dem Text", picture: "dem Bild", input: "der Eingabe" };
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

/** In plain words what the technical part says in its own; what concerns that part alone is left to it. */
const WARNINGS: Readonly<Record<string, (whole: Whole) => string>> = {
  truncated: (whole) => `${THE[whole]} ist länger, als das Modell lesen kann. Der Rest wurde nicht angesehen.`,
  "answer-window": () =>
    "Der Text ist länger, als das Modell auf einmal liest. Er wurde in Stücken gelesen, und nur das mit der Antwort wird erklärt.",
  "no-answer": () => "Das Modell hält es für wahrscheinlicher, dass der Text keine Antwort hat.",
  windows: (whole) => `${THE[whole]} ist länger, als das Modell auf einmal liest. Es las in Stücken.`,
  "not-converged": () => "Die Zahlen dahinter sind nicht zur Ruhe gekommen. Lesen Sie sie mit Vorsicht.",
  "split-words": () =>
    "Viele Wörter dieses Textes sind dem Modell fremd. Er ist vielleicht in einer anderen Sprache, oder er enthält Namen, Codes oder Tippfehler. Die Antwort sagt vielleicht wenig.",
  "unknown-tokens": () =>
    "Manche Zeichen dieses Textes kennt das Modell nicht. Es liest sie alle gleich, was immer sie sind.",
  "mostly-unknown": () =>
    "Vieles in diesem Text kennt das Modell nicht. Es liest all das gleich, was immer es ist. Die Antwort sagt dann wenig.",
  "coarse-view": () =>
    "Dieses Bild ist viel größer als die Bilder, die das Modell kennt. Es sieht davon nur eine kleine, grobe Kopie. Die Antwort sagt vielleicht wenig.",
  "difference-accepted": () =>
    "Das Modell lief anders, als seine Datei es verlangt. Dort antwortet es vielleicht anders.",
  dequantised: () =>
    "Das Modell lief in feineren Schritten, als seine Datei es verlangt. Seine Antwort kann etwas anders sein.",
  saturation: () => "Die Datei des Modells rundet große Zahlen ab. Seine Antwort kann anders sein als die hier.",
  "tokenizer-version": () => "Andere Programme lesen diesen Text vielleicht anders und bekommen eine andere Antwort.",
  "transparency-ignored": () => "Durchsichtige Stellen des Bildes wurden nicht als durchsichtig behandelt.",
  "grey-levels-clipped": () => "Helle Stellen des Bildes wurden zu reinem Weiß.",
  "first-picture-only": () => "In der Datei sind mehrere Bilder. Nur das erste wurde angesehen.",
  "problem-type": () => "Die Dateien des Modells widersprechen sich darin, was seine Antworten sind. Prüfen Sie sie.",
  labels: () => "Die Dateien des Modells widersprechen sich in den Namen seiner Antworten. Prüfen Sie sie.",
};

const compared = ({ baseline, whole }: Comparison): string => COMPARED[baseline ?? ""]?.(whole) ?? "etwas anderem";

const MANY: Readonly<Record<"word" | "patch", string>> = { word: "Wörter", patch: "Teile" };
const many = (noun: Noun): string => (typeof noun === "string" ? MANY[noun] : noun.many);

/** After "ohne", and after "allein mit". */
function taken({ without, noun }: Changed, mit = false): string {
  if (Array.isArray(without)) return listed(without);
  const { parts, of } = without as Exclude<Changed["without"], readonly string[]>;
  return `${mit ? "den" : "die"} ${parts} stärksten der ${of} ${many(noun)}`;
}

function says({ says: { label, probability, value }, isNumber }: Changed): string {
  if (isNumber) return `gibt das Modell ${value}`;
  return `sagt das Modell ${quoted(label)}${probability === null ? "" : ` (${percent(probability)})`}`;
}

const REGION_PART_NAMES: Readonly<Record<RegionPart, (region: string) => string>> = {
  left: (region) => `${region} (der linke Teil davon)`,
  right: (region) => `${region} (der rechte Teil davon)`,
  upper: (region) => `${region} (der obere Teil davon)`,
  lower: (region) => `${region} (der untere Teil davon)`,
  spots: (region) => `${region} (einzelne Stellen)`,
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
    elsewhere: "Alles zusammen",
    change: "Was es ändern würde",
    warning: "Vorsicht",
    caution: "Vorsicht",
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
  regionPart: (region, part) => REGION_PART_NAMES[part](region),
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
      case "similarity": {
        const other = decision.other === undefined ? "dem, womit verglichen wird," : quoted(decision.other);
        return `Das Modell gibt die Ähnlichkeit mit ${other} mit ${decision.value} an.`;
      }
      case "next":
        return `Das Modell setzt mit ${quoted(decision.label)} fort.`;
      case "fills":
        return `Das Modell setzt an die Stelle der Maske ${quoted(decision.label)}.`;
      case "answers":
        return `Das Modell antwortet ${quoted(decision.label)}.`;
      default:
        return `Das Modell nennt ${quoted(decision.token)} ${quoted(decision.label)}.`;
    }
  },
  certainty({ level, probability, accuracy, unlike, about }) {
    const sure = de.certainties[level];
    const chance = percent(probability);
    const first =
      about !== undefined
        ? `Ob ${quoted(about.label)} passt: Das Modell sagt ${about.picked ? "Ja" : "Nein"} und ist ${sure} (${chance}).`
        : level === "coin-flip"
          ? `Das ist aber ${sure} (${chance}).`
          : `Es ist ${sure} (${chance}).`;
    if (unlike !== undefined) return `${first} Verlassen Sie sich nicht darauf: So etwas kennt das Modell kaum.`;
    if (accuracy === undefined) return first;
    return `${first} In einem Test lag es in etwa ${Math.round(100 * accuracy)} von 100 Fällen richtig, wenn es so sicher war.`;
  },
  asked(asked) {
    switch (asked.kind) {
      case "other-class": {
        const chance = asked.probability === null ? "" : ` Das Modell gibt ihr ${percent(asked.probability)}.`;
        return `Erklärt wird hier eine andere Antwort: ${quoted(asked.label)}.${chance}`;
      }
      case "answer": {
        const chance = asked.probability === null ? "" : ` Das Modell gibt ihr ${percent(asked.probability)}.`;
        return `Erklärt wird die Antwort ${quoted(asked.label)}.${chance}`;
      }
      case "against":
        return `Erklärt wird ${quoted(asked.label)} im Vergleich mit ${quoted(asked.against)}.`;
      default:
        return `Erklärt wird keine einzelne Antwort, sondern: ${asked.about}.`;
    }
  },
  evidence({ side, target, items, spread, level }) {
    if (spread) return `${SPREAD[side](forTarget(target))}, ist über das Bild verteilt (${de.strengths[level]}).`;
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
  cancels: () => "Was dafür und was dagegen spricht, hebt sich fast auf.",
  sameScore: (comparison) => `Fast denselben Wert gibt das Modell ${compared(comparison)}.`,
  inSumAgainst: (whole) => `Alles in allem spricht ${THIS_ONE[whole]} gegen die Antwort. Das Modell gibt sie trotzdem.`,
  part: (quoted) => `den Teil ${quoted}`,
  changes: (changed) => `Ohne ${taken(changed)} ${says(changed)}.`,
  neverChanges: (removed, noun) =>
    removed < 2
      ? `Die Antwort bleibt, wenn man eines davon wegnimmt (${many(noun)}).`
      : `Die Antwort bleibt, wenn man eines davon wegnimmt (${many(noun)}), und auch ohne die ${removed} stärksten zusammen.`,
  alone: (changed) => `Mit ${taken(changed, true)} allein ${says(changed)}.`,
  trainedOn: (what) => `Das Modell hat von diesem gelernt: ${what}. Anderes ist ihm neu.`,
  oneOf: (classes, whole) =>
    `Es wählt immer eine seiner ${classes} Antworten, auch wenn keine zu ${TO_THE[whole]} passt.`,
  doesNotAddUp: (share) => `Die Zahlen dahinter gehen nicht auf: Ihnen fehlen ${percent(share)} zur Summe.`,
  warning: (code, whole) => WARNINGS[code]?.(whole),
  notTold(comparison) {
    return `Zu sehen ist, worauf das Modell reagiert, verglichen mit ${compared(comparison)}. Ob die Antwort stimmt, sagt das nicht. Was in der Welt wovon kommt, auch nicht.`;
  },
};
