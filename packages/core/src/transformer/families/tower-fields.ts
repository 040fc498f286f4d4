/** @file The configuration of one of two towers: a section of config.json. */

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a section laid open, over what the class has where nothing is said.
 *
 * @param section - "vision_config"
 * @param shared - Fields outside of the section that hold for both towers, whatever the section says.
 */
export const sectionFields =
  (section: string, defaults: Fields, shared: readonly string[] = []) =>
  (stated: Fields): Fields => {
    const whole = stating(stated);
    const both = Object.fromEntries(
      ["model_type", ...shared].flatMap((name) => (Object.hasOwn(whole, name) ? [[name, whole[name]]] : [])),
    );
    return { ...defaults, ...whole, ...stating(stated[section]), ...both };
  };

/** Null says nothing. */
const stating = (fields: unknown): Fields =>
  Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== null));
