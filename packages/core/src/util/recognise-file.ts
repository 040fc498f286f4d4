/** @file What a file is that is not what its name says: by its first bytes. */

interface Kind {
  readonly starts: string;
  /** "It is ...; ...": what, and the way out. */
  readonly what: string;
}

const KINDS: readonly Kind[] = [
  {
    starts: "version ",
    what: 'it looks like a Git LFS pointer, not the file itself; fetch it with "git lfs pull"',
  },
  { starts: "<", what: "it is a web page or an XML file: the download got something else; download it again" },
  {
    starts: "PK\x03\x04",
    what: "it is a zip archive, as PyTorch writes its files, under another name; convert it, or unpack it",
  },
  { starts: "GGUF", what: "it is a GGUF file under another name; give it the ending .gguf" },
  { starts: "\x89HDF", what: "it is an HDF5 file, as Keras writes it, under another name; get the PyTorch checkpoint" },
  { starts: "\x1f\x8b", what: "it is packed by gzip; unpack it" },
  ...["\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05"].map((starts) => ({
    starts,
    what: "it is pickled by Python, under another name; convert it",
  })),
  { starts: "\0\0\0\0\0\0\0\0", what: "it begins with zeros: the download is incomplete; download it again" },
  { starts: "{", what: "it is JSON, perhaps the error of a server; download it again" },
  { starts: "Entry", what: "it is the error of a server; download it again" },
  { starts: "Invalid", what: "it is the error of a server; download it again" },
  { starts: "Access", what: "it is the error of a server; download it again" },
];

/** "it is a web page ...; download it again" by the first bytes, 8 are enough; undefined for what is not known. */
export function recogniseFile(first: Uint8Array): string | undefined {
  const text = String.fromCharCode(...first.subarray(0, 16));
  return KINDS.find(({ starts }) => text.startsWith(starts))?.what;
}
