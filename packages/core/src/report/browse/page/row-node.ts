/** @file A row of the list as an element: text and classes only, never markup. */

import { heatClass, SHADES } from "../../../render/html/heat.ts";
import type { BrowseRow } from "../row-data.ts";

const SVG = "http://www.w3.org/2000/svg";

function element(name: string, className: string, text = ""): HTMLElement {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}

/** @param thumbnail - Address of a small picture; "" for none. */
export function rowNode(row: BrowseRow, number: number, thumbnail: string): HTMLElement {
  const node = element("div", "row");
  node.setAttribute("role", "option");
  const what = element("div", "what");
  const decision = element("b", "decision");
  decision.append(isolated(row.decision));
  what.append(decision, " ", element("span", "value", row.value));
  if (row.right === false) what.append(" ", flag("wrong", "label: ", row.label));
  const source = element("div", "source-name");
  if (row.warnings.length > 0) {
    source.append(flag("warned", row.warnings.length === 1 ? "warning" : `${row.warnings.length} warnings`, ""), " ");
  }
  if (row.explained !== "") source.append(flag("", "explains ", row.explained), " ");
  source.append(`${number}. `, isolated(row.name));
  what.append(source);
  node.append(what);
  if (row.grid !== null) node.append(picture(row.grid, thumbnail));
  node.append(textOf(row));
  return node;
}

function isolated(text: string): HTMLElement {
  return element("bdi", "", text);
}

function flag(kind: string, text: string, name: string): HTMLElement {
  const node = element("span", `flag ${kind}`.trim(), text);
  if (name !== "") node.append(isolated(name));
  return node;
}

/** The part of the text that is shown, coloured. */
function textOf({ text, from, to, marks }: BrowseRow): HTMLElement {
  const line = element("div", marks.length > 0 ? "line map" : "line");
  line.dir = "auto";
  if (from > 0) line.append("… ");
  let at = from;
  let end = 0;
  const plain = (until: number) => {
    if (until > at) line.append(text.slice(at, until));
    at = Math.max(at, until);
  };
  for (let i = 0; i < marks.length && end < to; i += 3) {
    const start = end + marks[i]!;
    end = start + marks[i + 1]!;
    if (end <= from || start >= to) continue;
    plain(Math.max(start, from));
    const last = Math.min(end, to);
    line.append(element("span", `w ${heatClass(marks[i + 2]! / SHADES)}`, text.slice(at, last)));
    at = last;
  }
  plain(to);
  if (to < text.length) line.append("…");
  return line;
}

/** The patches over the small picture, one path for each shade. */
function picture([rows, columns, shades]: NonNullable<BrowseRow["grid"]>, thumbnail: string): HTMLElement {
  const box = element("div", thumbnail === "" ? "thumb" : "thumb over");
  if (thumbnail !== "") {
    const image = document.createElement("img");
    image.alt = "";
    image.src = thumbnail;
    box.append(image);
  }
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const paths = new Map<number, string>();
  shades.forEach((shade, i) => {
    if (shade !== 0)
      paths.set(shade, `${paths.get(shade) ?? ""}M${i % columns} ${Math.floor(i / columns)}h1.02v1.02h-1.02z`);
  });
  for (const [shade, shape] of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", heatClass(shade / SHADES).split(" ")[0] ?? "");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  box.append(svg);
  return box;
}
