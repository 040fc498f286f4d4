/**
 * @file The script of the browser of explanations: filters, sorts, lists and opens them.
 *
 * Rows are text and classes; the markup of an opened explanation is the one that calig made, with everything escaped.
 */

import { count, thousands } from "../../../render/format.ts";
import { type BrowseData, unpackRow } from "../row-data.ts";
import { chooseRows, type Wishes } from "./choose.ts";
import { createList } from "./list.ts";
import { fromPacks, fromServer, showArticle } from "./opened.ts";
import { rowNode } from "./row-node.ts";

/** How long typing must rest before the list follows, milliseconds. */
const REST_MS = 120;

const find = <T extends Element>(selector: string): T => document.querySelector(selector) as T;

/** Has the address say what is opened; a frame whose page is written in the frame itself has no address to change. */
function remember(hash: string): void {
  try {
    history.replaceState(null, "", hash === "" ? location.pathname + location.search : hash);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function start(): void {
  const data = JSON.parse(find("script[data-browse]").textContent ?? "") as BrowseData;
  const rows = data.rows.map(unpackRow);
  const form = find<HTMLFormElement>("form.filters");
  const box = find<HTMLElement>(".rows");
  const found = find<HTMLElement>("[data-found]");
  const opened = find<HTMLElement>(".opened");
  const title = find<HTMLElement>(".opened h2");
  const content = find<HTMLElement>("[data-content]");
  const served = data.packed === undefined;
  const markupOf = served ? fromServer : fromPacks(data);
  for (const node of document.querySelectorAll<HTMLElement>(".browse .js")) node.hidden = false;

  const list = createList(
    box,
    (place) => {
      const row = rows[place]!;
      const isPicture = served && row.thumbnail !== "";
      return rowNode(row, place + 1, isPicture ? `thumbnail/${place + 1}` : row.thumbnail);
    },
    (place) => void open(place),
  );

  const wishes = (): Wishes => Object.fromEntries(new FormData(form)) as unknown as Wishes;
  const update = () => {
    const places = chooseRows(rows, wishes());
    list.show(places);
    found.textContent =
      places.length === rows.length
        ? count(rows.length, "explanation")
        : `${thousands(places.length)} of ${thousands(rows.length)}`;
  };
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(update, REST_MS);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));

  // An answer that comes late must not replace a later one.
  let asked = 0;
  let current: number | undefined;
  async function open(place: number): Promise<void> {
    if (rows[place] === undefined) return;
    const turn = ++asked;
    current = place;
    list.choose(place);
    remember(`#e${place + 1}`);
    title.textContent = `Explanation ${place + 1}`;
    opened.hidden = false;
    content.textContent = "Opening…";
    let markup: string | undefined;
    try {
      markup = await markupOf(place);
    } catch (error) {
      markup = "";
      if (turn === asked) content.textContent = `It cannot be opened: ${(error as Error).message}`;
    }
    if (turn !== asked) return;
    if (markup === undefined) {
      content.textContent =
        "This file has no room for its details. calig view, given the explanations, opens all of them.";
    } else if (markup !== "") {
      showArticle(content, markup);
    }
    title.focus({ preventScroll: true });
    opened.scrollIntoView({ block: "start" });
  }

  function close(): void {
    asked++;
    current = undefined;
    opened.hidden = true;
    content.replaceChildren();
    remember("");
    box.focus();
    box.scrollIntoView({ block: "center" });
  }

  opened.addEventListener("click", ({ target }) => {
    const step = (target as HTMLElement).closest<HTMLElement>("[data-step]")?.dataset.step;
    if (step === undefined) return;
    const next = step === "close" ? undefined : list.neighbour(step === "next" ? 1 : -1);
    if (step === "close") close();
    else if (next !== undefined) void open(next);
  });
  opened.addEventListener("keydown", ({ key, defaultPrevented }) => {
    if (key === "Escape" && !defaultPrevented) close();
  });
  document.addEventListener("click", ({ target }) => {
    const chip = (target as HTMLElement).closest<HTMLElement>("[data-word]");
    if (chip === null) return;
    (form.elements.namedItem("word") as HTMLInputElement).value = chip.dataset.word ?? "";
    (form.elements.namedItem("side") as HTMLSelectElement).value = chip.dataset.side ?? "";
    update();
    form.scrollIntoView({ block: "start" });
    box.focus({ preventScroll: true });
  });
  const follow = () => {
    const [, number] = /^#e(\d+)$/.exec(location.hash) ?? [];
    if (number !== undefined && Number(number) - 1 !== current) void open(Number(number) - 1);
  };
  addEventListener("hashchange", follow);

  update();
  follow();
}

start();
