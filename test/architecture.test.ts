/** @file The rules of the house as tests: which room may import which, no cycles, no barrels, who may use which library, file headers. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { OWN_PROCESS } from "./support/own-process.ts";

const PACKAGES_FOLDER = fileURLToPath(new URL("../packages/", import.meta.url));

/** The packages with sources, and which of the others each may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  web: ["core"],
  page: ["core", "web"],
  node: ["core"],
  calig: ["core", "web", "node"],
};

/** What a package is imported as besides `internal/`, and the file that is meant. */
const PACKAGE_ENTRIES: Readonly<Record<string, string>> = {
  "@calig/core": "index.ts",
  "@calig/core/extend": "extend.ts",
  "@calig/web": "web.ts",
  "@calig/web/minimal": "minimal.ts",
  "@calig/web/components": "components/register.ts",
  "@calig/node": "node.ts",
  "@calig/node/server": "server.ts",
  "@calig/node/cli": "cli/bin.ts",
};

/** The storeys of the house, from the ground up. ARCHITECTURE.md says what each is for. */
const STOREYS = ["ground", "model", "method", "face", "doors"] as const;
type Storey = (typeof STOREYS)[number];

/** What every room may know. */
const PLAIN = ["errors.ts", "util", "options", "tensor"];

/**
 * The rooms of each storey, which are folders (or files) of the sources of all packages, and what each may import besides
 * itself: rooms, or all rooms of a storey below. A room never imports one of a storey above.
 */
const HOUSE: Readonly<Record<Storey, Readonly<Record<string, readonly string[]>>>> = {
  ground: {
    "errors.ts": [],
    util: ["errors.ts"],
    options: ["errors.ts", "util"],
    tensor: ["errors.ts", "util"],
    onnx: PLAIN,
    checkpoint: [...PLAIN, "onnx"],
    graph: [...PLAIN, "onnx"],
    autodiff: [...PLAIN, "onnx", "graph"],
    canonical: [...PLAIN, "onnx", "graph"],
    runtime: PLAIN,
  },
  model: {
    input: [...PLAIN, "checkpoint"],
    transformer: [...PLAIN, "onnx", "checkpoint", "graph"],
    program: [...PLAIN, "onnx", "graph", "autodiff", "runtime", "transformer"],
  },
  method: {
    attribution: [...PLAIN, "runtime", "model"],
    modality: [...PLAIN, "runtime", "model", "attribution"],
    loading: ["ground", "model", "attribution", "modality"],
    pipelines: [...PLAIN, "input", "attribution", "loading"],
    evaluation: [...PLAIN, "model", "attribution", "modality"],
    shortcuts: [...PLAIN, "runtime", "model", "attribution", "evaluation"],
    verification: [...PLAIN, "onnx", "graph", "runtime", "model", "attribution", "modality", "loading"],
  },
  face: {
    reading: [...PLAIN, "attribution"],
    render: [...PLAIN, "attribution", "reading"],
    report: [...PLAIN, "attribution", "evaluation", "shortcuts", "verification", "reading", "render"],
    components: [...PLAIN, "attribution", "render"],
  },
  doors: {
    extend: ["ground", "model", "method", "reading", "render"],
    "extend.ts": ["ground", "model", "method", "face", "extend"],
    "index.ts": ["ground", "model", "method", "face"],
    node: ["ground", "model", "method", "face", "extend", "extend.ts"],
    "node.ts": ["ground", "method", "face", "index.ts", "node"],
    web: ["ground", "model", "method"],
    "web.ts": ["ground", "method", "index.ts", "web"],
    "minimal.ts": ["ground", "method", "web"],
    runs: ["ground", "method", "face", "node"],
    server: ["ground", "model", "method", "face", "node", "runs"],
    "server.ts": ["server"],
    mcp: ["ground", "method", "face", "node", "server"],
    cli: ["ground", "model", "method", "face", "extend", "node", "runs", "server", "mcp"],
    page: ["ground", "model", "method", "face", "web"],
    calig: ["components", "extend.ts", "index.ts", "node.ts", "server.ts", "web.ts"],
  },
};

const rooms = Object.entries(HOUSE).flatMap(([storey, own]) =>
  Object.entries(own).map(([room, may]) => ({ storey: storey as Storey, room, may })),
);
/** The rooms that a name in a list stands for. */
const roomsOf = (name: string): readonly string[] =>
  Object.hasOwn(HOUSE, name) ? Object.keys(HOUSE[name as Storey]) : [name];
/** What each room may import. */
const allowed = new Map(rooms.map(({ room, may }) => [room, new Set(may.flatMap(roomsOf))]));

/** Entry files: the only ones that may re-export. */
const ENTRIES = new Set([
  "extend.ts",
  "index.ts",
  "minimal.ts",
  "node.ts",
  "web.ts",
  "server.ts",
  ...["components", "extend", "index", "node", "server", "web"].map((name) => `calig/${name}.ts`),
]);

/** Plain foundations that every folder may know. */
const FOUNDATIONS = String.raw`errors\.ts$|util/|options/|tensor/`;

/** Narrower than the rooms: of all imports that are `about`, files `from` may have only those that match `may`. */
const NARROW: readonly { readonly from: RegExp; readonly about: RegExp; readonly may: RegExp }[] = [
  { from: /^(program|attribution|loading|evaluation)\//, about: /^runtime\//, may: /^runtime\/runtime\.ts$/ },
  {
    from: /^checkpoint\//,
    about: /./,
    may: new RegExp(`^(${FOUNDATIONS}|checkpoint/|onnx/(model|external-data)\\.ts$)`),
  },
  {
    from: /^attribution\/(explanation|option-words|effort|options)\.ts$/,
    about: /./,
    may: new RegExp(
      `^(${FOUNDATIONS}|input/(features|image/rgb-image)\\.ts$|attribution/(explanation|option-words|effort|options)\\.ts$)`,
    ),
  },
  {
    from: /^components\//,
    about: /./,
    may: new RegExp(`^(${FOUNDATIONS}|components/|reading/|render/|attribution/explanation(-versions)?\\.ts$)`),
  },
  {
    // The page without its workers: what makes it heavy stays in them.
    from: /^page\/(?!(engine|picture)\.worker\.ts$)/,
    about: /./,
    may: new RegExp(
      `^(${FOUNDATIONS}|page/|components/|reading/|render/|attribution/(explanation|option-words|class-names|input)\\.ts$|input/image/rgb-image\\.ts$|verification/verification\\.ts$|report/verification/table\\.ts$)`,
    ),
  },
  {
    from: /^(reading|render)\//,
    about: /./,
    may: new RegExp(`^(${FOUNDATIONS}|reading/|render/|attribution/(calibration|explanation|typical)\\.ts$)`),
  },
];

/** Libraries that only one part may know. */
const LIBRARIES: readonly { readonly library: RegExp; readonly where: RegExp }[] = [
  { library: /^onnxruntime/, where: /^runtime\// },
  { library: /^tokenizers$/, where: /^input\/text\/native-/ },
  { library: /^@huggingface\/tokenizers$/, where: /^input\/text\/portable\/library\.ts$/ },
  { library: /^lit(\/|$)/, where: /^(components|page)\// },
  { library: /^(bullmq|ioredis)$/, where: /^runs\/queue\.ts$/ },
  { library: /^@aws-sdk\//, where: /^node\/storage\/s3\.ts$/ },
  { library: /^hyparquet(-|$)/, where: /^node\/parquet\// },
  { library: /^tinyglobby$/, where: /^node\/input-tables\.ts$/ },
  { library: /^sharp$/, where: /^node\/|^util\/load-sharp\.ts$/ },
  { library: /^(hono|@hono\/)/, where: /^server\// },
  { library: /^@bufbuild\//, where: /^(onnx\/|report\/tensorboard\/event\.ts$)/ },
  { library: /^@tanstack\/virtual-core$/, where: /^report\/browse\/page\// },
  { library: /^valibot$/, where: /^(options\/|attribution\/(explanation-schema|options|parse-explanation)\.ts$)/ },
  { library: /^ml-kmeans$/, where: /^shortcuts\/cues\/patch-kinds\.ts$/ },
  { library: /^@valibot\//, where: /^server\// },
];

/** A node's operator compared with a name, on either side, or switched over. */
const ASKS_FOR_OPERATOR =
  /\bopType\s*[!=]==?\s*["'`]|["'`]\s*[!=]==?\s*[\w.?!]*\bopType\b|\bswitch\s*\([^)]*\bopType\s*\)/;

/** The kind of an input compared with "text" or "image", or told by its field: each such question. */
const ASKS_FOR_KIND =
  /\b(?:kind|input|modality)(?:\.name)?\s*[!=]==\s*["'`](?:text|image)s?["'`]|["'`](?:text|image)["'`]\s*[!=]==\s*[\w.?!]*\b(?:kind|input)\b|["'`](?:text|image)s?["'`]\s*in\s|\bcase\s+["'`]image["'`]/g;

/** Where that cannot be otherwise, and how many times: ARCHITECTURE.md has the reasons. */
const KIND_QUESTIONS: Readonly<Record<string, number>> = {
  "attribution/explanation-versions.ts": 2,
  "loading/build-checkpoint.ts": 2,
};

/** What SECURITY.md says happens nowhere else: connections to elsewhere, code made of text, markup made of text, processes. */
const POWERS: readonly { readonly power: string; readonly source: RegExp; readonly where: RegExp }[] = [
  {
    power: "opens connections",
    source:
      /\bfetch\(|\bWebSocket\(|\bEventSource\(|XMLHttpRequest|sendBeacon|["']node:(https?|net|tls|dgram|http2)["']/,
    where: /^(web|components|page|server)\/|^node\/hub\/hub-request\.ts$|^report\/browse\/(page\/opened|script)\.ts$/,
  },
  { power: "runs text as code", source: /\beval\(|\bnew Function\(|["']node:vm["']|\bimportScripts\(/, where: /^$/ },
  {
    power: "takes text for markup",
    source: /\.(inner|outer)HTML\s*=|insertAdjacentHTML|unsafe(HTML|SVG)|document\.write/,
    // Markup that calig made and packed, on a page whose policy lets nothing in it run; and what the renderer has escaped.
    where: /^report\/browse\/(page\/opened|script)\.ts$|^components\/drawn\.ts$/,
  },
  {
    power: "starts processes",
    source: /["']node:child_process["']/,
    where: /^(server\/model-process|runs\/worker-process)\.ts$/,
  },
  // Bundlers move code: what lies where is asked in one place, which knows of them. Those of browsers know import.meta.
  {
    power: "asks where it lies",
    source: /\bimport\.meta\b|\bcreateRequire\b|\b__(?:file|dir)name\b/,
    where: /^(util\/own-place\.ts$|page\/)/,
  },
];

/** The parts of a test that keep others, or itself, from running. */
const SWITCHED_OFF =
  /\b(?:describe|it|test|suite)\b(?:\.\w+)*\.(?:only|skip|todo)\b|\b(?:xit|xdescribe|fit|fdescribe)\(/;

/** The parts of a test that other tests of its process would notice, or that would notice them. */
const NEEDS_A_PROCESS = /\bvi\.(?:mock|doMock)\(|settled-memory\.ts|process\.memoryUsage/;

interface Import {
  readonly from: string;
  readonly written: string;
  readonly to: string;
}

/** TypeScript files below `folder`, relative to it. */
const typescriptBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts"));

/** Where a file of a package is in the one tree that the rules speak of. */
const placeOf = (name: string, file: string): string =>
  name === "page" || name === "calig" ? `${name}/${file}` : file;

const sources = new Map<string, string>();
const packageOf = new Map<string, string>();
for (const name of Object.keys(PACKAGES)) {
  const folder = join(PACKAGES_FOLDER, name, "src");
  for (const file of typescriptBelow(folder).filter((file) => !file.endsWith(".test.ts"))) {
    sources.set(placeOf(name, file), readFileSync(join(folder, file), "utf8"));
    packageOf.set(placeOf(name, file), name);
  }
}
const files = [...sources.keys()];

/** Targets of import and re-export statements, of types too, and of import() with a literal, as they are written. */
function targetsIn(source: string): string[] {
  const statements = source.matchAll(
    /(?:^|\n)\s*(?:import\s*|(?:import|export)\b[^;"'=()]*?\bfrom\s*)["']([^"'\n]+)["']/g,
  );
  const calls = source.matchAll(/\bimport\(\s*["']([^"'\n]+)["']/g);
  return [...new Set([...statements, ...calls].map(([, target = ""]) => target))];
}

/** What an import means: a path in the tree of all packages, or the name of a library. */
function meaningOf(file: string, target: string): string {
  if (target.startsWith(".")) return normalize(join(dirname(file), target)).replaceAll("\\", "/");
  const [, name = "", path] = /^@calig\/(\w+)\/internal\/(.+)$/.exec(target) ?? [];
  return path === undefined ? (PACKAGE_ENTRIES[target] ?? target) : placeOf(name, `${path}.ts`);
}

/** What a file imports, as it is written and as it is meant. */
const importsOf = (file: string): Import[] =>
  targetsIn(sources.get(file) ?? "").map((target) => ({ from: file, written: target, to: meaningOf(file, target) }));

const imports = files.flatMap(importsOf);
const inner = imports.filter(({ to }) => to.endsWith(".ts"));
const part = (file: string): string => file.split("/")[0] as string;
const show = (edges: readonly Import[]) => edges.map(({ from, to }) => `${from} -> ${to}`);

describe("targetsIn()", () => {
  it("finds every way to import, and no text that only looks like one", () => {
    const source = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'import {\n  c,\n  type D,\n} from "./c.ts";',
      'import "./effect.ts";',
      'export { e } from "./e.ts";',
      'export * from "./f.ts";',
      'const { g } = await import("./g.ts");',
      'let h: import("./h.ts").H;',
      'export const text = "./no.ts";',
      'export function no() {\n  return "./no.ts";\n}',
      'say("import it from", "./no.ts");',
    ].join("\n");
    const found = ["a", "b", "c", "effect", "e", "f", "g", "h"].map((name) => `./${name}.ts`);
    expect(targetsIn(source)).toEqual(found);
  });
});

describe("the rooms of the house", () => {
  it("are those of ARCHITECTURE.md", () => {
    const text = readFileSync(new URL("../ARCHITECTURE.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| (\w+) \| `([^`]+?)\/?` \| .* \| ([^|]*?) ?\|$/gm)];
    const written = rows.map(([, storey, room, may = ""]) => [storey, room, may]);
    const wanted = rooms
      .filter(({ room }) => !ENTRIES.has(room) && room !== "calig")
      .map(({ storey, room, may }) => {
        const own = may.filter((name) => !ENTRIES.has(name));
        const plain = PLAIN.every((name) => own.includes(name));
        return [storey, room, (plain ? ["plain", ...own.filter((name) => !PLAIN.includes(name))] : own).join(", ")];
      });
    expect(written).toEqual(wanted);
  });

  it("are all folders that there are", () => {
    expect([...new Set(files.map(part))].sort()).toEqual(rooms.map(({ room }) => room).sort());
  });

  it("may import what lies beside or below them, and nothing in a circle", () => {
    const height = new Map(rooms.map(({ storey, room }) => [room, STOREYS.indexOf(storey)]));
    const done: string[] = [];
    const left = new Map(allowed);
    for (let before = -1; done.length > before; ) {
      before = done.length;
      for (const [room, may] of left) {
        if (![...may].every((other) => done.includes(other))) continue;
        done.push(room);
        left.delete(room);
      }
    }
    expect([...left.keys()]).toEqual([]);
    for (const { room } of rooms) {
      for (const other of allowed.get(room) ?? []) {
        expect(height.get(other), `${room} may import ${other}`).toBeLessThanOrEqual(height.get(room) as number);
      }
    }
  });

  it("import only what they may", () => {
    const broken = inner.filter(
      ({ from, to }) => part(from) !== part(to) && allowed.get(part(from))?.has(part(to)) !== true,
    );
    expect(show(broken)).toEqual([]);
  });

  it("have no leave that they do not use", () => {
    const used = (room: string, name: string) =>
      inner.some(({ from, to }) => part(from) === room && part(to) !== room && roomsOf(name).includes(part(to)));
    const idle = rooms.flatMap(({ room, may }) =>
      may.filter((name) => !PLAIN.includes(name) && !used(room, name)).map((name) => `${room} may import ${name}`),
    );
    expect(idle).toEqual([]);
  });

  it.each(NARROW)("let files in $from import, of $about, only $may", ({ from, about, may }) => {
    const broken = inner.filter((edge) => from.test(edge.from) && about.test(edge.to) && !may.test(edge.to));
    expect(show(broken)).toEqual([]);
  });

  it("have no cycles of files", () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of inner) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]) => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
      if (done.has(file) || trail.includes(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe("the packages", () => {
  const manifestOf = (name: string) =>
    JSON.parse(readFileSync(join(PACKAGES_FOLDER, name, "package.json"), "utf8")) as Record<
      "dependencies" | "devDependencies" | "peerDependencies",
      Readonly<Record<string, string>> | undefined
    > & { readonly version: string };

  it("import only those that they may, by name", () => {
    const broken = imports.filter(({ from, written, to }) => {
      const [own = "", other] = [packageOf.get(from), packageOf.get(to)];
      if (other === undefined) return written.startsWith("@calig/") || to.endsWith(".ts");
      return written.startsWith(".") === (other !== own) || (other !== own && !PACKAGES[own]?.includes(other));
    });
    expect(show(broken)).toEqual([]);
  });

  it("know nothing of Node but the one for it", () => {
    const using = imports.filter(({ from, to }) => to.startsWith("node:") && packageOf.get(from) !== "node");
    expect(show(using)).toEqual([]);
  });

  it.each(Object.keys(PACKAGES))("%s depends on what it imports and on nothing else", (name) => {
    const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifestOf(name);
    const declared = Object.keys({ ...dependencies, ...peerDependencies, ...(name === "page" ? devDependencies : {}) });
    const used = imports
      .filter(({ from, written }) => packageOf.get(from) === name && !/^(\.|node:)/.test(written))
      .map(({ written }) => /^(?:@[^/]+\/)?[^/]+/.exec(written)?.[0] as string);
    // What is read from there is no module (models and the built page), or loaded only where it is installed.
    const read = name === "node" ? /^@calig\/(model-|page$|web$)/ : /^@calig\/model-/;
    const libraries = declared.map((library) => library.replace(/^@types\//, ""));
    expect(libraries.filter((library) => !read.test(library)).sort()).toEqual([...new Set(used)].sort());
  });

  it("have one version, and depend on each other exactly", () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    for (const name of readdirSync(PACKAGES_FOLDER).filter((name) => !name.endsWith(".json"))) {
      const { version: own, ...manifest } = manifestOf(name);
      const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
      const others = Object.entries(all).filter(([library]) => library.startsWith("@calig/"));
      expect([own, ...others.map(([, wanted]) => wanted)], name).toEqual([version, ...others.map(() => version)]);
    }
  });
});

describe("the libraries", () => {
  it.each(LIBRARIES)("$library is known only in $where", ({ library, where }) => {
    expect(show(imports.filter(({ from, to }) => library.test(to) && !where.test(from)))).toEqual([]);
  });
});

describe("the powers of the code", () => {
  it.each(POWERS)("nothing $power but in $where", ({ source, where }) => {
    const using = files.filter((file) => !where.test(file) && source.test(sources.get(file) ?? ""));
    expect(using).toEqual([]);
  });

  it.each([
    ["opens connections", "await fetch(address)"],
    ["opens connections", 'import { request } from "node:https";'],
    ["runs text as code", "new Function(text)"],
    ["takes text for markup", "element.innerHTML = text"],
    ["starts processes", 'import { spawn } from "node:child_process";'],
    ["asks where it lies", 'new URL("./thread.js", import.meta.url)'],
    ["asks where it lies", 'import { createRequire } from "node:module";'],
  ])("one that %s is noticed: %s", (name, text) => {
    expect(POWERS.filter(({ source }) => source.test(text)).map(({ power }) => power)).toEqual([name]);
  });
});

describe("every file", () => {
  it("says in its first lines what it is for", () => {
    expect(files.filter((file) => !/^(#!.*\n)?\/\*\*\s*(\n \* )?@file /.test(sources.get(file) ?? ""))).toEqual([]);
  });

  it("is no barrel, except the entries", () => {
    const barrels = files.filter((file) => {
      const lines = (sources.get(file) ?? "")
        .replaceAll(/\/\*[\s\S]*?\*\//g, "")
        .split(/;\s*\n/)
        .filter((line) => line.trim() !== "");
      return !ENTRIES.has(file) && lines.length > 0 && lines.every((line) => /^\s*export\b[\s\S]*\bfrom\b/.test(line));
    });
    expect(barrels).toEqual([]);
  });

  it("asks for operators by name only where operators are known", () => {
    const knows = /^(autodiff\/rules|canonical|graph|transformer)\//;
    const asking = files.filter((file) => !knows.test(file) && ASKS_FOR_OPERATOR.test(sources.get(file) ?? ""));
    expect(asking).toEqual([]);
  });

  it("ask what kind an input is only where it cannot be otherwise, and never more often", () => {
    const questions = (file: string) => sources.get(file)?.match(ASKS_FOR_KIND)?.length ?? 0;
    // A modality knows itself; events of TensorBoard and sizes of resizing speak of other things.
    const others = files.filter((file) => !/^(modality\/|report\/tensorboard\/event\.ts$|input\/image\/)/.test(file));
    const asking = others.filter((file) => questions(file) > 0).map((file) => [file, questions(file)]);
    expect(Object.fromEntries(asking)).toEqual(KIND_QUESTIONS);
  });

  it.each([
    'if (input.kind === "image") return;',
    'return "text" in input;',
    'host.kind !== "text"',
    '"image" === source.kind',
    'model.modality.name === "text"',
    'case "image":',
  ])("that asks so is noticed: %s", (line) => {
    expect(line.match(ASKS_FOR_KIND)).toHaveLength(1);
  });
});

describe("the tests", () => {
  const tests = [...Object.keys(PACKAGES).map((name) => `packages/${name}/src/`), "test/"].flatMap((folder) => {
    const path = fileURLToPath(new URL(`../${folder}`, import.meta.url));
    const names = typescriptBelow(path).filter((file) => file.endsWith(".test.ts"));
    return names.map((file) => ({ file: folder + file, text: readFileSync(join(path, file), "utf8") }));
  });

  it("all run", () => {
    const off = tests.filter(({ text }) => SWITCHED_OFF.test(text));
    expect(off.map(({ file }) => file)).toEqual([]);
  });

  it("have a process of their own where they put modules in place of others, or look at its memory", () => {
    const needy = tests.filter(({ text }) => NEEDS_A_PROCESS.test(text)).map(({ file }) => file);
    expect(needy.filter((file) => !OWN_PROCESS.includes(file))).toEqual([]);
    const files = tests.map(({ file }) => file);
    expect(OWN_PROCESS.filter((file) => !files.includes(file))).toEqual([]);
  });
});
