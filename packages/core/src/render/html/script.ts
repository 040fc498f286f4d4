/**
 * @file The script of the HTML page: plain JavaScript that reads the embedded explanation and repaints what is there.
 *
 * The page is complete without it. It writes text and classes only, never markup, so that no token can become code;
 * the content security policy of the page lets this script run and no other (`SCRIPT_HASH`).
 */

import { STEPS, TOLD_APART } from "../scale.ts";
import { SHADES } from "./heat.ts";

export const SCRIPT = String.raw`"use strict";
(() => {
  const SHADES = ${SHADES};
  const MARKED = ${STEPS[0]};

  const signed = (value, digits) => {
    if (!Number.isFinite(value)) return "n/a";
    const text = Math.abs(value).toFixed(digits);
    return (Number(text) === 0 ? "" : value < 0 ? "\u2212" : "+") + text;
  };
  const percent = (share) => {
    if (!Number.isFinite(share)) return "n/a";
    if (share > 0 && share < 0.0005) return "<0.1%";
    return share === 0 || share === 1 ? share * 100 + "%" : (share * 100).toFixed(1) + "%";
  };
  const heat = (value, bound) => {
    const strength = bound > 0 ? Math.min(1, Math.abs(value) / bound) : 0;
    const shade = Math.round(strength * SHADES);
    if (!shade) return "";
    return (value < 0 ? "n" : "p") + shade + (strength < MARKED ? "" : value < 0 ? " op" : " su");
  };
  const featuresOf = (node) => node.dataset.f.split(" ").filter((feature) => feature !== "").map(Number);
  const sum = (features, values) => features.reduce((total, feature) => total + (values[feature] ?? 0), 0);
  const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
  const digitsFor = (bound) => (bound > 0 ? Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(bound)))) : 2);
  const verb = (value, { method }) =>
    method.signed === false ? (value === 0 ? "does not matter for" : "matters for")
      : (value > 0 ? "supports" : value < 0 ? "opposes" : "neither supports nor opposes");

  /** Makes a map a list that one Tab stop and the arrow keys move through. */
  function enhance(map, details, data, describe) {
    const nodes = [...map.querySelectorAll("[data-f]")];
    const hint = details.textContent;
    const base = nodes.map((node) => (node.classList.contains("special") ? "w special" : "w"));
    const names = nodes.map((node) => {
      const feature = data.features[featuresOf(node)[0]];
      return node.textContent || "row " + feature.row + ", column " + feature.column;
    });
    let active = -1;
    map.setAttribute("role", "listbox");
    map.setAttribute("aria-label", map.dataset.label);
    nodes.forEach((node, i) => {
      node.setAttribute("role", "option");
      node.setAttribute("aria-selected", "false");
      node.removeAttribute("title");
      node.tabIndex = i === 0 ? 0 : -1;
    });

    const tell = (i) => {
      details.replaceChildren();
      if (i < 0) details.textContent = hint;
      else {
        const name = document.createElement("b");
        const isolated = document.createElement("bdi");
        isolated.textContent = names[i];
        name.append(isolated);
        details.append(name, " " + describe(featuresOf(nodes[i])));
      }
    };
    const choose = (i) => {
      if (active >= 0) {
        nodes[active].setAttribute("aria-selected", "false");
        nodes[active].tabIndex = -1;
      } else nodes[0].tabIndex = -1;
      active = i;
      nodes[i].setAttribute("aria-selected", "true");
      nodes[i].tabIndex = 0;
      tell(i);
    };
    /** The nearest node on the next line in a direction. */
    const vertical = (from, step) => {
      const start = nodes[from].getBoundingClientRect();
      const middle = start.left + start.width / 2;
      let line = null;
      let best = from;
      let nearest = Infinity;
      for (let i = from + step; i >= 0 && i < nodes.length; i += step) {
        const place = nodes[i].getBoundingClientRect();
        if (Math.abs(place.top - start.top) < start.height / 2) continue;
        line ??= place.top;
        if (Math.abs(place.top - line) > place.height / 2) break;
        const away = Math.abs(place.left + place.width / 2 - middle);
        if (away < nearest) [nearest, best] = [away, i];
      }
      return best;
    };
    map.addEventListener("keydown", (event) => {
      const from = nodes.indexOf(event.target);
      if (from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const forward = getComputedStyle(map).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      const moves = {
        [forward]: () => from + 1,
        [forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"]: () => from - 1,
        ArrowDown: () => vertical(from, 1),
        ArrowUp: () => vertical(from, -1),
        Home: () => 0,
        End: () => nodes.length - 1,
      };
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      nodes[Math.min(nodes.length - 1, Math.max(0, move()))].focus();
    });
    map.addEventListener("focusin", (event) => {
      const i = nodes.indexOf(event.target);
      if (i >= 0) choose(i);
    });
    map.addEventListener("click", (event) => {
      const i = nodes.indexOf(event.target);
      if (i >= 0 && getSelection().isCollapsed) nodes[i].focus({ preventScroll: true });
    });
    map.addEventListener("pointerover", (event) => {
      const i = nodes.indexOf(event.target);
      if (i >= 0) tell(i);
    });
    map.addEventListener("pointerleave", () => tell(active));

    return {
      nodes,
      paint(values, bound, digits) {
        nodes.forEach((node, i) => {
          const value = sum(featuresOf(node), values);
          node.className = (base[i] + " " + heat(value, bound)).trim();
          node.setAttribute("aria-label", names[i] + ", " + signed(value, digits) + ", " + verb(value, data).replace(" for", ""));
        });
        tell(active);
      },
    };
  }

  function start(article) {
    const data = JSON.parse(article.querySelector("script[data-explanation]").textContent);
    const { index, label: plain } = data.target;
    const alike = data.predictions.filter((other) => other.label.trim() === plain.trim());
    const label = alike.length > 1 || plain.trim() === "" ? plain + " (#" + index + ")" : plain;
    const total = data.attribution.reduce((all, value) => all + Math.abs(value), 0);
    const blocks = data.blocks;
    for (const node of article.querySelectorAll(".js")) node.hidden = false;

    const resultDigits = Number(article.querySelector("[data-map]")?.dataset.digits ?? 3);
    const describeResult = (features) => {
      const value = sum(features, data.attribution);
      const parts = [verb(value, data) + " " + label + ": " + signed(value, resultDigits)];
      parts[0] += ", " + percent(total > 0 ? Math.abs(value) / total : 0) + " of the magnitude.";
      if (features.length > 1 && data.words) {
        const tokens = features.map((feature) => data.features[feature].text + " " + signed(data.attribution[feature], resultDigits));
        parts.push("Tokens: " + tokens.join(", ") + ".");
      }
      if (blocks.length > 1) {
        const evidence = blocks.map((block) => sum(features, block.fused));
        const peak = evidence.reduce((best, v, i) => (Math.abs(v) > Math.abs(evidence[best]) ? i : best), 0);
        parts.push("Strongest in block " + blocks[peak].index + " (" + signed(evidence[peak], resultDigits) + ").");
      }
      return parts.join(" ");
    };
    for (const map of article.querySelectorAll('[data-map="words"], [data-map="tokens"]')) {
      const details = (map.closest(".photo") ?? map).parentElement.querySelector("[data-details]");
      if (!map.querySelector("[data-f]")) continue;
      const { paint } = enhance(map, details, data, describeResult);
      paint(data.attribution, Number(map.dataset.bound), Number(map.dataset.digits));
    }

    const panel = article.querySelector("[data-blocks]");
    if (panel) explore(article, panel, data, label);

    article.querySelector("[data-download]")?.addEventListener("click", () => {
      const file = new Blob([JSON.stringify(data, null, 2) + "\n"], { type: "application/json" });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = "explanation" + (article.dataset.number ?? "") + ".json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  /** The section on blocks: slider, quantity, scale, and the rows and maps that follow them. */
  function explore(article, panel, data, label) {
    const blocks = data.blocks;
    const slider = panel.querySelector("input[type=range]");
    const output = panel.querySelector("output");
    const own = panel.querySelector("[data-own]");
    const facts = panel.querySelector("[data-facts]");
    const details = panel.querySelector("[data-details]");
    const scaleNote = document.createElement("span");
    const grid = article.querySelector("[data-grid]");
    const bounds = JSON.parse(panel.dataset.bounds);
    const map = panel.querySelector("[data-map]");
    const hasFeatures = map.querySelector("[data-f]") !== null;
    const state = { position: blocks.length, quantity: Object.keys(bounds)[0] };

    const chosen = () => blocks[state.position];
    const valuesOf = (block) => (block ? block[state.quantity] : data.attribution);
    const describe = (features) => {
      const block = chosen();
      const value = sum(features, valuesOf(block));
      const digits = digitsFor(bounds[state.quantity]);
      const where = block ? "in block " + block.index + " " : "over all blocks ";
      return where + verb(value, data) + " " + label + ": " + signed(value, digits) + ".";
    };
    const painted = hasFeatures ? enhance(map, details, data, describe) : null;
    const inputs = painted ? painted.nodes.filter((node) => !node.classList.contains("special")).map(featuresOf) : [];
    const patchBound = (values) => {
      const sorted = values.map(Math.abs).filter(Number.isFinite).sort((a, b) => a - b);
      return sorted[Math.ceil(${TOLD_APART} * sorted.length) - 1] || largest(values);
    };
    const full = data.input.kind === "image" ? patchBound : largest;
    const boundOf = (values) => full(inputs.map((features) => sum(features, values)));
    const shared = () => blocks.reduce((most, block) => Math.max(most, boundOf(valuesOf(block))), 0);

    const paintMap = () => {
      const values = valuesOf(chosen());
      const bound = own.checked || !chosen() ? boundOf(values) : shared();
      painted?.paint(values, bound, digitsFor(bound));
      scaleNote.textContent = bound > 0 ? " Full colour is " + bound.toFixed(digitsFor(bound)) + "." : "";
    };
    const paintGrid = () => {
      if (!grid) return;
      const title = panel.querySelector("input[type=radio]:checked + span").textContent;
      grid.querySelector("[data-caption]").textContent = title + " evidence of each token in each block";
      blocks.forEach((block, row) => {
        const values = valuesOf(block);
        const bound = own.checked
          ? largest(values.filter((_, feature) => !data.features[feature].special))
          : bounds[state.quantity];
        const digits = Math.min(digitsFor(bounds[state.quantity]), bounds[state.quantity] >= 0.01 ? 3 : 6);
        const cells = grid.tBodies[0].rows[row].cells;
        values.forEach((value, feature) => {
          cells[feature + 1].className = heat(value, bound).split(" ")[0];
          cells[feature + 1].textContent = signed(value, digits);
        });
      });
    };
    const show = (position) => {
      state.position = position;
      const block = chosen();
      slider.value = String(position);
      output.textContent = block ? "Block " + block.index : "All blocks";
      slider.setAttribute("aria-valuetext", output.textContent);
      const { sum: added, scoreAtInput, scoreAtBaseline, relativeError, points, converged } = block?.completeness ?? {};
      facts.textContent = block
        ? "Relevance sums to " + signed(added, 3) + " of " + signed(scoreAtInput - scoreAtBaseline, 3) +
          ": error " + percent(relativeError) + (converged ? "" : ", not converged") +
          ". Points: " + points + ". Weight in the result: " + percent(block.weight) + "."
        : "The result: the blocks added up with their weights.";
      facts.append(scaleNote);
      for (const node of article.querySelectorAll("[data-b]")) {
        const isChosen = node.dataset.b === (block ? String(block.index) : "all");
        node.classList.toggle("sel", isChosen);
        node.querySelector("button")?.setAttribute("aria-pressed", String(isChosen));
      }
      paintMap();
    };

    slider.addEventListener("input", () => show(Number(slider.value)));
    own.addEventListener("change", () => {
      paintMap();
      paintGrid();
    });
    for (const radio of panel.querySelectorAll("input[type=radio]")) {
      radio.addEventListener("change", () => {
        state.quantity = radio.value;
        for (const about of panel.querySelectorAll("[data-about]")) {
          about.hidden = about.dataset.about !== state.quantity;
        }
        paintMap();
        paintGrid();
      });
    }
    // Names of blocks in the table and under the small maps become buttons that choose the block.
    for (const node of article.querySelectorAll("tr[data-b] > th, li[data-b] > span")) {
      const index = node.parentElement.dataset.b;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...node.childNodes);
      node.append(button);
      const position = blocks.findIndex((block) => String(block.index) === index);
      button.addEventListener("click", () => show(position < 0 ? blocks.length : position));
    }
    show(blocks.length);
  }

  for (const article of document.querySelectorAll("article")) start(article);

  // Paper has no summary to click on.
  const closed = new Set();
  addEventListener("beforeprint", () => {
    for (const node of document.querySelectorAll("details:not([open])")) {
      node.open = true;
      closed.add(node);
    }
  });
  addEventListener("afterprint", () => {
    for (const node of closed) node.open = false;
    closed.clear();
  });
})();
`;

/** SHA-256 of `SCRIPT` for the content security policy; a test computes it again and prints the right one. */
export const SCRIPT_HASH = "sha256-L7nO90zctdp37rkUmWPIaGxeDdSFQ3Eu9wbpcGVJsT8=";
