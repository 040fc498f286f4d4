/** @file What training frameworks set before the names of all tensors of a model: "module.", "_orig_mod.", "model.". */

/** Names of the parts of models, which are no wrappers: an encoder saved alone has one of them before every name. */
const PARTS = /^(bert|roberta|distilbert|electra|albert|mpnet|deberta|vit|deit|beit|dinov2|dinov2_with_registers)\./;

/**
 * The prefix that all `names` share, up to and with a dot; "" where there is none. Encoders that begin with the name of
 * their family keep it.
 */
export function commonPrefix(names: Iterable<string>): string {
  const [first = "", ...rest] = names;
  let prefix = "";
  for (let dot = first.indexOf("."); dot >= 0 && rest.length > 0; dot = first.indexOf(".", prefix.length)) {
    const longer = first.slice(0, dot + 1);
    if (PARTS.test(first.slice(prefix.length)) || !rest.every((name) => name.startsWith(longer))) break;
    prefix = longer;
  }
  return prefix;
}
