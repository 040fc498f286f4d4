/** @file Bundles the server as modules and as CommonJS, into dist/. */

import webpack from "webpack";
import { options } from "./options.js";

webpack(options, (error, stats) => {
  if (error) throw error;
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  for (const { message } of [...errors, ...warnings]) console.error(message);
  if (stats.hasErrors()) process.exitCode = 1;
});
