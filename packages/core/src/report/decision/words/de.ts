/** @file German. */

import type { SearchedSize } from "../../../evaluation/decision/smallest-change.ts";
import type { SheetNoun, SheetWords } from "./words.ts";

/** One; many; many in the dative. */
const NOUNS: Readonly<Record<SheetNoun, readonly [string, string, string]>> = {
  word: ["ein einziges Wort", "Wörter", "Wörtern"],
  patch: ["ein einziges Feld", "Felder", "Feldern"],
  part: ["ein einziges Teil", "Teile", "Teilen"],
};

const AI_ACT_86 = "Verordnung (EU) 2024/1689 (KI-Verordnung), Artikel 86 Absatz 1";
const AI_ACT_13 = "Verordnung (EU) 2024/1689 (KI-Verordnung), Artikel 13";
const GDPR_15 = "Verordnung (EU) 2016/679 (DSGVO), Artikel 15 Absatz 1 Buchstabe h";
const GDPR_22 = "Verordnung (EU) 2016/679 (DSGVO), Artikel 22 Absatz 3";
const COURT = "Gerichtshof der EU, C-203/22 (Dun & Bradstreet Austria)";

function searched(sizes: readonly SearchedSize[], noun: SheetNoun, most: number): string {
  const [only, many, ofMany] = NOUNS[noun];
  if (sizes.length === 0) return `Es gibt nur ${only}: Daraus lässt sich nichts weglassen.`;
  const tried = sizes.map(({ size, candidates, sets }) =>
    size === 1
      ? `jedes von ${candidates} ${ofMany} einzeln`
      : `alle ${sets} Mengen von ${size} der ${candidates} ${many}, die einzeln am meisten zählen`,
  );
  return `In dieser Reihenfolge versucht: ${tried.join("; ")}. Auch eine Menge von mehr als ${most} ${ofMany}, oder von anderen, kann die Antwort ändern.`;
}

/** Of what concerns the technical part: the rest is in the summary. */
const WARNINGS: Readonly<Record<string, string>> = {
  "assumed-pooling":
    "Keine Datei des Modells sagt, wie es Texte zusammenfasst: angenommen ist der Mittelwert seiner letzten Zustände.",
  "attention-sink":
    "Auf dem ersten Zeichen ruht viel Aufmerksamkeit, die das Modell sonst nicht braucht: Was die Karte ihm gibt, sagt nichts über das Wort.",
  "baseline-fitted": "Der eigene Ersatz für die Eingabe hat eine andere Länge als sie; er wurde angepasst.",
  "blocks-left-out": "Blöcke, deren Zahlen nicht genau genug wurden, sind in der Karte nicht enthalten.",
  "card-of-other-weights":
    "Was in der Beschreibung des Modells gemessen steht, gilt anderen Gewichten und wurde nicht verwendet.",
  "device-replaced":
    "Das Modell lief auf einem anderen Gerät, als verlangt war; das Ergebnis ist bis auf Rundung dasselbe.",
  "does-not-add-up": "Die Belege ergeben zusammen nicht den Unterschied der Werte, den sie erklären sollen.",
  "merged-adapter": "Ein Adapter wurde in die Gewichte eingerechnet: erklärt ist das Modell mit ihm.",
  "not-class-specific": "Das Verfahren unterscheidet nicht, für welche Antwort die Belege sprechen.",
  "not-refined": "Die Karte wurde nicht so oft verfeinert, wie verlangt war: Die Zeit war vorher um.",
  "of-a-plugin": "Ein Teil davon kommt aus einer Erweiterung, die calig nicht prüft.",
  "quantised-weights":
    "Die Gewichte sind gerundet gespeichert: erklärt ist das Modell mit ihnen, ohne weiteres Runden.",
  "unnamed-splitting": "Die Datei des Modells sagt nicht, wie Texte zerlegt werden; angenommen ist das Übliche.",
  "unused-adapter": "Beim Modell liegt ein Adapter, der nicht verwendet wurde: erklärt ist das Modell ohne ihn.",
  "unused-tensors": "Das Modell hat Gewichte, die nicht verwendet wurden.",
  memory: "Der freie Speicher ist für dieses Modell knapp.",
  streamed: "Das Modell wurde Block für Block geladen, weil der Speicher für das Ganze nicht reicht.",
  unsigned: "Das Verfahren sagt nicht, ob etwas für oder gegen die Antwort spricht.",
};

export const de: SheetWords = {
  titles: {
    system: "Das System und seine Rolle",
    result: "Was das Modell entschieden hat",
    elements: "Was dafür und was dagegen spricht",
    change: "Die kleinste Änderung, die die Entscheidung ändert",
    reliability: "Wie weit man sich darauf verlassen kann",
    limits: "Was sich daraus nicht schließen lässt",
    contest: "Wo man die Entscheidung anfechten kann",
    audit: "Prüfpfad",
    frame: "Was Gesetze zu erklären verlangen",
  },
  fields: {
    system: {
      name: "System",
      version: "Version des Systems",
      provider: "Anbieter",
      purpose: "Zweckbestimmung",
      sha256: "Prüfsumme der Gewichte, wie angegeben",
    },
    deployer: { name: "Betreiber", contact: "Kontakt" },
    decision: {
      reference: "Aktenzeichen",
      date: "Datum der Entscheidung",
      about: "Worüber entschieden wurde",
      outcome: "Getroffene Entscheidung",
      role: "Rolle des Systems darin",
      otherGrounds: "Was sonst abgewogen wurde",
      consequences: "Folgen für die Person",
    },
    data: { used: "Verwendete Daten", sources: "Herkunft der Daten" },
    oversight: { humans: "Menschen, die geprüft haben" },
    contest: { contact: "An wen", how: "Wie", deadline: "Bis wann", authority: "Aufsichtsbehörde" },
  },
  becomes: {
    mask: "das Zeichen für ein verdecktes Wort",
    pad: "das Zeichen für ein leeres Wort",
    unk: "das Zeichen für ein unbekanntes Wort",
    drop: "nichts, es wird herausgenommen",
    blur: "dasselbe, unscharf",
  },
  notStated: "nicht angegeben",
  allNotStated: (names) => `Nicht angegeben: ${names}.`,
  none: "keine",
  yes: "ja",
  no: "nein",
  point: ",",
  title: (label) => `Nachweisblatt zu einer Entscheidung: ${label}`,
  about: (date, version) => `Erstellt am ${date} mit calig ${version}.`,
  statedBy: "Angaben dessen, der das System einsetzt; hier nicht geprüft. calig kennt nur das Modell.",
  stated: "Wie angegeben",
  resultTable: {
    title: "Ergebnis und zweitbeste Antwort",
    answer: "Antwort",
    probability: "Wahrscheinlichkeit",
    number: "Zahl",
  },
  resultRows: {
    result: "Ergebnis",
    runnerUp: "Zweitbeste Antwort",
    noRunnerUp: "Es gibt keine andere Antwort, die in Frage kam.",
  },
  elements: {
    intro: (becomes) =>
      `Höchstens fünf Elemente auf jeder Seite, die stärksten zuerst. Jedes wurde für sich weggenommen (an seiner Stelle: ${becomes}) und das Modell erneut gefragt: „Ohne es“ ist, was das Modell dann sagte. Die Zahlen sind gemessen, nicht geschätzt; ein Punkt ist ein Hundertstel Wahrscheinlichkeit.`,
    for: (label) => `Spricht für „${label}“`,
    against: (label) => `Spricht gegen „${label}“`,
    noneFor: (label) => `Nichts spricht deutlich für „${label}“.`,
    noneAgainst: (label) => `Nichts spricht deutlich gegen „${label}“.`,
    header: {
      element: { word: "Wort", patch: "Feld", part: "Teil" },
      share: "Anteil an den Belegen",
      evidence: (unit) => `Beleg (${unit})`,
      without: "Ohne es",
      change: (label) => `„${label}“ ändert sich um`,
      flips: "Entscheidung ändert sich",
    },
    points: (difference) => `${difference} Punkte`,
    more: (count) => `und ${count} weitere`,
    places: "Zeilen und Spalten sind ab 0 gezählt, von oben links.",
    marks: "Die Nummern auf dem Bild sind die der Tabellen.",
    patch: (row, column) => `Zeile ${row}, Spalte ${column}`,
    contrary: "wirkt umgekehrt",
  },
  change: {
    numbers:
      "Das Modell gibt eine Zahl an: Es gibt keine andere Entscheidung, zu der es wechseln könnte. Die Tabelle oben sagt, wie sich die Zahl ändert.",
    none: (most) => `Keine gefunden: Keine versuchte Menge von höchstens ${most} ändert die Antwort.`,
    verified: (count) =>
      `${count === 1 ? "Ein Element" : `${count} Elemente`}; das Modell wurde dazu eigens gefragt. Keine kleinere der versuchten Mengen ändert die Antwort.`,
    searched,
    replacement: (becomes) => `Was an die Stelle des Weggenommenen tritt: ${becomes}.`,
  },
  reliability: {
    table: "Prüfungen an dieser Eingabe",
    header: ["Prüfung", "Ergebnis", "Was das sagt"],
    completeness: [
      "Die Zahlen gehen auf",
      "Dass unterwegs kein Beleg verloren geht; nicht, dass das Modell recht hat.",
    ],
    adds: (error) => `um ${error} verfehlt`,
    noSum: "das Verfahren sagt nicht, was ihre Summe ist",
    asMapped: [
      "Geprüfte Elemente, die wirken, wie die Karte sagt",
      "Weggenommen sollte, was für die Antwort spricht, sie senken, und was dagegen spricht, sie heben.",
    ],
    of: (count, of) => `${count} von ${of}`,
    baselines: [
      "Übereinstimmung dreier Vergleiche",
      "Belege werden gegen einen Ersatz für die Eingabe gemessen. Je näher an 1, desto weniger hängt daran, welcher es ist.",
    ],
    agree: (names, mean, least, same, of) =>
      `${names}: Rangkorrelation im Mittel ${mean}, mindestens ${least}; ${same} von ${of} Elementen behalten ihre Seite`,
    noBaselines: "das Verfahren vergleicht mit einem Ersatz oder mit keinem",
    order: [
      "Besser als zufällige Reihenfolgen",
      "Teile werden in der Reihenfolge der Karte und in zufälligen weggenommen und zurückgegeben. 50 % ergibt, wer nichts weiß.",
    ],
    ahead: (percentile, orders) => `als ${percentile} von ${orders}`,
    weakOrder:
      "An dieser Eingabe ist die Reihenfolge der Karte nicht deutlich besser als eine zufällige. Verlassen Sie sich auf das Geprüfte, nicht auf die Karte.",
    contrary:
      "Elemente mit „wirkt umgekehrt“ wirken, allein weggenommen, anders als die Karte sagt: Sie wirken mit anderen zusammen.",
    measured: (dataset, inputs) =>
      `Was eine Auswertung dieses Modells über das Verfahren sagt: ${dataset}, ${inputs} Eingaben`,
    measuredHeader: ["Maß", "Wert", "95-%-Bereich", "Zufällige Kontrolle", "Besser", "Eingaben"],
    better: { higher: "höher", lower: "niedriger", none: "" },
    differing: (names) => `Gemessen mit anderen Werten von: ${names}.`,
    notMeasured:
      "Eine Auswertung des Verfahrens an diesem Modell wurde nicht gegeben: calig evaluate erstellt sie, und --evaluation FILE stellt sie hierher.",
  },
  limits: (baseline, checksum) => [
    "Ob die Antwort des Modells richtig ist. Das Blatt sagt, worauf die Antwort beruht, nicht was wahr ist.",
    "Was in der Welt wovon die Ursache ist. Was für eine Antwort spricht, ist das, worauf dieses Modell anspricht.",
    "Ob die Person behandelt wurde wie andere. Dazu müsste man viele Fälle vergleichen.",
    "Was das Modell mit anderen Eingaben macht. Alle Angaben gelten nur für diese.",
    `Wie viel ein Beleg für sich genommen zählt. Gemessen wird gegen einen Ersatz für die Eingabe (${baseline}); ein anderer ergibt andere Zahlen.`,
    "Dass eine Änderung der Eingabe einem Menschen möglich ist oder Sinn hat. Geprüft ist, was das Modell ohne Teile davon tut.",
    `Irgendetwas über ein Modell mit einer anderen Prüfsumme als ${checksum}…, auch wenn es gleich heißt.`,
  ],
  warnings: "Warnungen:",
  warning: (code) => WARNINGS[code],
  contestIntro:
    "Angaben dessen, der das System einsetzt. Eine Person kann verlangen, dass ein Mensch noch einmal hinsieht, ihren Standpunkt darlegen und die Entscheidung anfechten.",
  audit: {
    table: "Woraus dieses Blatt entstanden ist",
    rows: {
      model: "Modell",
      weights: "Gewichte, SHA-256",
      input: "Eingabe, SHA-256",
      of: "von",
      method: "Verfahren",
      seed: "Startwert",
      made: "Erstellt",
      versions: "Mit",
      context: "Datei mit den Angaben, SHA-256",
      evaluation: "Datei der Auswertung, SHA-256",
      numbers: "Zahlen, SHA-256",
      sheet: "Blatt, SHA-256",
    },
    of: { text: "Text in UTF-8", file: "Datei", pixels: "Bildpunkte", input: "Eingabe" },
    command:
      "Dieser Befehl erstellt das Blatt noch einmal, auf die Ziffer genau: Mit derselben Version von calig, dem Modell und den Dateien der Prüfsummen oben ergibt er dieselbe Prüfsumme der Zahlen. Auf einem anderen Prozessor können die letzten Ziffern abweichen.",
    noCommand: "Kein Befehl ist abgedruckt:",
    check:
      "calig decision --check FILE sagt, ob dieses Blatt so ist, wie es geschrieben wurde: Beide Prüfsummen werden neu berechnet, und bei einer Seite, ob sie zeigt, was ihre Daten sagen.",
  },
  frame: {
    note: "Das Blatt hilft zu beantworten, was diese Texte verlangen; es stellt nicht fest, dass einer davon eingehalten ist, und ist keine Rechtsberatung. Ob sie anwendbar sind, ist hier nicht gesagt.",
    table: "Was verlangt ist, wo es in diesem Blatt steht und was hinzufügen muss, wer entscheidet",
    header: ["Verlangt", "Von", "In diesem Blatt", "Hinzuzufügen"],
    nothing: "nichts",
    rows: [
      {
        asked: "Die Rolle des KI-Systems im Entscheidungsprozess",
        source: AI_ACT_86,
        sections: ["system"],
        toAdd: "Wer oder was die Antwort wie verwendet hat und was sonst abgewogen wurde: Felder der Angaben.",
      },
      {
        asked: "Die wichtigsten Elemente der getroffenen Entscheidung",
        source: AI_ACT_86,
        sections: ["result", "elements", "change"],
        toAdd: "Die Entscheidung über die Person; dieses Blatt handelt allein von der Antwort des Modells.",
      },
      {
        asked: "Informationen, mit denen Betreiber die Ausgaben deuten und angemessen verwenden können",
        source: AI_ACT_13,
        sections: ["reliability", "limits", "audit"],
        toAdd: "Betriebsanleitung des Anbieters mit Genauigkeit, bekannten Risiken und Aufsicht.",
      },
      {
        asked: "Aussagekräftige Informationen über die involvierte Logik, Tragweite und Auswirkungen",
        source: GDPR_15,
        sections: ["elements", "change", "reliability"],
        toAdd: "Was für die Person daraus folgt: Kein Modell weiß das.",
      },
      {
        asked: "Welche Daten der Person auf welche Art verwendet wurden",
        source: COURT,
        sections: ["elements", "audit"],
        toAdd: "Daten, die außerhalb des Modells verwendet wurden, und die Herkunft aller Daten.",
      },
      {
        asked: "In welchem Maße eine Änderung der Daten zu einem anderen Ergebnis geführt hätte",
        source: COURT,
        sections: ["change", "elements"],
        toAdd: "Änderungen in den Begriffen des Falls: Die hier geprüften nehmen Teile der Eingabe weg.",
      },
      {
        asked: "Eingreifen eines Menschen, eigener Standpunkt und Anfechtung der Entscheidung",
        source: GDPR_22,
        sections: ["contest"],
        toAdd: "An wen, wie und bis wann.",
      },
    ],
  },
};
