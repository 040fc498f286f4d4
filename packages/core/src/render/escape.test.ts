import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { embeddedJson, escapeMarkup, html, trusted, wellFormed } from "./escape.ts";

describe("html", () => {
  test("escapes what could leave its place, in text and in attributes", () => {
    const hostile = `<script>alert("1")</script> & 'x'`;
    expect(html`<p title="${hostile}">${hostile}</p>`.toString()).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</p>',
    );
  });

  test("inserts markup as it is, joins arrays, drops null, undefined and false", () => {
    const items = ["<", ">"].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}${null}${undefined}${false}${0}</ul>`.toString()).toBe(
      "<ul><li>&lt;</li><li>&gt;</li>0</ul>",
    );
    expect(html`${trusted("<b>")}`.toString()).toBe("<b>");
  });

  test("does not take an object that looks like markup for markup", () => {
    const forged = { toString: () => "<script>" } as unknown as string;
    expect(html`${forged}`.toString()).not.toContain("<script>");
  });

  test("escapes an entity once more instead of trusting it", () => {
    expect(html`${"&lt;"}`.toString()).toBe("&amp;lt;");
  });
});

describe("escapeMarkup()", () => {
  test("replaces what neither HTML nor XML may contain, and keeps tabs, line ends and emoji", () => {
    expect(escapeMarkup("a\u0000b\u001b[31m\ud83d!\udc00")).toBe("a\ufffdb\ufffd[31m\ufffd!\ufffd");
    expect(escapeMarkup("\t\n😀ሰላም")).toBe("\t\n😀ሰላም");
    expect(wellFormed("<\u0007>")).toBe("<\ufffd>");
  });
});

describe("embeddedJson()", () => {
  test("round-trips and contains nothing that ends a script element", () => {
    const value = { text: "</script><!-- <script> & \u2028\u2029 'x' \"y\"" };
    const json = embeddedJson(value).toString();
    expect(json).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(json)).toEqual(value);
  });
});

test("every template in packages/core/src/render puts quotes around inserted attribute values", () => {
  const folder = new URL(".", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const name of files) {
    const source = readFileSync(new URL(name, folder), "utf8");
    expect(source.match(/<[a-z][^<>`]*\s[\w-]+=\$\{/i), name).toBeNull();
  }
});
