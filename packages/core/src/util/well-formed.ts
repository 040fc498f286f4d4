/** @file Text without characters that nothing that shows text may see. */

// Control characters that neither HTML nor XML may contain, and halves of surrogate pairs.
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `text` without characters that markup and terminals must not see; each becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd");
}
