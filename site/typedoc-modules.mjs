/**
 * @file A plugin of TypeDoc: modules are called as they are imported, and introduced by what their files say of themselves;
 * errors that are thrown stand in one list, with their classes; options say what docs/options.md says of them.
 */

import { readFileSync } from "node:fs";
import { Comment, Converter, ReflectionKind } from "typedoc";

/** What is imported, by what TypeDoc calls the entry, and its file. */
const MODULES = {
  "core/src": ["calig", "core/src/index.ts"],
  "node/src/node": ["calig/node", "node/src/node.ts"],
  "web/src/web": ["calig/web", "web/src/web.ts"],
  "web/src/minimal": ["@calig/web/minimal", "web/src/minimal.ts"],
  "node/src/server": ["calig/server", "node/src/server.ts"],
  "core/src/extend": ["calig/extend", "core/src/extend.ts"],
};

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const known = MODULES[reflection.name];
    if (known === undefined) throw new Error(`No name for the module ${reflection.name}`);
    const [name, file] = known;
    const source = readFileSync(new URL(`../packages/${file}`, import.meta.url), "utf8");
    const [, about = ""] = /@file ([\s\S]*?)\s*\*\//.exec(source) ?? [];
    reflection.name = name;
    reflection.comment = new Comment([{ kind: "text", text: about.replace(/\n \* ?/g, " ") }]);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const options = optionTexts();
    for (const reflection of Object.values(context.project.reflections)) {
      listThrown(reflection.comment);
      if (!reflection.kindOf(ReflectionKind.Property)) continue;
      // Options are declared in tables, from which their types are made.
      if (/^OptionsOf\./.test(reflection.inheritedFrom?.name ?? "") && reflection.comment === undefined) {
        const text = options.get(reflection.name);
        if (text !== undefined) reflection.comment = new Comment([{ kind: "text", text }]);
      }
      // Where a field comes from is no matter of those who read it.
      delete reflection.inheritedFrom;
      delete reflection.overwrites;
      if (reflection.parent?.kindOf(ReflectionKind.Interface)) delete reflection.defaultValue;
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, (context) => {
    for (const reflection of Object.values(context.project.reflections)) {
      // A parameter that is taken apart has no name but that of its type.
      if (reflection.name !== "__namedParameters") continue;
      const words = String(reflection.type?.name ?? "options").match(/[A-Z]?[a-z]+/g) ?? ["options"];
      reflection.name = words.at(-1).toLowerCase();
    }
  });
  app.renderer.on("endPage", (page) => {
    // Of types that begin with a bar, as they are written in several lines.
    page.contents = page.contents?.replaceAll("| \\| ", "| ");
    // Lists of modules say nothing of them.
    if (page.url === "index.md") page.contents = `# API\n\n${readFileSync(new URL("api.md", import.meta.url), "utf8")}`;
  });
}

/** What each option means, and its default, by its name: the rows of docs/options.md. */
function optionTexts() {
  const page = readFileSync(new URL("../docs/options.md", import.meta.url), "utf8");
  return new Map(
    [...page.matchAll(/^\| `(\w+)` \| (.+?) \| .*? \| (.*?) \|/gm)].map(([, name, meaning, standard]) => [
      name,
      `${meaning[0].toUpperCase()}${meaning.slice(1)}.${standard === "" ? "" : ` Default: ${standard}.`}`,
    ]),
  );
}

/** @param {Comment | undefined} comment */
function listThrown(comment) {
  const thrown = comment?.blockTags.filter(({ tag }) => tag === "@throws") ?? [];
  const [first] = thrown;
  if (comment === undefined || first === undefined) return;
  const lines = thrown.map(({ typeAnnotation = "", content }) => {
    const named = typeAnnotation.replace(/^\{|\}$/g, "");
    return [{ kind: "text", text: named === "" ? "- " : `- \`${named}\`: ` }, ...content, { kind: "text", text: "\n" }];
  });
  first.content = lines.flat();
  first.typeAnnotation = undefined;
  comment.blockTags = comment.blockTags.filter((tag) => tag === first || tag.tag !== "@throws");
}
