/**
 * @file The script of the HTML page: makes the maps of every explanation on it operable. The page is complete without it.
 *
 * It reads the embedded explanations and writes text and classes only, never markup, so that no token can become code.
 * It is bundled into `../script.ts` (`npm run page-script`), which the pages carry.
 */

import { operateArticle } from "./article.ts";

for (const article of document.querySelectorAll("article")) operateArticle(article);

// Articles that come later say so.
addEventListener("calig-article", ({ target }) => {
  if (target instanceof HTMLElement) operateArticle(target);
});

// Paper has no summary to click on.
const closed = new Set<HTMLDetailsElement>();
addEventListener("beforeprint", () => {
  for (const node of document.querySelectorAll<HTMLDetailsElement>("details:not([open])")) {
    node.open = true;
    closed.add(node);
  }
});
addEventListener("afterprint", () => {
  for (const node of closed) node.open = false;
  closed.clear();
});
