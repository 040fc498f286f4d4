/** @file Programs that render pages on servers can import the components: in Node, and where there are neither Node nor a document. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as withoutDocument from "@calig/web/internal/components/without-document";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("Node gets the elements, with the base class that Lit has for it", async () => {
  const program = `
    import * as all from "@calig/web/components";
    console.log(JSON.stringify([Object.keys(all), typeof document, customElements.get("calig-text") === all.CaligText]));
    new all.CaligText().explanation = undefined;
  `;
  const argv = ["--conditions=calig-source", "--import=tsx", "--input-type=module", "--eval", program];
  const { stdout, stderr } = await run(process.execPath, argv);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([Object.keys(withoutDocument), "undefined", true]);
});

it("others get classes of the same names that make nothing", () => {
  expect(Object.values(withoutDocument).every((each) => Object.keys(new each()).length === 0)).toBe(true);
});
