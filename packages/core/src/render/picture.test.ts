import { expect, test } from "vitest";
import { checkPicture } from "./picture.ts";

test("checkPicture() takes image bytes in base64", () => {
  expect(checkPicture("data:image/png;base64,iVBORw0KGgo=")).toBe("data:image/png;base64,iVBORw0KGgo=");
});

test.each([
  "https://example.org/x.png",
  "data:image/svg+xml;base64,PHN2Zz4=",
  'data:image/png;base64,iVB"onload="x',
  "data:text/html;base64,AAAA",
  "",
])("checkPicture() refuses %s", (picture) => {
  expect(() => checkPicture(picture)).toThrow("give a data URI of image/png");
});
