/** @file What HTML and SVG say and how it is nested, without how it is drawn: for comparisons that a change of style leaves alone. */

interface Element {
  readonly head: string;
  readonly children: string[];
}

/** Attributes that draw. What is said of them is tested where it is made: contours, scales, places of text. */
const DRAWN =
  /^(style|d|points|[xyr]|[xy][12]|[dcr][xy]|width|height|fill(-.*)?|stroke(-.*)?|opacity|transform|viewBox|offset|stop-.*|font-.*|text-anchor|dominant-baseline|paint-order|shape-rendering|preserveAspectRatio|letter-spacing|textLength|lengthAdjust)$/;
const VOID = new Set(["meta", "br", "input", "link", "hr", "img"]);

const attributesOf = (text: string): string =>
  [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)]
    .filter(([, name = ""]) => !DRAWN.test(name))
    .map(([, name, value]) => (value === undefined ? `[${name}]` : `[${name}=${value.replace(/^data:.*/s, "data:")}]`))
    .join("");

/** Equal neighbours are one line with their number. */
function joined(parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < parts.length; ) {
    let count = 1;
    while (parts[i + count] === parts[i]) count += 1;
    const [first = "", ...rest] = (parts[i] as string).split("\n");
    lines.push(count === 1 ? first : `${first} x ${count}`, ...rest);
    i += count;
  }
  return lines;
}

/** One line for each element and text, nested by spaces. Styles, scripts and embedded data are left out. */
export function outline(markup: string): string {
  const text = markup
    .replace(/<style>[\s\S]*?<\/style>/g, "<style></style>")
    .replace(/(<script[^>]*>)[\s\S]*?<\/script>/g, "$1</script>")
    .replace(/sha256-[A-Za-z0-9+/=]+/, "sha256-");
  const root: Element = { head: "", children: [] };
  const open: Element[] = [root];
  const close = () => {
    const { head, children } = open.pop() as Element;
    const lines = joined(children);
    const [only = ""] = lines;
    // What holds one thing alone is on the line of that.
    const text = lines.length === 1 ? `${head} ${only}` : [head, ...lines.map((line) => ` ${line}`)].join("\n");
    open.at(-1)?.children.push(text);
  };
  for (const [, end, name = "", attributes = "", words] of text.matchAll(/<(\/?)([\w-]+)([^>]*)>|([^<]+)/g)) {
    if (words !== undefined) {
      if (words.trim() !== "") open.at(-1)?.children.push(JSON.stringify(words.trim().replace(/\s+/g, " ")));
    } else if (end === "/") {
      if (!open.at(-1)?.head.startsWith(name)) throw new Error(`</${name}> ends ${open.at(-1)?.head}`);
      close();
    } else {
      open.push({ head: `${name}${attributesOf(attributes)}`, children: [] });
      if (attributes.endsWith("/") || VOID.has(name)) close();
    }
  }
  if (open.length !== 1) throw new Error(`not closed: ${open.at(-1)?.head}`);
  return `${joined(root.children).join("\n")}\n`;
}
