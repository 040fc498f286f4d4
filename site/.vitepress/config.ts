/**
 * @file The site: the pages of docs/ and the reference of the API that TypeDoc writes beside them, with menus and a search that
 * works offline. Links out of docs/ lead to the repository.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { MENU } from "./menu";

const DOCS = fileURLToPath(new URL("../../docs", import.meta.url));
const ROOT = dirname(DOCS);
/** Where the repository can be read, when that is known. */
const REPOSITORY = process.env.CALIG_REPOSITORY;

export default defineConfig({
  title: "calig",
  description:
    "Which words, patches or parts of a prompt support what a Transformer model decides, which oppose it, and in which block",
  srcDir: "../docs",
  outDir: "../site/dist",
  cleanUrls: false,
  themeConfig: {
    nav: [
      { text: "Ten minutes", link: "/tutorial" },
      { text: "API", link: "/api/" },
    ],
    sidebar: {
      "/": MENU.map(({ text, pages }) => ({
        text,
        items: pages.map(([page, title]) => ({ text: title, link: `/${page}` })),
      })),
      "/api/": JSON.parse(readFileSync(`${DOCS}/api/typedoc-sidebar.json`, "utf8")),
    },
    search: { provider: "local" },
    outline: [2, 3],
    ...(REPOSITORY === undefined ? {} : { socialLinks: [{ icon: "github", link: REPOSITORY }] }),
  },
  // The browser would ask for a file.
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    // As where the repository is read, so that links to headings work in both places.
    anchor: {
      slugify: (heading) =>
        heading
          .trim()
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, "")
          .replace(/\s/g, "-"),
    },
    config(md) {
      md.core.ruler.push("comments-above", (state) => {
        for (const token of state.tokens) {
          if (token.type === "fence" && /^(sh|bash)\b/.test(token.info)) token.content = commentsAbove(token.content);
        }
      });
      md.core.ruler.push("links-out", (state) => {
        const page = (state.env as { path: string }).path;
        for (const { children } of state.tokens) {
          const open: boolean[] = [];
          for (const [i, token] of (children ?? []).entries()) {
            // On a site pages have names, not files.
            const text = children?.[i + 1];
            if (token.type === "link_open" && text?.type === "text") text.content = titleOf(text.content);
            if (token.type === "link_open") open.push(redirect(token, page));
            // A link that leads nowhere is text.
            if (token.type === "link_close" && open.pop() === false) token.hidden = true;
          }
        }
        for (const { children } of state.tokens) {
          if (children !== null) {
            for (const token of children)
              if (token.hidden) Object.assign(token, { type: "text", tag: "", nesting: 0, content: "" });
          }
        }
      });
    },
  },
});

/** Characters of a line of code that are seen without scrolling. */
const SEEN = 76;

/** What stands behind commands, above them where it would not be seen. */
function commentsAbove(code: string): string {
  const lines = code.split("\n");
  if (!lines.some((line) => line.length > SEEN && BEHIND.test(line))) return code;
  return lines.map((line) => line.replace(BEHIND, "# $2\n$1")).join("\n");
}

const BEHIND = /^(\S.*?)\s+# (.+)$/;

const TITLES = new Map(MENU.flatMap(({ pages }) => pages.map(([page, title]) => [`${page}.md`, title] as const)));

/** What the menu calls a page whose file a link is called after. */
const titleOf = (text: string): string => TITLES.get(text.replace(/^docs\//, "")) ?? text;

interface Link {
  hidden: boolean;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** Makes a link to a file outside of docs/ one to the repository; false where that is not known. */
function redirect(token: Link, page: string): boolean {
  const target = token.attrGet("href") ?? "";
  if (/^([a-z]+:|#)/.test(target)) return true;
  const [path = "", hash] = decodeURI(target).split("#");
  const file = resolve(dirname(page), path);
  if (!relative(DOCS, file).startsWith("..")) return true;
  if (!existsSync(file)) throw new Error(`${relative(ROOT, page)} links to ${path}, which does not exist`);
  if (REPOSITORY === undefined) {
    token.hidden = true;
    return false;
  }
  token.attrSet("href", `${REPOSITORY}/blob/main/${relative(ROOT, file)}${hash === undefined ? "" : `#${hash}`}`);
  return true;
}
