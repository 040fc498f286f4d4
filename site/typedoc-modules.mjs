/**
 * @file A plugin of TypeDoc: modules are called as they are imported, and introduced by what their files say of themselves;
 * errors that are thrown stand in one list, with their classes.
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
    for (const { comment } of Object.values(context.project.reflections)) listThrown(comment);
  });
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
