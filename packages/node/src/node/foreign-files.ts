/** @file Kinds of files that hold tables or texts and are none that calig reads: how they are known, and the way out of each. */

/** A kind of file and what to do with it. */
export interface ForeignFile {
  /** "an Excel workbook" */
  readonly what: string;
  readonly remedy: string;
}

interface Kind {
  readonly what: string;
  readonly endings: readonly string[];
  /** What its first bytes are, as Latin-1; undefined where letters alone would tell. */
  readonly starts?: RegExp;
  /** Texts that it holds somewhere, one of them. */
  readonly holds?: readonly string[];
  readonly remedy: (file: string) => string;
}

const saveAsCsv = (): string => 'in the spreadsheet program, save the sheet as "CSV UTF-8"';

/** Python that writes what pandas reads as JSON lines. */
const byPandas = (reader: string) => (file: string) =>
  `write it as JSON lines, as with python -c "import pandas; pandas.${reader}('${file}').to_json('${jsonl(file)}', orient='records', lines=True)"`;

const jsonl = (file: string): string => file.replace(/(\.[^./\\]*)?$/, ".jsonl");

const unpack = (command: string) => (file: string) => `unpack it first with ${command} ${file}`;

/** Those that are more special come first. */
const KINDS: readonly Kind[] = [
  {
    what: "an Excel workbook",
    endings: [".xlsx", ".xlsm", ".xlsb"],
    starts: /^PK\x03\x04/,
    holds: ["xl/workbook"],
    remedy: saveAsCsv,
  },
  {
    what: "a spreadsheet of OpenDocument",
    endings: [".ods"],
    starts: /^PK\x03\x04/,
    holds: ["mimetypeapplication/vnd.oasis.opendocument.spreadsheet"],
    remedy: saveAsCsv,
  },
  {
    what: "a document of a word processor",
    endings: [".docx", ".odt", ".doc", ".rtf"],
    starts: /^(?:PK\x03\x04|\{\\rtf)/,
    holds: ["word/document", "mimetypeapplication/vnd.oasis.opendocument.text", "{\\rtf"],
    remedy: () => "save it as plain text in UTF-8",
  },
  { what: "a zip archive", endings: [".zip"], starts: /^PK[\x03\x05]/, remedy: unpack("unzip") },
  { what: "an old Excel workbook", endings: [".xls"], starts: /^\xd0\xcf\x11\xe0/, remedy: saveAsCsv },
  {
    what: "a Parquet file",
    endings: [],
    starts: /^PAR1[\x00-\x1f]/,
    remedy: (file) => `let its name end in .parquet, as in ${file.replace(/(\.[^./\\]*)?$/, ".parquet")}`,
  },
  {
    what: "an Arrow or Feather file",
    endings: [".arrow", ".feather"],
    starts: /^(?:ARROW1|FEA1)[\x00-\x1f]/,
    remedy: byPandas("read_feather"),
  },
  { what: "an ORC file", endings: [".orc"], remedy: byPandas("read_orc") },
  { what: "a Stata file", endings: [".dta"], starts: /^<stata_dta>/, remedy: byPandas("read_stata") },
  { what: "an SPSS file", endings: [".sav"], starts: /^\$FL2/, remedy: byPandas("read_spss") },
  { what: "an HDF5 file", endings: [".h5", ".hdf5", ".hdf"], starts: /^\x89HDF/, remedy: byPandas("read_hdf") },
  { what: "a pickle", endings: [".pkl", ".pickle"], starts: /^\x80[\x02-\x05]/, remedy: byPandas("read_pickle") },
  {
    what: "a NumPy array",
    endings: [".npy", ".npz"],
    starts: /^\x93NUMPY/,
    remedy: () => "write its texts to a .jsonl or .csv file",
  },
  {
    what: "an SQLite database",
    endings: [".db", ".sqlite", ".sqlite3"],
    starts: /^SQLite format 3/,
    remedy: () => "write the rows to a .csv file with sqlite3 -csv -header",
  },
  { what: "an Avro file", endings: [".avro"], starts: /^Obj\x01/, remedy: () => "write its records as JSON lines" },
  { what: "compressed (gzip)", endings: [".gz", ".tgz"], starts: /^\x1f\x8b/, remedy: unpack("gunzip") },
  { what: "compressed (bzip2)", endings: [".bz2"], starts: /^BZh[1-9]1AY/, remedy: unpack("bunzip2") },
  { what: "compressed (xz)", endings: [".xz"], starts: /^\xfd7zXZ/, remedy: unpack("unxz") },
  {
    what: "compressed (Zstandard)",
    endings: [".zst", ".zstd"],
    starts: /^\x28\xb5\x2f\xfd/,
    remedy: unpack("unzstd"),
  },
  { what: "a 7-Zip archive", endings: [".7z"], starts: /^7z\xbc\xaf/, remedy: unpack("7z x") },
  { what: "a tar archive", endings: [".tar"], starts: /^[\s\S]{257}ustar/, remedy: unpack("tar xf") },
  { what: "a PDF", endings: [".pdf"], starts: /^%PDF-/, remedy: () => "write its texts to a .txt file, one a line" },
  {
    what: "a picture",
    endings: [],
    starts: /^(?:\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF[\s\S]{4}WEBP)/,
    remedy: () => "explain a picture with --image",
  },
  {
    what: "a pointer of Git LFS in place of the file",
    endings: [],
    starts: /^version https:\/\/git-lfs/,
    remedy: () => "get the file itself with git lfs pull",
  },
  {
    what: "a page in HTML",
    endings: [".html", ".htm"],
    starts: /^\s*<(?:!doctype html|html)/i,
    remedy: () => "download the data themselves, as .csv or .jsonl",
  },
  {
    what: "XML",
    endings: [".xml"],
    starts: /^\s*<\?xml/i,
    remedy: () => "write its texts to a .jsonl or .csv file",
  },
];

/** What the bytes of a file are, where they are no text that calig reads. */
export function foreignContent(bytes: Uint8Array, file: string): ForeignFile | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = data
    .subarray(0, 512)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "");
  return described(
    KINDS.find(
      ({ starts, holds }) => starts?.test(head) === true && (holds?.some((text) => data.includes(text)) ?? true),
    ),
    file,
  );
}

/** What the ending of a file's name says that it is, where that is none that calig reads. */
export function foreignEnding(ending: string, file: string): ForeignFile | undefined {
  return described(
    KINDS.find(({ endings }) => endings.includes(ending.toLowerCase())),
    file,
  );
}

const described = (kind: Kind | undefined, file: string): ForeignFile | undefined =>
  kind === undefined ? undefined : { what: kind.what, remedy: kind.remedy(file) };
